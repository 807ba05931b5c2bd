import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SlackConfig } from '../../../src/config';
import { createLogger } from '../../../src/platform/logging';
import { createGateway } from '../../../src/platform/slack/gateway';
import { sendFile } from '../../../src/platform/slack/send-file';
import { readBody } from '../../../src/workspace/http/body';
import { type BoltWorld, startBoltWorld } from '../../support/bolt-app';
import { openFolder } from '../sheets/sheet-files';

let files: Awaited<ReturnType<typeof openFolder>>;
let server: Server;
let origin: string;
let taken: { headers: IncomingHttpHeaders; bytes: Buffer } | null = null;
let isStuck = false;
function stuck(this: IncomingMessage): void {
  this.pause();
  isStuck = true;
}
beforeAll(async () => {
  files = await openFolder();
  server = createServer((request, response) => {
    if (request.url === '/redirect') response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    else if (request.url === '/reset') request.socket.destroy();
    else if (request.url === '/refused') response.writeHead(413).end();
    else if (request.url === '/stuck') request.once('data', stuck);
    else
      void readBody(request, 10_000_000).then((bytes) => {
        taken = { headers: request.headers, bytes };
        response.end('OK');
      });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await files.remove();
});

const sent = async (where: string, bytes: Buffer, signal?: AbortSignal) =>
  sendFile(new URL(where, origin), {
    path: await files.write(bytes),
    name: 'People.xlsx',
    size: bytes.length,
    ...(signal && { signal }),
  });

test('a file is sent byte for byte with its length, and without the bot’s token', async () => {
  const bytes = randomBytes(3_000_000);
  await sent('/upload', bytes);
  expect(taken?.bytes.equals(bytes)).toBe(true);
  expect(taken?.headers).toMatchObject({ 'content-length': '3000000' });
  expect(taken?.headers).not.toHaveProperty('authorization');
  expect(taken?.headers).not.toHaveProperty('transfer-encoding');
});

test.each([
  ['/reset', 'The connection to Slack broke while People.xlsx was sent. Ask for it again in a moment.'],
  ['/redirect', 'The connection to Slack broke while People.xlsx was sent. Ask for it again in a moment.'],
  ['/refused', 'Slack did not take People.xlsx (it answered 413). Ask for it again in a moment.'],
])('an upload that ends in %s is told in a sentence', async (where, message) => {
  await expect(sent(where, randomBytes(2_000_000))).rejects.toMatchObject({ kind: 'invalid_input', message });
});

test('an upload that is stuck is left off when Usher ends', async () => {
  const stopping = new AbortController();
  const sending = sent('/stuck', randomBytes(20_000_000), stopping.signal);
  while (!isStuck) await new Promise((done) => setTimeout(done, 10));
  stopping.abort();
  await expect(sending).rejects.toMatchObject({ name: 'AbortError' });
});

describe('into the workspace', () => {
  let world: BoltWorld;
  beforeAll(async () => {
    world = await startBoltWorld();
  });
  afterAll(() => world.close());

  test('a file of many megabytes is shared in the conversation with what is said beside it', async () => {
    const { slack, workspace } = world;
    const bytes = randomBytes(9_000_000);
    const config = { botToken: workspace.app.botToken, apiUrl: workspace.apiUrl() } as SlackConfig;
    const gateway = createGateway(config, createLogger('silent', { write: () => undefined }));
    const general = workspace.acts.conversationId('ada', '#general');
    const file = { path: await files.write(bytes), name: 'Müller & Söhne.xlsx', comment: 'Here <!channel>' };
    expect(await gateway.upload(general, file)).toBe(true);
    const [message] = slack.as('ada').messages('#general');
    expect(message?.text).toBe('Here &lt;!channel&gt;');
    const [shared] = message?.files ?? [];
    expect(shared?.name).toBe('Müller & Söhne.xlsx');
    expect(shared && slack.as('ben').download(shared).equals(bytes)).toBe(true);
  });
});
