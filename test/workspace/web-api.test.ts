import { LogLevel, type UsersListResponse, WebClient } from '@slack/web-api';
import { type BoltWorld, startBoltWorld, testManifest } from '../support/bolt-app';
import { textOf } from '../support/slack-text';

describe('the Web API', () => {
  let world: BoltWorld;
  let client: WebClient;
  const channelId = (name: string) => world.workspace.acts.conversationId('ada', name);

  const begin = async (options: Parameters<typeof startBoltWorld>[0] = {}) => {
    world = await startBoltWorld(options);
    client = world.app.client;
  };
  afterEach(() => world.close());

  function withToken(token: string | undefined): WebClient {
    return new WebClient(token, {
      slackApiUrl: world.workspace.apiUrl(),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      logLevel: LogLevel.ERROR,
    });
  }

  async function post(method: string, body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${world.workspace.apiUrl()}${method}`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${world.workspace.app.botToken}`,
        'Content-Type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  describe('who may call', () => {
    test('no token, a wrong one and one of the wrong kind are told apart', async () => {
      await begin();
      await expect(withToken(undefined).auth.test()).rejects.toThrow('not_authed');
      await expect(withToken('xoxb-wrong').auth.test()).rejects.toThrow('invalid_auth');
      await expect(withToken(world.workspace.app.appToken).auth.test()).rejects.toThrow('not_allowed_token_type');
    });

    test('auth.test names the bot', async () => {
      await begin();
      const { botId, botUserId } = world.workspace.app;
      expect(await client.auth.test()).toMatchObject({
        ok: true,
        bot_id: botId,
        user_id: botUserId,
        team: 'Local workspace',
      });
      expect(await client.bots.info({ bot: botId })).toMatchObject({ bot: { id: botId, user_id: botUserId } });
    });

    test('a method whose scope the manifest has not says which it needs', async () => {
      await begin({ manifest: { ...testManifest, oauth_config: { scopes: { bot: ['commands', 'users:read'] } } } });
      await expect(client.chat.postMessage({ channel: 'C1', text: 'x' })).rejects.toMatchObject({
        data: { error: 'missing_scope', needed: 'chat:write', provided: 'commands,users:read' },
      });
    });

    test('a method that Slack has not is unknown', async () => {
      await begin();
      await expect(client.apiCall('chat.shout')).rejects.toThrow('unknown_method');
    });

    test('arguments may come as JSON, but reading methods take forms only', async () => {
      await begin();
      const blocks = [{ type: 'divider' }];
      expect(await post('chat.postMessage', { channel: '#general', blocks })).toMatchObject({ ok: true });
      expect(await post('users.info', { user: world.slack.as('ada').id })).toMatchObject({
        ok: false,
        error: 'invalid_arguments',
        response_metadata: { messages: ['[ERROR] missing required field: user'] },
      });
      expect(await post('chat.postMessage', 7)).toMatchObject({ ok: false, error: 'json_not_object' });
    });
  });

  describe('messages', () => {
    beforeEach(() => begin());

    test('are posted in channels by id or name, and to people by their id', async () => {
      const ada = world.slack.as('ada');
      const posted = await client.chat.postMessage({ channel: '#general', text: '*a* &amp; b' });
      expect(posted).toMatchObject({
        channel: channelId('#general'),
        message: { text: '*a* &amp; b', type: 'message' },
      });
      await client.chat.postMessage({ channel: ada.id, text: 'to you' });
      expect(textOf(ada.messages('@porter')[0] as never)).toBe('to you');
      expect((await client.conversations.open({ users: ada.id })).channel?.id).toBe(channelId('@porter'));
    });

    test.each([
      ['an unknown channel', { channel: 'C0NOWHERE', text: 'x' }, 'channel_not_found'],
      ['a channel without the app', { channel: '#elsewhere', text: 'x' }, 'not_in_channel'],
      ['nothing to say', { channel: '#general' }, 'no_text'],
      ['a text over 40,000', { channel: '#general', text: 'x'.repeat(40_001) }, 'msg_too_long'],
      ['blocks that are no list', { channel: '#general', blocks: '{"type":"divider"}' }, 'invalid_blocks_format'],
      ['a thread that is not there', { channel: '#general', text: 'x', thread_ts: '1.2' }, 'thread_not_found'],
    ])('with %s are refused', async (_what, args, error) => {
      await expect(client.apiCall('chat.postMessage', args)).rejects.toThrow(error);
    });

    test('to a bot, or to somebody who was deactivated, are refused', async () => {
      const idOf = (name: string) =>
        world.workspace.acts.boot(null).people.find((person) => person.name === name)?.id ?? '';
      await expect(client.chat.postMessage({ channel: idOf('robo'), text: 'x' })).rejects.toThrow('cannot_dm_bot');
      await expect(client.conversations.open({ users: idOf('dora') })).rejects.toThrow('user_disabled');
    });

    test('of more than 13,200 characters in all blocks together are refused, though each is well', async () => {
      const section = { type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(2700) } };
      const args = (count: number) => ({ channel: '#general', text: 'x', blocks: Array(count).fill(section) });
      await client.chat.postMessage(args(4));
      await expect(client.chat.postMessage(args(5))).rejects.toThrow('msg_blocks_too_long');
    });

    test('with blocks that Slack refuses say why, with a pointer', async () => {
      const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '' } }];
      await expect(client.chat.postMessage({ channel: '#general', text: 'x', blocks } as never)).rejects.toMatchObject({
        data: {
          error: 'invalid_blocks',
          errors: ['must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
          response_metadata: {
            messages: ['[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]'],
          },
        },
      });
    });

    test('that are ephemeral are seen by one person of the channel, and are gone for chat.update', async () => {
      const [ada, ben] = [world.slack.as('ada'), world.slack.as('ben')];
      const channel = channelId('#general');
      const { message_ts: ts = '' } = await client.chat.postEphemeral({ channel, user: ada.id, text: 'psst' });
      expect(ada.messages('#general')).toMatchObject([{ text: 'psst', ephemeral: true }]);
      expect(ben.messages('#general')).toEqual([]);
      await expect(client.chat.update({ channel, ts, text: 'x' })).rejects.toThrow('message_not_found');
      const outsider = client.chat.postEphemeral({ channel: '#imports', user: world.slack.as('sol').id, text: 'x' });
      await expect(outsider).rejects.toThrow('user_not_in_channel');
    });

    test('are changed and deleted by who wrote them', async () => {
      const ada = world.slack.as('ada');
      await ada.post('#general', 'mine');
      const [{ ts: theirs = '' } = {}] = ada.messages('#general');
      const channel = channelId('#general');
      await expect(client.chat.update({ channel, ts: theirs, text: 'x' })).rejects.toThrow('cant_update_message');
      await expect(client.chat.delete({ channel, ts: theirs })).rejects.toThrow('cant_delete_message');
      const { ts = '' } = await client.chat.postMessage({ channel, text: 'one', blocks: [{ type: 'divider' }] });
      await client.chat.update({ channel, ts, blocks: [{ type: 'divider' }, { type: 'divider' }] } as never);
      expect(ada.messages('#general')[1]).toMatchObject({ text: 'one', edited: false, blocks: [{}, {}] });
      await client.chat.update({ channel, ts, text: 'two' });
      expect(ada.messages('#general')[1]).toMatchObject({ text: 'two', edited: true, blocks: [] });
      await expect(client.chat.update({ channel, ts, text: 'x'.repeat(4001) })).rejects.toThrow('msg_too_long');
      await client.chat.delete({ channel, ts });
      expect(ada.messages('#general')).toHaveLength(1);
    });

    test('in a thread belong to the message that began it', async () => {
      const { ts = '' } = await client.chat.postMessage({ channel: '#general', text: 'parent' });
      const reply = await client.chat.postMessage({ channel: '#general', text: 'one', thread_ts: ts });
      await client.chat.postMessage({ channel: '#general', text: 'two', thread_ts: reply.ts ?? '' });
      expect(
        world.slack
          .as('ada')
          .messages('#general')
          .map(({ threadTs }) => threadTs),
      ).toEqual([null, ts, ts]);
    });

    test('of a conversation are kept up to the newest 1000', async () => {
      for (let index = 0; index < 1001; index += 1) await world.slack.as('ada').post('#elsewhere', `${index}`);
      const kept = world.slack.as('ada').messages('#elsewhere');
      expect(kept).toHaveLength(200);
      expect(kept.at(-1)?.text).toBe('1000');
    });
  });

  describe('people', () => {
    const userOf = async (name: string) => {
      const id = world.workspace.acts.boot(null).people.find((person) => person.name === name)?.id ?? '';
      return (await client.users.info({ user: id })).user;
    };

    test('are shown with what Slack says about each kind of account', async () => {
      await begin();
      expect(await userOf('ada')).toMatchObject({ is_restricted: false, profile: { email: 'ada@example.com' } });
      expect(await userOf('nora')).not.toHaveProperty('profile.email');
      expect(await userOf('grace')).toMatchObject({ is_restricted: true, is_ultra_restricted: false });
      expect(await userOf('sol')).toMatchObject({ is_restricted: true, is_ultra_restricted: true });
      expect(await userOf('robo')).toMatchObject({ is_bot: true });
      expect(await userOf('dora')).toMatchObject({ deleted: true });
      expect(await userOf('erin')).toMatchObject({ is_stranger: true, team_id: 'T0PARTNER1' });
      await expect(client.users.info({ user: 'U0NOBODY' })).rejects.toThrow('user_not_found');
    });

    test('come without their address where the scope for it is missing', async () => {
      const scopes = testManifest.oauth_config.scopes.bot.filter((scope) => scope !== 'users:read.email');
      await begin({ manifest: { ...testManifest, oauth_config: { scopes: { bot: scopes } } } });
      expect(await userOf('ada')).not.toHaveProperty('profile.email');
      await expect(client.users.lookupByEmail({ email: 'ben@example.com' })).rejects.toThrow('missing_scope');
    });

    test('are found by address, unless they were deactivated', async () => {
      await begin();
      expect((await client.users.lookupByEmail({ email: 'BEN@example.com' })).user?.name).toBe('ben');
      await expect(client.users.lookupByEmail({ email: 'dora@example.com' })).rejects.toThrow('users_not_found');
    });

    test('and channels are listed page by page', async () => {
      await begin();
      const names: (string | undefined)[] = [];
      for await (const page of client.paginate('users.list', { limit: 3 })) {
        names.push(...((page as UsersListResponse).members ?? []).map(({ name }) => name));
      }
      expect(names).toEqual(['porter', 'ada', 'ben', 'nora', 'grace', 'sol', 'robo', 'erin', 'dora']);
      const { channels } = await client.conversations.list({ types: 'public_channel,private_channel' });
      expect(channels?.map(({ name, is_member }) => [name, is_member])).toEqual([
        ['general', true],
        ['imports', true],
        ['admins', true],
        ['elsewhere', false],
      ]);
      expect((await client.conversations.info({ channel: channelId('#general') })).channel).toMatchObject({
        is_ext_shared: true,
      });
      expect((await client.conversations.members({ channel: channelId('#admins') })).members).toHaveLength(2);
    });

    test('keep their ids from one start to the next', async () => {
      await begin();
      const before = world.slack.as('ada').id;
      await world.close();
      await begin();
      expect(world.slack.as('ada').id).toBe(before);
    });
  });

  describe('rate limits', () => {
    test('hold an app to about one post a second a channel, with Retry-After', async () => {
      let now = Date.parse('2030-01-01T00:00:00Z');
      await begin({ rateLimits: true, clock: { now: () => new Date(now) } });
      const say = (channel: string) => client.chat.postMessage({ channel, text: 'x' });
      for (let index = 0; index < 3; index += 1) await say('#general');
      await expect(say('#general')).rejects.toMatchObject({ retryAfter: 3 });
      await say('#imports');
      now += 3000;
      await say('#general');
    });

    test('follow the tier of a method', async () => {
      await begin({ rateLimits: true });
      for (let index = 0; index < 20; index += 1) await client.users.list({});
      await expect(client.users.list({})).rejects.toThrow('rate-limit');
    });

    test('are off unless asked for', async () => {
      await begin();
      for (let index = 0; index < 30; index += 1) await client.users.list({});
    });
  });
});
