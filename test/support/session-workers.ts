import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildPrograms } from './built-program';
import { guarded } from './programs';

/** A process that serves the platform's API. */
export interface SessionWorker {
  readonly origin: string;
  /** Ends it as a power cut would; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface SessionWorkers {
  /** Starts one on a database that is migrated. */
  start(databaseUrl: string): Promise<SessionWorker>;
  /** Ends every worker that is left. */
  remove(): Promise<void>;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Builds session-worker.ts. */
export async function buildSessionWorkers(): Promise<SessionWorkers> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-session-worker-'));
  await buildPrograms(['test/support/session-worker.ts'], folder, { packages: 'external' });
  const children: ChildProcess[] = [];
  return {
    async start(databaseUrl) {
      const settings = { APP_SECRET: 'a secret of tests, of sufficient length', DATABASE_URL: databaseUrl };
      const program = [join(folder, 'session-worker.js'), JSON.stringify(settings)];
      const [command, args] = guarded(process.execPath, program);
      const child = spawn(command, args, {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_PATH: join(__dirname, '../../node_modules') },
      });
      children.push(child);
      const [origin] = await Promise.race([
        once(createInterface({ input: child.stdout }), 'line'),
        once(child, 'exit').then(() => Promise.reject(new Error('the worker ended before it said its address'))),
      ]);
      return { origin: String(origin), kill: () => kill(child) };
    },
    async remove() {
      await Promise.all(children.map(kill));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
