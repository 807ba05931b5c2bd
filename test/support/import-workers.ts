import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildPrograms } from './built-program';
import { guarded } from './programs';

/**
 * How the crash test kills: IMPORT_CRASH_KILLS=200 looks harder, and IMPORT_CRASH_SEED repeats what a run did, as far as
 * processes let themselves be repeated.
 */
export const crashes = {
  kills: Number(process.env.IMPORT_CRASH_KILLS ?? 20),
  seed: Number(process.env.IMPORT_CRASH_SEED ?? randomInt(1_000_000_000)),
} as const;

/** What a worker says; see import-worker.ts. */
type Said = 'statement' | 'mail' | 'import_moved' | 'import_ended';

/** A process that carries imports out. */
export interface ImportWorker {
  /** Waits until it said a word so many times since it began. */
  until(word: Said, times: number): Promise<void>;
  /** How often it said a word. */
  said(word: Said): number;
  /** What it logged, warnings and errors, as lines. */
  readonly logged: string[];
  /** Sends a signal; after SIGKILL and SIGTERM resolves when it has ended. */
  signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void>;
  /** Its exit code; null before it ended and when it was killed. */
  readonly exitCode: number | null;
}

export interface ImportWorkers {
  /** @param settings as in the environment */
  start(settings: Readonly<Record<string, string>>): ImportWorker;
  /** Ends every worker that is left. */
  remove(): Promise<void>;
}

/** Builds the worker once, since a compiler in every one of many processes takes longer than what it does. */
export async function buildImportWorkers(): Promise<ImportWorkers> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-import-worker-'));
  await buildPrograms(['test/support/import-worker.ts'], folder, { packages: 'external' });
  const children: ChildProcess[] = [];

  const end = async (child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  };

  return {
    start(settings) {
      const [command, args] = guarded(process.execPath, [join(folder, 'import-worker.js'), JSON.stringify(settings)]);
      const child = spawn(command, args, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, NODE_PATH: join(__dirname, '../../node_modules') },
      });
      children.push(child);
      const counts = new Map<string, number>();
      const waiting = new Set<() => void>();
      const logged: string[] = [];
      createInterface({ input: child.stdout }).on('line', (word) => {
        counts.set(word, (counts.get(word) ?? 0) + 1);
        for (const look of waiting) look();
      });
      createInterface({ input: child.stderr }).on('line', (line) => logged.push(line));
      const said = (word: Said) => counts.get(word) ?? 0;
      return {
        said,
        logged,
        until: (word, times) =>
          new Promise((done, fail) => {
            const ended = (): void =>
              fail(new Error(`the worker ended before it had said ${word}: ${logged.join('\n')}`));
            const look = (): void => {
              if (said(word) < times) return;
              waiting.delete(look);
              child.off('exit', ended);
              done();
            };
            waiting.add(look);
            child.once('exit', ended);
            look();
          }),
        async signal(signal) {
          if (signal === 'SIGKILL' || signal === 'SIGTERM') await end(child, signal);
          else child.kill(signal);
        },
        get exitCode() {
          return child.exitCode;
        },
      };
    },
    async remove() {
      await Promise.all(children.map((child) => end(child, 'SIGKILL')));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
