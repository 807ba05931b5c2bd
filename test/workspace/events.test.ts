import { type BoltWorld, startBoltWorld, testManifest } from '../support/bolt-app';

type Event = Readonly<Record<string, unknown>>;

function manifestWith(events: string[], scopes: string[]) {
  return {
    ...testManifest,
    oauth_config: { scopes: { bot: scopes } },
    settings: { ...testManifest.settings, event_subscriptions: { bot_events: events } },
  };
}

describe('events', () => {
  let world: BoltWorld | undefined;
  let seen: Event[];

  const start = async (options: Parameters<typeof startBoltWorld>[0] = {}) => {
    seen = [];
    world = await startBoltWorld(options);
    world.app.event(/.*/, async ({ event }) => {
      seen.push(event as unknown as Event);
    });
    return world;
  };
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });

  test('a message in a conversation of the app is told, with what Slack made of the text', async () => {
    const { slack, workspace } = await start();
    const ada = slack.as('ada');
    await ada.post('@porter', 'hello @ben, mail ben@x.org <now>');
    await ada.post('#general', 'to all');
    await ada.post('#elsewhere', 'not for the app');
    await workspace.idle();
    const ben = slack.as('ben').id;
    expect(seen.map(({ type, channel_type, text, user }) => ({ type, channel_type, text, user }))).toEqual([
      {
        type: 'message',
        channel_type: 'im',
        text: `hello <@${ben}>, mail <mailto:ben@x.org|ben@x.org> &lt;now&gt;`,
        user: ada.id,
      },
      { type: 'message', channel_type: 'channel', text: 'to all', user: ada.id },
    ]);
    expect(workspace.deliveries.list()[0]?.payload).toMatchObject({
      type: 'event_callback',
      event_id: expect.stringMatching(/^Ev0\w{9}$/),
      authorizations: [{ user_id: workspace.app.botUserId, is_bot: true }],
    });
  });

  test('events that are not subscribed to, or want a scope that the app has not, are not sent', async () => {
    const { slack, workspace } = await start({
      manifest: manifestWith(['file_shared', 'message.im'], ['im:history', 'chat:write']),
    });
    const ada = slack.as('ada');
    await ada.upload('#general', 'a.csv', 'x');
    await ada.post('#general', 'hello');
    await ada.post('@porter', 'hello');
    await workspace.idle();
    expect(seen.map(({ type }) => type)).toEqual(['message']);
  });

  test('a person who joins a channel of the app is told', async () => {
    const { slack, workspace } = await start();
    workspace.acts.join('sol', '#imports');
    await workspace.idle();
    expect(seen.find(({ type }) => type === 'member_joined_channel')).toMatchObject({ user: slack.as('sol').id });
    expect(slack.as('sol').messages('#imports').at(-1)?.system).toBe(true);
  });

  test('changes and removals of messages are told', async () => {
    const { app, workspace } = await start();
    const { channel = '', ts = '' } = await app.client.chat.postMessage({ channel: '#general', text: 'one' });
    await app.client.chat.update({ channel, ts, text: 'two' });
    await app.client.chat.delete({ channel, ts });
    await workspace.idle();
    const told = workspace.deliveries.list().map(({ payload }) => (payload.event as Event).subtype);
    expect(told).toEqual([undefined, 'message_changed', 'message_deleted']);
  });

  test('an event that fails is sent four times in all, with the number and the reason of each retry', async () => {
    const { slack, workspace } = await start();
    workspace.setRequestUrl('http://127.0.0.1:1/slack/events');
    await slack.as('ada').post('@porter', 'hello');
    await workspace.idle();
    const records = workspace.deliveries.list();
    expect(records.map(({ retry }) => retry)).toEqual([
      null,
      { number: 1, reason: 'connection_failed' },
      { number: 2, reason: 'connection_failed' },
      { number: 3, reason: 'connection_failed' },
    ]);
    expect(new Set(records.map(({ payload }) => payload.event_id)).size).toBe(1);
  });

  test('the app sees that a delivery is a retry, and the retries end with the first acknowledgement', async () => {
    const { slack, workspace, requestUrl, app } = await start();
    const retries: unknown[] = [];
    app.use(async ({ context, next }) => {
      retries.push([context.retryNum, context.retryReason]);
      await next();
    });
    workspace.setRequestUrl('http://127.0.0.1:1/slack/events');
    await slack.as('ada').post('@porter', 'hello');
    workspace.setRequestUrl(requestUrl);
    await workspace.idle();
    expect(retries).toEqual([[1, 'connection_failed']]);
  });
});
