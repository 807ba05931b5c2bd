import type { SlashCommand } from '@slack/bolt';
import { type BoltWorld, startBoltWorld } from '../support/bolt-app';
import { textOf } from '../support/slack-text';

describe('slash commands', () => {
  let world: BoltWorld;
  let seen: SlashCommand[] = [];

  beforeEach(async () => {
    seen = [];
    world = await startBoltWorld({ ackTimeoutMs: 1000 });
    for (const name of ['/porter', '/plain']) {
      world.app.command(name, async ({ command, ack, respond }) => {
        if (command.text === 'sleep') return;
        if (command.text === 'in the ack') return ack({ text: 'Here you are', response_type: 'in_channel' });
        if (command.text === 'string') return ack('Just words');
        if (command.text === 'bad ack') return ack({ blocks: [{ type: 'section' }] as never });
        seen.push(command);
        await ack();
        await respond(`heard ${command.text.length}`);
      });
    }
  });
  afterEach(() => world.close());

  test('a command reaches the app with everything that Slack sends, and its answer only the person who asked', async () => {
    const ada = world.slack.as('ada');
    const reply = await ada.ask('#general', '/porter hello');
    expect(textOf(reply)).toBe('heard 5');
    expect(reply.ephemeral).toBe(true);
    expect(world.slack.as('ben').messages('#general')).toEqual([]);
    expect(seen[0]).toMatchObject({
      command: '/porter',
      text: 'hello',
      user_id: ada.id,
      user_name: 'ada',
      channel_name: 'general',
      team_domain: 'local',
      is_enterprise_install: 'false',
    });
    expect(seen[0]?.trigger_id).toMatch(/^\d+\.\d+\.[0-9a-f]{32}$/);
    expect(seen[0]?.response_url).toContain(`${world.origin}/commands/`);
    world.slack.expectPrompt();
  });

  test('typed addresses, links, people and channels come wrapped where the command asks for it', async () => {
    const ada = world.slack.as('ada');
    await ada.ask('#general', '/porter invite ben@x.org, <b> & https://x.org/a?b=1&c=2. @ben #imports @nobody');
    const general = ada.messages('#general')[0]?.conversationId;
    expect(seen[0]?.text).toMatch(
      /^invite <mailto:ben@x\.org\|ben@x\.org>, &lt;b&gt; &amp; <https:\/\/x\.org\/a\?b=1&amp;c=2>\. <@U0\w{9}\|ben> <#C0\w{9}\|imports> @nobody$/,
    );
    expect(general).toMatch(/^C0/);
    await ada.ask('#general', '/plain ben@x.org <b> @ben');
    expect(seen[1]?.text).toBe('ben@x.org &lt;b&gt; @ben');
  });

  test('a command that is not in the manifest does not exist', async () => {
    const ada = world.slack.as('ada');
    await ada.command('#general', '/nothing here');
    expect(ada.notices()[0]).toMatch(/^\/nothing is not a valid command/);
    expect(world.workspace.deliveries.list()).toEqual([]);
  });

  test('a command works in a channel where the app is not, and in its direct conversation', async () => {
    const ada = world.slack.as('ada');
    await ada.ask('#elsewhere', '/porter one');
    await ada.ask('@porter', '/porter two');
    await ada.ask('#admins', '/porter three');
    expect(seen.map((command) => command.channel_name)).toEqual(['elsewhere', 'directmessage', 'privategroup']);
  });

  test('an answer in the acknowledgement is posted, for everybody where it says so', async () => {
    const ada = world.slack.as('ada');
    const reply = await ada.ask('#general', '/porter in the ack');
    expect(reply.ephemeral).toBe(false);
    expect(textOf(await world.slack.as('ben').waitForMessage('Here you are'))).toBe('Here you are');
    expect(textOf(await ada.ask('#general', '/porter string'))).toBe('Just words');
  });

  test('an answer in the acknowledgement with blocks that Slack refuses is told to the person and to the test', async () => {
    const ada = world.slack.as('ada');
    await ada.command('#general', '/porter bad ack');
    expect(ada.notices()).toEqual(['/porter failed with the error "invalid_blocks"']);
    expect(() => world.slack.expectPrompt()).toThrow('must define either `text` or `fields`');
  });

  test('a command without an acknowledgement in time is told in Slack’s words', async () => {
    const ada = world.slack.as('ada');
    await ada.command('#general', '/porter sleep');
    expect(ada.notices()).toEqual(['/porter failed because the app did not respond (operation_timeout).']);
    expect(world.workspace.deliveries.list()[0]).toMatchObject({ kind: 'command', outcome: 'operation_timeout' });
  });

  test('an app that is not there is told in Slack’s words', async () => {
    world.workspace.setRequestUrl('http://127.0.0.1:1/slack/events');
    const ada = world.slack.as('ada');
    await ada.command('#general', '/porter hello');
    expect(ada.notices()).toEqual(['/porter failed because the app did not respond.']);
  });

  test('a wrongly signed delivery is refused by the app', async () => {
    const other = await startBoltWorld({ signingSecret: 'another secret' });
    other.workspace.setRequestUrl(world.requestUrl);
    await other.slack.as('ada').command('#general', '/porter hello');
    expect(other.slack.as('ada').notices()).toEqual(['/porter failed with the error "dispatch_failed"']);
    expect(other.workspace.deliveries.list()[0]).toMatchObject({ status: 401 });
    await other.close();
  });

  test('commands do not work in threads', async () => {
    const ada = world.slack.as('ada');
    await ada.post('#general', '/porter hello', '1700000000.000100');
    expect(ada.notices()).toEqual(['/porter is not supported in threads. Sorry!']);
  });

  test('somebody from another company comes with their own team and enterprise', async () => {
    const erin = world.slack.as('erin');
    await erin.ask('#general', '/porter hello');
    expect(seen[0]).toMatchObject({ team_id: 'T0PARTNER1', team_domain: 'partner', enterprise_id: 'E0PARTNER' });
  });

  test('deactivated people and bots cannot act', () => {
    expect(() => world.slack.as('dora')).toThrow('This account has been deactivated.');
    expect(() => world.slack.as('robo')).toThrow('A bot cannot use Slack like a person.');
  });
});
