import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { SMTPServer } from 'smtp-server';
import { second } from '../../../src/lib/duration';
import { openDatabase } from '../../../src/platform/db/database';
import { migrate } from '../../../src/platform/db/migrate';
import { createWorkspace, type Workspace } from '../../../src/workspace/workspace';
import { insertAdmin, insertGroup, insertProject } from '../../support/builders';
import { startMariadb } from '../../support/mariadb-server';
import { freePort } from '../../support/programs';
import { manifest } from '../../support/usher';
import { seedPeople } from '../seed-people';
import type { LoopDelay } from './loop-delay';

const root = join(__dirname, '../../..');

/** The admins of the site, by their names in Slack; `ada` is the one who drops files. */
export const admins = ['ada', 'grace', 'hedy', 'barbara', 'frances'] as const;

/** The whole of Usher as it runs in life: its program in a process of its own, a MariaDB server, Slack and a mail server beside it. */
export interface CommandsSite {
  readonly workspace: Workspace;
  readonly db: Knex;
  /** Where Slack's deliveries go. */
  readonly url: string;
  /** How late Usher's event loop came since this was last asked. */
  loopDelay(): Promise<LoopDelay>;
  remove(): Promise<void>;
}

/** A mail server that takes everything and keeps nothing. */
async function startMailSink(): Promise<{ url: string; close(): void }> {
  const port = await freePort();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onData: (stream, _session, done) => void stream.resume().once('end', () => done()),
  });
  server.on('error', () => undefined);
  await new Promise<void>((listens) => server.listen(port, '127.0.0.1', listens));
  return { url: `smtp://127.0.0.1:${port}`, close: () => server.close(() => undefined) };
}

function startWorkspace(url: string): Workspace {
  const people = admins.map((name) => ({ name, realName: name, email: `${name}@example.com` }));
  const channels = [
    { name: 'general', members: admins },
    { name: 'imports', members: admins },
    { name: 'admins', isPrivate: true, members: admins },
  ];
  return createWorkspace({ people, channels, manifest, requestUrl: url });
}

async function fill(db: Knex, people: number): Promise<void> {
  await migrate(db);
  await seedPeople(db, people);
  await db('licences').update({ seats: 10_000_000 });
  for (const name of admins) await insertAdmin(db, { email: `${name}@example.com`, first_name: name });
  // Files name them from nought on.
  await insertProject(db, { name: 'Project 0' });
  await insertGroup(db, { name: 'Group 0' });
}

async function untilReady(url: string, program: ChildProcess, log: string): Promise<void> {
  for (const deadline = Date.now() + 60 * second; ; await pause(100)) {
    const isReady = await fetch(url).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (isReady) return;
    if (program.exitCode !== null || Date.now() > deadline)
      throw new Error(`Usher did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`);
  }
}

/**
 * Starts everything, with so many people.
 * @param folder for what is left of it; has `loop-delay.js`
 * @param nodeOptions for the process of Usher, such as `--cpu-prof`
 */
export async function startCommandsSite(
  people: number,
  folder: string,
  nodeOptions: readonly string[],
): Promise<CommandsSite> {
  const server = await startMariadb();
  const mail = await startMailSink();
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const workspace = startWorkspace(`${origin}/slack/events`);
  const { close } = await workspace.listen();
  await server.execute('CREATE DATABASE bench CHARACTER SET utf8mb4 COLLATE utf8mb4_bin');
  const db = openDatabase(server.url('bench'), { queryTimeout: 60_000 });
  let program: ChildProcess | null = null;
  const remove = async () => {
    if (program !== null && program.exitCode === null) {
      const ended = once(program, 'exit');
      program.kill('SIGTERM');
      await ended;
    }
    await db.destroy();
    workspace.close();
    await close();
    mail.close();
    await server.remove();
  };
  try {
    await fill(db, people);
    const channel = (name: string) => workspace.acts.conversationId(workspace.acts.identify('ada'), name);
    const log = join(folder, `usher-${people}.log`);
    const output = openSync(log, 'a');
    const started = spawn(
      process.execPath,
      [...nodeOptions, '--require', join(folder, 'loop-delay.js'), join(root, 'dist/src/main.js')],
      {
        cwd: folder,
        env: {
          PATH: process.env.PATH ?? '',
          HOST: '127.0.0.1',
          PORT: String(port),
          PUBLIC_URL: origin,
          APP_SECRET: 'a secret of benchmarks, of sufficient length',
          DATABASE_URL: server.url('bench'),
          SMTP_URL: mail.url,
          SLACK_BOT_TOKEN: workspace.app.botToken,
          SLACK_SIGNING_SECRET: workspace.app.signingSecret,
          SLACK_API_URL: workspace.apiUrl(),
          SLACK_IMPORT_CHANNELS: channel('#imports'),
          SLACK_ADMIN_CHANNEL: channel('#admins'),
        },
        stdio: ['ignore', output, output, 'ipc'],
      },
    );
    program = started;
    await untilReady(`${origin}/readyz`, started, log);
    return {
      workspace,
      db,
      url: `${origin}/slack/events`,
      async loopDelay() {
        const said = once(started, 'message');
        started.send('said');
        const [delay] = await said;
        return delay as LoopDelay;
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
