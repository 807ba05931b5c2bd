import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parse } from 'yaml';
import { createApp } from '../../src/app';
import type { Context } from '../../src/platform/context';
import { createLogger } from '../../src/platform/logging';
import { deliverDue } from '../../src/platform/mail/dispatcher';
import type { ChannelSeed, PersonSeed } from '../../src/workspace/options';
import type { MailBodyView, MessageView } from '../../src/workspace/protocol';
import { createWorkspace, type Workspace } from '../../src/workspace/workspace';
import { insertAdmin, insertUser } from './builders';
import { type FakeClock, fakeClock, testConfig } from './context';
import type { TestDatabase } from './databases';
import { type Actor, driveWorkspace, type WorkspaceDriver } from './workspace-driver';
import { testChannels, testPeople } from './workspace-people';

/** The manifest as it is given to Slack. */
export const manifest: unknown = parse(readFileSync(join(__dirname, '../../manifest.yml'), 'utf8'));

/** The whole program on a test's database, with the local workspace as its Slack, over HTTP. */
export interface RunningUsher {
  readonly origin: string;
  readonly ctx: Context;
  readonly clock: FakeClock;
  readonly workspace: Workspace;
  readonly driver: WorkspaceDriver;
  as(name: string): Actor;
  /** Sends what is due in the outbox now, and gives the mails to this address, the newest first. */
  mailsTo(address: string): Promise<MailBodyView[]>;
  /** Milliseconds by which Slack's methods, such as `views.open`, answer late. */
  readonly slowMethods: Map<string, number>;
  /** Slack's methods, such as `files.completeUploadExternal`, that are refused, with the word of the refusal. */
  readonly refusedMethods: Map<string, string>;
  /** Every line of the log so far, as one text. */
  logText(): string;
  /** Ends the program as a signal does, amid whatever it does; its Slack goes on. */
  end(): Promise<void>;
  stop(): Promise<void>;
}

export interface UsherOptions {
  readonly people?: readonly PersonSeed[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly socketMode?: boolean;
  /** Seats of the site; 50 unless told. */
  readonly seats?: number;
  /** Ada is an active admin and Ben an active user unless this is false. */
  readonly usualUsers?: boolean;
}

/** Another admin than Ada, and one who is disabled, beside the workspace's usual people. */
const usherPeople: readonly PersonSeed[] = [
  ...testPeople,
  { name: 'hedy', realName: 'Hedy Second', email: 'hedy@example.com', note: 'Second administrator' },
  { name: 'otto', realName: 'Otto Off', email: 'otto@example.com', note: 'Disabled administrator' },
  { name: 'uma', realName: 'Uma Unknown', email: 'uma@example.com', note: 'No user of the platform' },
];

const usherChannels: readonly ChannelSeed[] = testChannels.map((seed) =>
  seed.name === 'general' || seed.name === 'imports'
    ? { ...seed, members: [...(seed.members ?? []), 'hedy', 'otto', 'uma'] }
    : seed.name === 'admins'
      ? { ...seed, members: [...(seed.members ?? []), 'hedy'] }
      : seed,
);

/** Starts the program; every test that starts one stops it. */
export async function startUsher(database: TestDatabase, options: UsherOptions = {}): Promise<RunningUsher> {
  let listener = (_request: IncomingMessage, response: ServerResponse): unknown => response.writeHead(503).end();
  const server = createServer((request, response) => void listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const workspace = createWorkspace({
    people: options.people ?? usherPeople,
    channels: usherChannels,
    manifest,
    requestUrl: `${origin}/slack/events`,
    retryDelayScale: 0.001,
    ...(options.socketMode ? { socketMode: true } : {}),
  });
  workspace.setOrigin(origin);
  server.on('upgrade', workspace.upgradeListener);
  listener = workspace.requestListener;

  const driver = driveWorkspace(workspace);
  const channel = (name: string) => workspace.acts.conversationId(driver.as('ada').id, name);
  const clock = fakeClock(new Date().toISOString());
  const lines: string[] = [];
  const log = createLogger('trace', { write: (line: string) => void lines.push(line) });
  if (options.usualUsers !== false) {
    await insertAdmin(database.db, { email: 'ada@example.com', first_name: 'Ada', last_name: 'Lovelace' });
    await insertUser(database.db, { email: 'ben@example.com', first_name: 'Ben', last_name: 'Okri' });
  }
  const app = await createApp(
    testConfig({
      DATABASE_URL: database.url,
      PUBLIC_URL: origin,
      SEATS: String(options.seats ?? 50),
      SMTP_URL: 'smtp://127.0.0.1:9',
      SLACK_BOT_TOKEN: workspace.app.botToken,
      ...(options.socketMode
        ? { SLACK_APP_TOKEN: workspace.app.appToken }
        : { SLACK_SIGNING_SECRET: workspace.app.signingSecret }),
      SLACK_API_URL: workspace.apiUrl(),
      SLACK_IMPORT_CHANNELS: channel('#imports'),
      SLACK_ADMIN_CHANNEL: channel('#admins'),
      ...options.settings,
    }),
    {
      log,
      clock,
      scheduled: false,
      sendMail: async ({ to, subject, text, html, messageId }) => {
        workspace.acceptMail({ from: 'Usher <usher@usher.test>', to, subject, text, html, messageId });
      },
    },
  );
  const slow = new Map<string, number>();
  const refused = new Map<string, string>();
  listener = (request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const wait = slow.get(path.replace('/api/', ''));
    const refusal = refused.get(path.replace('/api/', ''));
    if (refusal !== undefined)
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: false, error: refusal }));
    else if (wait !== undefined) setTimeout(() => workspace.requestListener(request, response), wait);
    else if (workspace.owns(path)) workspace.requestListener(request, response);
    else app.requestListener(request, response);
  };
  let ended: Promise<void> | null = null;
  const end = () => {
    ended ??= app.stop(5000);
    return ended;
  };
  while (options.socketMode && workspace.connections() === 0) await new Promise((done) => setTimeout(done, 20));

  return {
    origin,
    ctx: app.ctx,
    clock,
    workspace,
    driver,
    as: driver.as,
    async mailsTo(address) {
      await deliverDue(app.ctx, { signal: new AbortController().signal });
      const { acts } = workspace;
      return acts
        .mails()
        .filter(({ to }) => to === address)
        .map(({ id }) => acts.mail(id));
    },
    slowMethods: slow,
    refusedMethods: refused,
    logText: () => lines.join(''),
    end,
    async stop() {
      await workspace.idle();
      await end();
      workspace.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The first link of a mail's text. */
export function linkIn(mail: MailBodyView | undefined): string {
  const found = /https?:\/\/\S+token=\S+/.exec(mail?.text ?? '')?.[0];
  if (found === undefined) throw new Error(`no link in: ${mail?.text ?? 'no mail'}`);
  return found;
}

/** Where a message's links lead. */
export function linksOf(message: MessageView): string[] {
  return [...JSON.stringify(message.blocks).matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url ?? '');
}
