import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BootView, WorkspaceEvent } from '../../src/workspace/protocol';
import { type BoltWorld, startBoltWorld } from '../support/bolt-app';

describe('the server of the page', () => {
  let world: BoltWorld;
  let ada: string;

  beforeEach(async () => {
    const pageDirectory = mkdtempSync(join(tmpdir(), 'page-'));
    writeFileSync(join(pageDirectory, 'page.js'), 'go()');
    world = await startBoltWorld({ pageDirectory });
    ada = world.slack.as('ada').id;
    world.app.command('/porter', async ({ ack, respond }) => {
      await ack();
      await respond('heard');
    });
  });
  afterEach(() => world.close());

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${world.origin}/workspace/client${path}`, {
      method,
      headers: { 'x-usher-workspace': '1' },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };

  test('a call without the page’s header is refused', async () => {
    const response = await fetch(`${world.origin}/workspace/client/boot`);
    expect(response.status).toBe(403);
  });

  test('a request under another name is refused', async () => {
    const status = await new Promise((resolve) => {
      request(`${world.origin}/`, { headers: { Host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(421);
  });

  test('the page comes with a strict policy, and says where it is not built', async () => {
    const page = await fetch(`${world.origin}/`);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(await page.text()).toContain('<script type="module" src="/page.js">');
    expect(await (await fetch(`${world.origin}/page.js`)).text()).toBe('go()');
    const missing = await fetch(`${world.origin}/page.css`);
    expect([missing.status, await missing.text()]).toEqual([404, expect.stringContaining('not built')]);
    expect((await fetch(`${world.origin}/..%2fpackage.json`)).status).toBe(404);
  });

  test('who nobody is yet sees the people only', async () => {
    const { body } = await call('GET', '/boot');
    const boot = body as BootView;
    expect(boot.people).toHaveLength(9);
    expect([boot.me, boot.conversations, boot.commands]).toEqual([null, [], []]);
    const mine = (await call('GET', `/boot?as=${ada}`)).body as BootView;
    expect(mine.conversations.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'channel general',
      'channel imports',
      'channel admins',
      'channel elsewhere',
      'dm Porter',
    ]);
    expect(mine.commands[0]).toEqual({ command: '/porter', description: 'Does what is asked', usageHint: '[words]' });
    expect(await call('GET', '/boot?as=U0NOBODY')).toMatchObject({ status: 404 });
  });

  test('an event stream tells what happens, and what comes of a command', async () => {
    const abort = new AbortController();
    const stream = await fetch(`${world.origin}/workspace/client/events?as=${ada}`, { signal: abort.signal });
    const conversationId = world.workspace.acts.conversationId('ada', '#general');
    expect(await call('POST', `/messages?as=${ada}`, { conversationId, text: '/porter' })).toEqual({
      status: 200,
      body: {},
    });
    let text = '';
    for await (const chunk of stream.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (text.includes('data:') && text.endsWith('\n\n')) break;
    }
    abort.abort();
    const [, line = ''] = /data: (.*)/.exec(text) ?? [];
    const event = JSON.parse(line) as WorkspaceEvent;
    expect(event).toMatchObject({ type: 'message', message: { text: 'heard', ephemeral: true } });
    const { body } = await call('GET', `/conversations/${conversationId}/messages?as=${ada}`);
    expect(body).toMatchObject({ messages: [{ text: 'heard' }] });
  });

  test('files go up as forms and come down as downloads', async () => {
    const form = new FormData();
    form.append('file', new Blob(['a,b']), 'Zahlen – 1.csv');
    const conversationId = world.workspace.acts.conversationId('ada', '#imports');
    const { body } = await call('POST', `/files?as=${ada}&conversationId=${conversationId}`, form);
    expect(body).toMatchObject({ name: 'Zahlen – 1.csv', size: 3 });
    await world.slack.idle();
    const { downloadPath } = body as { downloadPath: string };
    const down = await fetch(`${world.origin}${downloadPath}?as=${world.slack.as('ben').id}`);
    expect(await down.text()).toBe('a,b');
    expect(down.headers.get('content-disposition')).toMatch(/^attachment/);
    expect((await fetch(`${world.origin}${downloadPath}?as=${world.slack.as('sol').id}`)).status).toBe(404);
  });

  test('mail that the host hands over is shown to everybody, its HTML in a document that runs nothing', async () => {
    const html = '<p style="color:red">Hello</p><script>bad()</script>';
    world.workspace.acceptMail({ from: 'usher@x.org', to: 'ben@x.org', subject: 'Welcome', text: 'Hello', html });
    const { body } = await call('GET', `/mail?as=${ada}`);
    const [mail] = (body as { mails: { id: string }[] }).mails;
    expect(mail).toMatchObject({ subject: 'Welcome', to: 'ben@x.org' });
    expect(mail).not.toHaveProperty('html');
    expect((await call('GET', `/mail/${mail?.id}?as=${ada}`)).body).toMatchObject({ text: 'Hello', html });
    const document = await fetch(`${world.origin}/workspace/client/mail/${mail?.id}/html`);
    expect(document.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  test('a call that is no call, or not what the page would send, says so', async () => {
    expect((await fetch(`${world.origin}/workspace/client/mail/%E0%A4%A`)).status).toBe(400);
    expect(await call('GET', `/nothing?as=${ada}`)).toEqual({ status: 404, body: { error: 'There is no such call.' } });
    expect((await call('POST', `/messages?as=${ada}`, { text: 7 })).status).toBe(400);
    expect((await call('POST', `/actions?as=${ada}`, { action: {} })).status).toBe(400);
    expect((await call('POST', `/views/V1/submit?as=${ada}`, { state: {} })).status).toBe(409);
    expect(world.workspace.deliveries.complaints()).toEqual([]);
  });

  test('a host may ask which paths are the workspace’s', () => {
    expect(['/', '/page.js', '/api/auth.test', '/link/'].map((path) => world.workspace.owns(path))).toEqual(
      Array(4).fill(true),
    );
    expect(['/activate', '/v1/session', '/slack/events'].map((path) => world.workspace.owns(path))).toEqual(
      Array(3).fill(false),
    );
  });
});
