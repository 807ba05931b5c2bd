import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { findProgram, freePort, guarded } from './programs';

/** How to get what a machine without MariaDB lacks. */
export const howToInstallMariadb = 'install it with: apt-get install mariadb-server (no service need run)';

/** A private server of one test run or one test, on 127.0.0.1 with a data folder of its own. */
export interface MariadbServer {
  readonly port: number;
  readonly pid: number;
  /** The address of one database on this server; it need not exist yet. */
  url(database: string): string;
  /** Runs statements outside of any database. */
  execute(...statements: readonly string[]): Promise<void>;
  /** Ends the server in good order; its data stay. */
  stop(): Promise<void>;
  /** Ends the server as a power cut would (SIGKILL); its data stay. */
  kill(): Promise<void>;
  /** Starts it again after stop() or kill(), on the same port with the same data. */
  start(): Promise<void>;
  /** The server hangs: connections stay open, nothing answers (SIGSTOP). */
  pause(): void;
  resume(): void;
  /** Ends the server and deletes its data. */
  remove(): Promise<void>;
}

interface Programs {
  readonly server: string;
  readonly install: string;
}

function findPrograms(): Programs | null {
  const server = findProgram('mariadbd', 'mysqld');
  const install = findProgram('mariadb-install-db', 'mysql_install_db');
  return server === null || install === null ? null : { server, install };
}

/** True when this machine can start a MariaDB server. */
export function hasMariadb(): boolean {
  return findPrograms() !== null;
}

async function answers(port: number): Promise<boolean> {
  try {
    const connection = await createConnection({ host: '127.0.0.1', port, user: 'root', connectTimeout: 1000 });
    await connection.query('SELECT 1');
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

/**
 * Makes an empty data folder and starts a server on it.
 * @throws Error with the server's own words when it does not come up within 30 seconds
 */
export async function startMariadb(): Promise<MariadbServer> {
  const programs = findPrograms();
  if (programs === null) throw new Error(`MariaDB is not installed; ${howToInstallMariadb}`);
  const folder = mkdtempSync(join(tmpdir(), 'usher-mariadb-'));
  const data = join(folder, 'data');
  // Where large sorts and changed tables lie for a while: what a killed server leaves there goes with its folder.
  const scratch = join(folder, 'tmp');
  for (const own of [data, scratch]) mkdirSync(own);
  const user = process.getuid?.() === 0 ? ['--user=root'] : [];
  execFileSync(
    programs.install,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--tmpdir=${scratch}`,
      '--auth-root-authentication-method=normal',
      '--skip-name-resolve',
      '--skip-test-db',
      ...user,
    ],
    { stdio: 'pipe' },
  );
  const port = await freePort();
  const log = join(folder, 'server.log');
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    const options = [
      '--no-defaults',
      `--datadir=${data}`,
      `--tmpdir=${scratch}`,
      ...user,
      '--bind-address=127.0.0.1',
      `--port=${port}`,
      `--socket=${join(folder, 'socket')}`,
      `--pid-file=${join(folder, 'pid')}`,
      '--skip-name-resolve',
      '--skip-log-bin',
      '--max-connections=500',
      '--performance-schema=OFF',
      '--key-buffer-size=1M',
      '--aria-pagecache-buffer-size=8M',
      '--innodb-buffer-pool-size=64M',
      '--innodb-log-file-size=32M',
      // Commits reach the operating system and so survive a killed server, but nobody waits for the disk.
      '--innodb-flush-log-at-trx-commit=2',
      '--innodb-flush-method=nosync',
      '--innodb-doublewrite=0',
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_bin',
    ];
    const output = openSync(log, 'a');
    const [command, args] = guarded(programs?.server ?? '', options);
    const started = spawn(command, args, { stdio: ['ignore', output, output] });
    child = started;
    for (const deadline = Date.now() + 30_000; ; ) {
      if (await answers(port)) return;
      if (started.exitCode !== null || Date.now() > deadline) {
        throw new Error(`MariaDB did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((done) => ending.once('exit', done));
    // A stopped process does not see SIGTERM before it goes on.
    ending.kill('SIGCONT');
    ending.kill(signal);
    await ended;
  }

  await start();
  return {
    port,
    get pid() {
      if (child?.pid === undefined) throw new Error('the server is stopped');
      return child.pid;
    },
    url: (database) => `mysql://root@127.0.0.1:${port}/${database}`,
    async execute(...statements) {
      const connection = await createConnection({ host: '127.0.0.1', port, user: 'root' });
      try {
        for (const statement of statements) await connection.query(statement);
      } finally {
        await connection.end();
      }
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    start,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async remove() {
      await end('SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
