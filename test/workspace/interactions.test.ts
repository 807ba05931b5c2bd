import type { BlockAction } from '@slack/bolt';
import { type BoltWorld, startBoltWorld, testManifest } from '../support/bolt-app';
import { textOf } from '../support/slack-text';

const buttons = [
  { type: 'section', block_id: 'row', text: { type: 'mrkdwn', text: 'Ada & co' } },
  {
    type: 'actions',
    block_id: 'acts',
    elements: [
      { type: 'button', action_id: 'confirm', text: { type: 'plain_text', text: 'Confirm' }, value: 'plan-1' },
      {
        type: 'static_select',
        action_id: 'role',
        options: ['Tester', 'Reader'].map((text) => ({
          text: { type: 'plain_text', text },
          value: text.toLowerCase(),
        })),
      },
      {
        type: 'overflow',
        action_id: 'more',
        options: ['Show', 'Disable'].map((text) => ({ text: { type: 'plain_text', text }, value: text.toLowerCase() })),
      },
      {
        type: 'external_select',
        action_id: 'who',
        min_query_length: 1,
        placeholder: { type: 'plain_text', text: 'Who' },
      },
    ],
  },
];

describe('interactions', () => {
  let world: BoltWorld;
  let seen: BlockAction[];
  let onAction: (args: {
    body: BlockAction;
    respond: (message: unknown) => Promise<unknown>;
    client: BoltWorld['app']['client'];
  }) => Promise<unknown>;

  beforeEach(async () => {
    seen = [];
    onAction = async () => {};
    world = await startBoltWorld({ ackTimeoutMs: 1000 });
    const { app } = world;
    app.command('/porter', async ({ command, ack, client }) => {
      await ack();
      const message = { channel: command.channel_id, text: 'Choose', blocks: buttons as never };
      if (command.text === 'secretly') await client.chat.postEphemeral({ ...message, user: command.user_id });
      else await client.chat.postMessage(message);
    });
    app.action(/.*/, async ({ body, ack, respond, client }) => {
      const action = body as BlockAction;
      if ((action.actions[0] as { value?: string }).value !== 'sleep') await ack();
      seen.push(action);
      await onAction({ body: action, respond: respond as never, client });
    });
    app.options('who', async ({ payload, ack }) => {
      if (payload.value === 'slow') return;
      const many = Array.from({ length: 101 }, (_, index) => `many ${index}`);
      const found = ['Lila Moon', 'Li Wei', 'Bo', ...many].filter((name) =>
        name.toLowerCase().includes(payload.value.toLowerCase()),
      );
      const options = found.map((text) => ({ text: { type: 'plain_text' as const, text }, value: `id of ${text}` }));
      await ack({ options });
    });
  });
  afterEach(() => world.close());

  test('a click brings the message, its place, the element as the app made it, and a response_url', async () => {
    const ada = world.slack.as('ada');
    const message = await ada.ask('#general', '/porter');
    await ada.click(message, 'Confirm');
    expect(seen[0]).toMatchObject({
      type: 'block_actions',
      user: { id: ada.id, username: 'ada', name: 'ada' },
      container: { type: 'message', message_ts: message.ts, channel_id: message.conversationId, is_ephemeral: false },
      channel: { id: message.conversationId, name: 'general' },
      message: { ts: message.ts, text: 'Choose', bot_id: world.workspace.app.botId },
      actions: [{ type: 'button', action_id: 'confirm', block_id: 'acts', value: 'plan-1', text: { text: 'Confirm' } }],
      is_enterprise_install: false,
    });
    expect(seen[0]?.response_url).toContain('/actions/');
    expect(seen[0]?.actions[0]?.action_ts).toMatch(/^\d+\.\d{6}$/);
  });

  test('a click on an ephemeral message brings no message, and says that it is ephemeral', async () => {
    const ada = world.slack.as('ada');
    await ada.click(await ada.ask('#general', '/porter secretly'), 'Confirm');
    expect(seen[0]?.container).toMatchObject({ is_ephemeral: true });
    expect(seen[0]?.message).toBeUndefined();
  });

  test('choices bring the option as the app made it, and the state of all elements', async () => {
    const ada = world.slack.as('ada');
    const message = await ada.ask('#general', '/porter');
    await ada.choose(message, 'role', 'Reader');
    await ada.choose(message, 'more', 'Disable');
    expect(seen[0]?.actions[0]).toMatchObject({ type: 'static_select', selected_option: { value: 'reader' } });
    expect(seen[0]?.state?.values.acts?.role).toMatchObject({ selected_option: { value: 'reader' } });
    expect(seen[0]?.state?.values.acts?.who).toEqual({ type: 'external_select', selected_option: null });
    expect(seen[1]?.actions[0]).toMatchObject({ type: 'overflow', selected_option: { value: 'disable' } });
    await expect(ada.choose(message, 'role', 'Owner')).rejects.toThrow('There is no option "Owner"');
  });

  test('an external select offers what the app finds, and brings what was chosen', async () => {
    const ada = world.slack.as('ada');
    const message = await ada.ask('#general', '/porter');
    expect((await ada.suggestions(message, 'who', 'li')).map((option) => option.text.text)).toEqual([
      'Lila Moon',
      'Li Wei',
    ]);
    expect(await ada.suggestions(message, 'who', '')).toEqual([]);
    await ada.choose(message, 'who', 'Li Wei');
    expect(seen[0]?.actions[0]).toMatchObject({ type: 'external_select', selected_option: { value: 'id of Li Wei' } });
  });

  test('more than 100 options, or none in time, are no results', async () => {
    const ada = world.slack.as('ada');
    const message = await ada.ask('#general', '/porter');
    await expect(ada.suggestions(message, 'who', 'many')).rejects.toThrow('Could not load results.');
    expect(world.workspace.deliveries.complaints()[0]?.messages[0]).toContain('no more than 100 items allowed');
    await expect(ada.suggestions(message, 'who', 'slow')).rejects.toThrow('The app did not answer in time.');
  });

  test('only who sees a message can click in it, and only on what is there', async () => {
    const ada = world.slack.as('ada');
    const message = await ada.ask('#general', '/porter secretly');
    await expect(world.slack.as('ben').click(message, 'Confirm')).rejects.toThrow('That message is no longer there.');
    await expect(ada.click(message, 'Delete')).rejects.toThrow('There is no element called "Delete"');
  });

  test('a click that crosses a change of the message still arrives, and the second is told the message as it is', async () => {
    const ada = world.slack.as('ada');
    const message = await ada.ask('#general', '/porter');
    onAction = async ({ respond }) => respond({ replace_original: true, text: 'Done' });
    await ada.click(message, 'Confirm');
    await ada.waitForMessage('Done');
    await ada.click(message, 'Confirm');
    expect(seen).toHaveLength(2);
    expect(seen[1]?.message?.text).toBe('Done');
  });

  test('a click without an acknowledgement in time is told to the person', async () => {
    const ada = world.slack.as('ada');
    await ada.command('#general', '/porter');
    await world.workspace.idle();
    const message = await ada.lastMessage('#general');
    world.workspace.setRequestUrl('http://127.0.0.1:1/slack/events');
    await ada.click(message, 'Confirm');
    expect(ada.notices()[0]).toContain('did not respond');
  });

  test('a click in the Home brings the view, and no response_url', async () => {
    const ada = world.slack.as('ada');
    const view = { type: 'home' as const, blocks: [buttons[1]] as never };
    await world.app.client.views.publish({ user_id: ada.id, view });
    await ada.click(world.workspace.acts.home('ada') as never, 'Confirm');
    expect(seen[0]).toMatchObject({
      container: { type: 'view' },
      view: { type: 'home', root_view_id: seen[0]?.view?.id },
    });
    expect(seen[0]).not.toHaveProperty('response_url');
    expect(seen[0]).not.toHaveProperty('channel');
  });

  test('somebody from another company clicks with their own team and enterprise', async () => {
    await world.slack.as('ada').command('#general', '/porter');
    await world.slack.as('erin').click(await world.slack.as('erin').waitForMessage('Confirm'), 'Confirm');
    expect(seen[0]).toMatchObject({
      team: { id: 'T0PARTNER1', domain: 'partner', enterprise_id: 'E0PARTNER' },
      user: { team_id: 'T0PARTNER1' },
      enterprise: { id: 'E0PARTNER', name: 'Partner Group' },
    });
  });

  test('an app whose manifest has no interactivity hears of no click', async () => {
    await world.close();
    const settings = { ...testManifest.settings, interactivity: { is_enabled: false } };
    world = await startBoltWorld({ manifest: { ...testManifest, settings } });
    const ada = world.slack.as('ada');
    await world.app.client.chat.postMessage({ channel: '#general', text: 'Choose', blocks: buttons as never });
    await ada.click(await ada.waitForMessage('Confirm'), 'Confirm');
    expect(ada.notices()).toEqual(['This app is not configured to handle interactive responses.']);
    expect(world.workspace.deliveries.list().filter(({ kind }) => kind === 'interaction')).toEqual([]);
  });

  describe('a response_url', () => {
    const respondTo = async (url: string, body: unknown) => {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
      return { status: response.status, text: await response.text() };
    };

    test('replaces and deletes its own message, an ephemeral one too', async () => {
      const ada = world.slack.as('ada');
      const message = await ada.ask('#general', '/porter secretly');
      onAction = async ({ respond }) => respond({ replace_original: true, text: 'Changed' });
      await ada.click(message, 'Confirm');
      expect(textOf(await ada.waitForMessage('Changed'))).toBe('Changed');
      expect(ada.again(message)?.ephemeral).toBe(true);
      expect(await respondTo(seen[0]?.response_url ?? '', { delete_original: true })).toEqual({
        status: 200,
        text: 'ok',
      });
      expect(ada.again(message)).toBeNull();
      expect(await respondTo(seen[0]?.response_url ?? '', { delete_original: true })).toMatchObject({ status: 404 });
    });

    test('posts to the person unless it says in_channel, where the app is no member too', async () => {
      const ada = world.slack.as('ada');
      await ada.click(await ada.ask('#general', '/porter'), 'Confirm');
      const url = seen[0]?.response_url ?? '';
      await respondTo(url, { text: 'to you' });
      await respondTo(url, { text: 'to all', response_type: 'in_channel' });
      const texts = world.slack
        .as('ben')
        .messages('#general')
        .map((message) => message.text);
      expect(texts).toEqual(['Choose', 'to all']);
    });

    test('works five times', async () => {
      const ada = world.slack.as('ada');
      await ada.click(await ada.ask('#general', '/porter'), 'Confirm');
      const url = seen[0]?.response_url ?? '';
      for (let use = 0; use < 5; use += 1)
        expect(await respondTo(url, { text: `${use}` })).toMatchObject({ status: 200 });
      expect(await respondTo(url, { text: 'six' })).toEqual({ status: 404, text: '{"ok":false,"error":"used_url"}' });
    });

    test('refuses blocks that Slack refuses, and nothing at all', async () => {
      const ada = world.slack.as('ada');
      await ada.click(await ada.ask('#general', '/porter'), 'Confirm');
      const url = seen[0]?.response_url ?? '';
      expect((await respondTo(url, { blocks: [{ type: 'nonsense' }] })).text).toContain('invalid_blocks');
      expect((await respondTo(url, {})).text).toContain('no_text');
      expect((await respondTo(`${url}x`, { text: 'x' })).status).toBe(404);
    });
  });
});
