import { spawn } from 'node:child_process';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { runCommand } from '../../src/command-line/run-command';

const root = join(__dirname, '../..');
// Within the project, so that its packages are found.
const built = join(root, 'dist/commands-of-tests');
const main = join(built, 'src/command-line/main.js');

/** Makes JavaScript of the program, as `npm run build` does without its checks: each command then starts twice as fast. */
export async function buildCommandLine(): Promise<void> {
  const files = ['src', 'jobs', 'migrations'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /(?<!\.d)\.tsx?$/.test(file))
      .map((file) => join(root, folder, file)),
  );
  await build({
    entryPoints: files,
    outdir: built,
    outbase: root,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
  });
  for (const file of ['package.json', 'manifest.yml']) copyFileSync(join(root, file), join(built, file));
}

/** What a command said, and how it ended. */
export interface CommandEnd {
  readonly code: number | null;
  /** Standard output. */
  readonly said: string;
  /** Standard error: progress, complaints and the log. */
  readonly complained: string;
}

export interface CommandRun {
  readonly ended: Promise<CommandEnd>;
  /** Resolves as soon as standard output or error holds this. */
  heard(text: string): Promise<void>;
  /** As Ctrl-C does. */
  interrupt(): void;
}

const settingsOfTests = {
  APP_SECRET: 'a secret of tests, of sufficient length',
  PUBLIC_URL: 'http://usher.test',
  SEATS: '50',
};

/** Runs an operators' command as `startCommand` does, but within this process: for what it does and says. */
export async function runCommandHere(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  folder: string,
): Promise<CommandEnd> {
  let said = '';
  let complained = '';
  const code = await runCommand(
    args,
    { ...settingsOfTests, INIT_CWD: folder, ...settings },
    new AbortController().signal,
    {
      stdin: {},
      stdout: {
        write: (text) => {
          said += text;
        },
      },
      stderr: {
        write: (text) => {
          complained += text;
        },
      },
    },
  );
  return { code, said, complained };
}

/**
 * Starts the operators' program in a process of its own, with nobody watching.
 * @param settings beside a database; none come from the machine
 * @param folder where it is called, and where files that are named without a folder are
 */
export function startCommand(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
  folder: string,
): CommandRun {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      ...settingsOfTests,
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  let complained = '';
  const waiting: (() => void)[] = [];
  const look = () => {
    for (const check of [...waiting]) check();
  };
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    look();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complained += chunk.toString();
    look();
  });
  const ended = new Promise<CommandEnd>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done({ code, said, complained }));
  });
  return {
    ended,
    heard: (text) =>
      new Promise((done, failed) => {
        const check = () => void (`${said}${complained}`.includes(text) && done());
        waiting.push(check);
        check();
        void ended.then(() => failed(new Error(`it ended without saying “${text}”:\n${said}${complained}`)));
      }),
    interrupt: () => void child.kill('SIGINT'),
  };
}
