import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SlackConfig } from '../../../src/config';
import { createLogger } from '../../../src/platform/logging';
import { createGateway } from '../../../src/platform/slack/gateway';

let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/redirect') response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
    else if (request.url === '/reset') request.socket.destroy();
    else {
      response.writeHead(200, { 'content-length': '1000' }).write('half');
      setTimeout(() => response.destroy(), 100);
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test.each([
  ['/redirect', 'Slack sends Usher elsewhere for people.xlsx'],
  ['/reset', 'The connection to Slack broke while people.xlsx was read. Drop it again in a moment.'],
  ['/half', 'The connection to Slack broke while people.xlsx was read. Drop it again in a moment.'],
])('a download that ends in %s is told in a sentence', async (path, sentence) => {
  const config = { botToken: 'xoxb-1', apiUrl: `${origin}/api/` } as SlackConfig;
  const facts = {
    id: 'F1',
    name: 'people.xlsx',
    size: 10,
    uploaderSlackId: 'U1',
    downloadUrl: `${origin}${path}`,
    conversationIds: [],
  };
  const log = createLogger('silent', { write: () => undefined });
  const read = createGateway(config, log).withFile(facts, 1000, async () => 'read');
  await expect(read).rejects.toMatchObject({ kind: 'invalid_input', message: expect.stringContaining(sentence) });
});
