import { type BoltWorld, startBoltWorld } from '../support/bolt-app';
import { textOf } from '../support/slack-text';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const row = (name: string) => ({
  type: 'section' as const,
  text: { type: 'mrkdwn' as const, text: `*${name}* &lt;${name}@x.org&gt; <https://x.org|see>` },
  accessory: { type: 'button' as const, action_id: `show-${name}`, text: plain('Show'), value: name },
});

describe('the driver of the workspace', () => {
  let world: BoltWorld;

  beforeEach(async () => {
    world = await startBoltWorld();
    world.app.command('/porter', async ({ command, ack, client }) => {
      await ack();
      const channel = command.channel_id;
      const blocks = [
        { type: 'header' as const, text: plain('People') },
        row('ada'),
        row('ben'),
        { type: 'divider' as const },
      ];
      const { ts = '' } = await client.chat.postMessage({ channel, text: 'People', blocks });
      if (command.text === 'then change') await client.chat.update({ channel, ts, text: 'Changed' });
    });
    world.app.action(/show-/, async ({ ack, respond, action }) => {
      await ack();
      await respond(`card of ${(action as { value?: string }).value}`);
    });
  });
  afterEach(() => world.close());

  test('reads a message as a person does', async () => {
    expect(textOf(await world.slack.as('ada').ask('#general', '/porter'))).toBe(
      [
        'People',
        '*ada* <ada@x.org> see <https://x.org>',
        '[Show]',
        '*ben* <ben@x.org> see <https://x.org>',
        '[Show]',
        '---',
      ].join('\n'),
    );
  });

  test('finds one of several alike by the words beside it, and says where there are several', async () => {
    const ada = world.slack.as('ada');
    const message = await ada.ask('#general', '/porter');
    await ada.click(message, { name: 'Show', within: 'ben@' });
    expect(textOf(await ada.lastMessage('#general'))).toBe('card of ben');
    await ada.click(message, { value: 'ada' });
    expect(textOf(await ada.lastMessage('#general'))).toBe('card of ada');
    await expect(ada.click(message, 'Show')).rejects.toThrow('There are 2 elements called "Show"');
  });

  test('waits for a message that changes, in every channel, for somebody who only watches too', async () => {
    const [ada, ben] = [world.slack.as('ada'), world.slack.as('ben')];
    const watching = ben.waitForMessage('Changed');
    await ada.command('#general', '/porter then change');
    expect((await watching).edited).toBe(true);
    expect(textOf(await world.slack.as('grace').waitForMessage('Changed'))).toBe('Changed');
  });

  test('says what was there where the wanted thing did not come', async () => {
    const ada = world.slack.as('ada');
    await ada.ask('#general', '/porter');
    const failure = await ada.waitForMessage('Goats', { timeoutMs: 20 }).catch((error: Error) => error.message);
    expect(failure).toMatch(/^ada waited 20 ms for a message Goats/);
    expect(failure).toContain('*ben* <ben@x.org>');
    expect(failure).toMatch(/command \/porter: acknowledged, \d+ ms/);
    await expect(ada.submit()).rejects.toThrow('ada has no modal open');
  });

  test('fails a test whose app was slow or sent what Slack refuses', async () => {
    world.slack.expectPrompt();
    world.workspace.setRequestUrl('http://127.0.0.1:1/');
    await world.slack.as('ada').command('#general', '/porter');
    expect(() => world.slack.expectPrompt()).toThrow('/porter: dispatch_failed');
  });
});
