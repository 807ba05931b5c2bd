import WebSocket from 'ws';
import { type BoltWorld, startBoltWorld } from '../support/bolt-app';
import { textOf } from '../support/slack-text';

describe('Socket Mode', () => {
  let world: BoltWorld;

  beforeEach(() => start());
  afterEach(() => world.close());

  async function start(pingTimeoutMs?: number) {
    world = await startBoltWorld({ socketMode: true, ackTimeoutMs: 1000 }, pingTimeoutMs);
    const { app } = world;
    app.command('/porter', async ({ command, ack, respond, client }) => {
      if (command.text === 'sleep') return;
      if (command.text === 'answer') return ack('In the envelope');
      await ack();
      if (command.text !== 'form') return void (await respond('heard'));
      const view = {
        type: 'modal' as const,
        callback_id: 'f',
        title: { type: 'plain_text' as const, text: 'F' },
        blocks: [],
      };
      const submit = { type: 'plain_text' as const, text: 'Go' };
      await client.views.open({ trigger_id: command.trigger_id, view: { ...view, submit } });
    });
    app.view('f', ({ ack }) => ack({ response_action: 'clear' }));
    app.message(async ({ say }) => void (await say('noted')));
  }

  test('commands, their answers, submissions and events go over the app’s socket', async () => {
    const ada = world.slack.as('ada');
    expect(textOf(await ada.ask('#general', '/porter'))).toBe('heard');
    expect(textOf(await ada.ask('#general', '/porter answer'))).toBe('In the envelope');
    await ada.command('#general', '/porter form');
    await ada.modal('F');
    expect((await ada.submit()).modal).toBeNull();
    await ada.post('@porter', 'hello');
    expect(textOf(await ada.lastMessage('@porter'))).toBe('noted');
    world.slack.expectPrompt();
  });

  test('a command without an acknowledgement in time is told in Slack’s words', async () => {
    const ada = world.slack.as('ada');
    await ada.command('#general', '/porter sleep');
    expect(ada.notices()[0]).toContain('operation_timeout');
  });

  test('the app comes back after Slack asked for a fresh connection', async () => {
    await world.close();
    await start(1000);
    const ada = world.slack.as('ada');
    world.workspace.refreshSockets();
    while (world.workspace.connections() > 0) await new Promise(setImmediate);
    await ada.command('#general', '/porter');
    expect(ada.notices()[0]).toContain('did not respond');
    while (world.workspace.connections() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(textOf(await ada.ask('#general', '/porter'))).toBe('heard');
  });

  test('a connection wants the app’s token, and a ticket that is good once', async () => {
    const { app, workspace } = world;
    await expect(app.client.apps.connections.open({})).rejects.toThrow('not_allowed_token_type');
    const { url = '' } = (await app.client.apiCall('apps.connections.open', { token: workspace.app.appToken })) as {
      url?: string;
    };
    const connect = () =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url);
        socket.onmessage = ({ data }) => {
          socket.close();
          resolve(String(JSON.parse(String(data)).type));
        };
        socket.onerror = () => resolve('refused');
      });
    expect(await connect()).toBe('hello');
    expect(await connect()).toBe('refused');
  });
});
