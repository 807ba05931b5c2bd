import { type BoltWorld, startBoltWorld } from '../support/bolt-app';

const modal = { type: 'modal' as const, title: { type: 'plain_text' as const, text: 'Hello' }, blocks: [] };

describe('things that live for a while', () => {
  let world: BoltWorld;
  let now: number;
  let lastTrigger: string;
  let lastUrl: string;

  beforeEach(async () => {
    now = Date.parse('2030-01-01T00:00:00Z');
    world = await startBoltWorld({ clock: { now: () => new Date(now) } });
    world.app.command('/porter', async ({ command, ack }) => {
      lastTrigger = command.trigger_id;
      lastUrl = command.response_url;
      await ack();
    });
    await world.slack.as('ada').command('#general', '/porter');
  });
  afterEach(() => world.close());

  const open = (trigger_id: string) => world.app.client.views.open({ trigger_id, view: modal });

  test('a trigger_id opens one modal', async () => {
    await open(lastTrigger);
    await expect(open(lastTrigger)).rejects.toThrow('exchanged_trigger_id');
  });

  test('a trigger_id is good for three seconds', async () => {
    now += 2900;
    const other = lastTrigger;
    await world.slack.as('ada').command('#general', '/porter');
    now += 200;
    await expect(open(other)).rejects.toThrow('expired_trigger_id');
    await open(lastTrigger);
  });

  test('a trigger_id that was never given out opens nothing', async () => {
    await expect(open('1.2.abc')).rejects.toThrow('invalid_trigger_id');
  });

  test('a response_url is good for half an hour', async () => {
    const respond = () => fetch(lastUrl, { method: 'POST', body: JSON.stringify({ text: 'hello' }) });
    now += 29 * 60_000;
    expect((await respond()).status).toBe(200);
    now += 2 * 60_000;
    expect(await (await respond()).json()).toEqual({ ok: false, error: 'expired_url' });
  });

  test('messages are stamped by the clock of the workspace, each once', async () => {
    const { client } = world.app;
    const post = () => client.chat.postMessage({ channel: '#general', text: 'x' });
    const stamps = [(await post()).ts, (await post()).ts];
    expect(stamps[0]).toMatch(/^1893456000\.\d{6}$/);
    expect(new Set(stamps).size).toBe(2);
  });
});
