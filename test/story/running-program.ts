import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');

/** The program in a process of its own, with an empty database, as `npm start` runs it where nothing is configured. */
export interface RunningProgram {
  /** The address that it printed. */
  readonly address: string;
  /** Everything it has said so far. */
  output(): string;
  /** Ends it as Ctrl-C does; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Compiles what is stale, as `npm start` does; the page was bundled before the first test. */
export async function buildProgram(): Promise<void> {
  const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin/tsc');
  await promisify(execFile)(process.execPath, [tsc, '-b', 'tsconfig.build.json'], { cwd: root });
}

/** Starts the compiled program and waits for its address. Whoever starts one stops it. */
export async function startProgram(): Promise<RunningProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-story-'));
  const child = spawn(process.execPath, [join(root, 'dist/src/main.js')], {
    // Elsewhere than the project, so that a developer's own .env and data stay out of it.
    cwd: folder,
    env: {
      PORT: '0',
      DATABASE_URL: `sqlite:${join(folder, 'usher.sqlite')}`,
      APP_SECRET: randomBytes(32).toString('hex'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const address = await new Promise<string>((found, failed) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const [, url] = /workspace is ready: (http:\S+)/.exec(said) ?? [];
      if (url !== undefined) found(url);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.once('error', failed);
    child.once('exit', (code) => failed(new Error(`the program ended with ${code}:\n${said}`)));
  });
  return {
    address,
    output: () => said,
    async stop() {
      const code = await ended(child);
      await rm(folder, { recursive: true, force: true });
      return code;
    },
  };
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const exit = new Promise<number | null>((done) => child.once('exit', done));
  child.kill('SIGTERM');
  return exit;
}
