import { makeApiToken, revokeApiToken } from '../../../src/features/credentials/api-tokens.service';
import { disableUsers } from '../../../src/features/invites/invites.service';
import { endSession } from '../../../src/features/sessions/end-sessions.service';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { minute } from '../../../src/lib/duration';
import { actingAs } from '../../../src/platform/context';
import { actorFor, insertGroup, insertMembership, insertProject, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { signedIn } from '../../support/sessions';
import { type RunningUsher, startUsher } from '../../support/usher';
import { type ApiCall, apiOf, password, passwordHash, platformKey } from './api-caller';

forEachDatabase((database) => {
  let usher: RunningUsher;
  let call: ApiCall;
  let maya: { id: number; email: string };
  beforeEach(async () => {
    usher = await startUsher(database, {
      settings: { PLATFORM_API_KEYS: `an-older-key-that-still-works-${'x'.repeat(9)},${platformKey}` },
    });
    call = apiOf(usher);
    maya = await insertUser(database.db, {
      email: 'maya@example.com',
      first_name: 'Maya',
      last_name: 'Okonkwo',
      password_hash: await passwordHash,
    });
  });
  afterEach(() => usher.stop());

  const signIn = (client: string, more: object = {}) =>
    call('POST', '/v1/sessions', {
      key: platformKey,
      body: { email: maya.email, password, kind: 'web', client_id: client, client_ip: '192.0.2.7', ...more },
    });
  const read = (token: string) => call('GET', '/v1/session', { token });
  const asAda = async () => {
    const ada = await database.db('users').where({ email: 'ada@example.com' }).first('id', 'email');
    return actingAs(usher.ctx, actorFor(ada));
  };

  test('of many who ask at the same moment each is told about themselves, and what they may do', async () => {
    const people = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async (number) => {
        const person = await insertUser(database.db, { email: `p${number}@example.com` });
        const project = await insertProject(database.db, { name: `Project ${number}` });
        await insertMembership(database.db, { userId: person.id, projectId: project.id });
        return { person, project, ...(await signedIn(usher.ctx, person.id, 'chrome')) };
      }),
    );
    const strange = `us_${'x'.repeat(43)}`;
    const asked = Array.from({ length: 12 }, () => [...people, null]).flat();
    const answers = await Promise.all(asked.map((one) => read(one?.token ?? strange)));
    expect(answers.map(({ status, body }) => [status, body.user?.email, body.permissions?.projects[0]?.name])).toEqual(
      asked.map((one) => (one === null ? [401, undefined, undefined] : [200, one.person.email, one.project.name])),
    );
  });

  test('somebody signs in, is known by the token, and signs out', async () => {
    const { status, body } = await signIn('chrome', { client_name: 'Chrome on Windows' });
    expect(status).toBe(201);
    expect(body.session).toMatchObject({
      kind: 'web',
      client_id: 'chrome',
      client_name: 'Chrome on Windows',
      ip: '192.0.2.7',
    });
    const known = await read(body.token);
    expect(known.status).toBe(200);
    expect(known.body).toMatchObject({
      kind: 'session',
      user: { id: maya.id, email: maya.email, first_name: 'Maya', last_name: 'Okonkwo', is_admin: false },
      session: { id: body.session.id },
    });
    expect((await call('DELETE', '/v1/session', { token: body.token })).status).toBe(204);
    expect((await read(body.token)).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' });
    // A program that did not get the first answer asks again.
    expect((await call('DELETE', '/v1/session', { token: body.token })).status).toBe(204);
  });

  test('a wrong password, an address that nobody has, and an account that is disabled are one answer', async () => {
    await insertUser(database.db, { email: 'off@example.com', status: 'disabled', password_hash: await passwordHash });
    const answers = [
      await signIn('chrome', { password: 'not-the-right-one' }),
      await signIn('chrome', { email: 'nobody@example.com' }),
      await signIn('chrome', { email: 'off@example.com' }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers[0]?.body.code).toBe('credentials_wrong');
    expect(answers[0]?.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  test('R89: the same client is one session, however many tabs sign in', async () => {
    const first = await signIn('chrome');
    const second = await signIn('chrome');
    expect(second.body.session.id).toBe(first.body.session.id);
    expect(second.body.token).not.toBe(first.body.token);
    for (const { body } of [first, second]) expect((await read(body.token)).status).toBe(200);
    await call('DELETE', '/v1/session', { token: first.body.token });
    expect((await read(second.body.token)).status).toBe(401);
  });

  test('R90: another browser or computer is another session', async () => {
    const [chrome, firefox] = [await signIn('chrome'), await signIn('firefox')];
    expect(firefox.body.session.id).not.toBe(chrome.body.session.id);
    await call('DELETE', '/v1/session', { token: chrome.body.token });
    expect((await read(firefox.body.token)).status).toBe(200);
  });

  test('R91: with three web sessions the fourth sign-in is asked which to end, and ends no other', async () => {
    const open = [];
    for (const client of ['a', 'b', 'c']) open.push((await signIn(client)).body);
    const asked = await signIn('d');
    expect([asked.status, asked.body.code]).toEqual([409, 'session_cap']);
    expect(asked.body.sessions.map(({ id }: { id: number }) => id).sort()).toEqual(
      open.map(({ session }) => session.id).sort(),
    );
    const { choice } = asked.body;
    const complete = { body: { choice, end: open[1].session.id } };
    const done = await call('POST', '/v1/sessions', complete);
    expect([done.status, done.body.session.client_id]).toEqual([201, 'd']);
    expect((await read(done.body.token)).status).toBe(200);
    expect((await read(open[1].token)).body).toMatchObject({ code: 'session_ended', reason: 'signed_out' });
    for (const one of [open[0], open[2]]) expect((await read(one.token)).status).toBe(200);
    const again = await call('POST', '/v1/sessions', complete);
    expect([again.status, again.body.code]).toEqual([410, 'choice_void']);
  });

  test('R91: of two sign-ins that race for the last place, one is asked', async () => {
    for (const client of ['a', 'b']) await signIn(client);
    const statuses = (await Promise.all([signIn('c'), signIn('d')])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409]);
  });

  test('R92: sessions of programs and of the explorer do not count among the three', async () => {
    for (const kind of ['api', 'explorer'])
      for (const client of ['a', 'b']) expect((await signIn(client, { kind })).status).toBe(201);
    for (const client of ['c', 'd', 'e']) expect((await signIn(client)).status).toBe(201);
    expect((await signIn('f')).status).toBe(409);
    expect((await signIn('g', { kind: 'api' })).status).toBe(201);
  });

  test('R85: who was ended by an admin is told so at the next request, in words and for programs', async () => {
    const { body } = await signIn('chrome');
    await endSession(await asAda(), body.session.id);
    const told = await read(body.token);
    expect(told.status).toBe(401);
    expect(told.body).toMatchObject({ code: 'session_ended', reason: 'admin' });
    expect(told.body.detail).toMatch(/^Your session was ended by an administrator\./);
    expect(JSON.stringify(told.body)).not.toContain('ada');
    expect(told.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  test('R88: a request keeps a session from idling; without one it ends, and says why', async () => {
    await storeSetting(usher.ctx, 'sessions.idle_minutes', 30);
    const { body } = await signIn('chrome');
    usher.clock.advance(25 * minute);
    expect((await read(body.token)).status).toBe(200);
    usher.clock.advance(25 * minute);
    const touched = await call('POST', '/v1/sessions/touch', { key: platformKey, body: { tokens: [body.token] } });
    expect(touched.body.states[0].state).toBe('active');
    usher.clock.advance(25 * minute);
    expect((await read(body.token)).status).toBe(200);
    usher.clock.advance(31 * minute);
    expect((await read(body.token)).body).toMatchObject({ code: 'session_ended', reason: 'idle' });
  });

  test('whoever is disabled is told so, whatever they were signed in by', async () => {
    const { body } = await signIn('chrome');
    const made = await makeApiToken(usher.ctx, maya.id, 'Builds', null);
    await disableUsers(await asAda(), [maya.id], null);
    expect((await read(body.token)).body).toMatchObject({ code: 'session_ended', reason: 'disabled' });
    expect((await read(made.kind === 'made' ? made.token.reveal() : '')).body.code).toBe('token_unknown');
  });

  test('what somebody may do is told as it is at this request', async () => {
    const apollo = await insertProject(database.db, { name: 'Apollo' });
    await insertMembership(database.db, { userId: maya.id, projectId: apollo.id });
    const group = await insertGroup(database.db, { members: [maya.id] });
    await database.db('user_groups').where({ id: group.id }).update({ permissions: '["export_users","view_users"]' });
    const { token } = (await signIn('chrome')).body;
    const { permissions } = (await read(token)).body;
    expect(permissions).toMatchObject({
      everything: false,
      site: ['view_users', 'export_users'],
      projects: [{ id: apollo.id, name: 'Apollo', profile: 'Tester' }],
    });
    expect(permissions.projects[0].permissions).toContain('run_tests');
    expect(permissions.projects[0].permissions).not.toContain('manage_project');
    await database.db('memberships').where({ user_id: maya.id }).del();
    await database.db('group_members').where({ user_id: maya.id }).del();
    expect((await read(token)).body.permissions).toEqual({ everything: false, site: [], projects: [] });
    await database.db('users').where({ id: maya.id }).update({ is_admin: true });
    await insertMembership(database.db, { userId: maya.id, projectId: apollo.id });
    const admin = (await read(token)).body;
    expect(admin.user.is_admin).toBe(true);
    expect(admin.permissions.everything).toBe(true);
    expect(admin.permissions.projects[0].permissions).toContain('manage_project');
  });

  test('an API token stands for its owner until it is revoked, and cannot be signed out', async () => {
    const made = await makeApiToken(usher.ctx, maya.id, 'Builds', null);
    if (made.kind !== 'made') throw new Error(made.problem);
    const token = made.token.reveal();
    const known = await read(token);
    expect(known.body).toMatchObject({
      kind: 'api_token',
      user: { id: maya.id },
      api_token: { id: made.apiToken.id, name: 'Builds' },
      permissions: { everything: false },
    });
    expect((await call('DELETE', '/v1/session', { token })).body.code).toBe('not_a_session');
    expect((await read(token)).status).toBe(200);
    await revokeApiToken(usher.ctx, maya.id, made.apiToken.id);
    expect((await read(token)).body.code).toBe('token_unknown');
  });

  test('a gateway asks for a thousand tokens at once, in their order; of 1,001 none is looked at', async () => {
    const [chrome, firefox] = [(await signIn('chrome')).body, (await signIn('firefox')).body];
    await call('DELETE', '/v1/session', { token: firefox.token });
    const strange = Array.from({ length: 997 }, (_, index) => `us_${String(index).padStart(43, '0')}`);
    const tokens = [chrome.token, 'nonsense', ...strange, firefox.token];
    const { status, body } = await call('POST', '/v1/sessions/touch', { key: platformKey, body: { tokens } });
    expect(status).toBe(200);
    expect(body.states).toHaveLength(1000);
    expect(body.states[0]).toEqual({ state: 'active', session_id: chrome.session.id, user_id: maya.id });
    expect(body.states[1]).toEqual({ state: 'unknown' });
    expect(body.states.at(-1)).toEqual({ state: 'ended', reason: 'signed_out' });
    const many = await call('POST', '/v1/sessions/touch', {
      key: platformKey,
      body: { tokens: [...tokens, chrome.token] },
    });
    expect([many.status, many.body.code, many.body.errors[0].pointer]).toEqual([422, 'invalid_input', '#/tokens']);
  });

  test('the statements of a gateway’s call do not grow with its tokens', async () => {
    const { token } = (await signIn('chrome')).body;
    const count = async (tokens: readonly string[]) => {
      let statements = 0;
      const note = () => {
        statements += 1;
      };
      usher.ctx.db.on('query', note);
      await call('POST', '/v1/sessions/touch', { key: platformKey, body: { tokens } });
      usher.ctx.db.removeListener('query', note);
      return statements;
    };
    const many = Array.from({ length: 300 }, (_, index) => `us_${String(index).padStart(43, '0')}`);
    expect([await count([token]), await count([...many, token])]).toEqual([1, 1]);
  });

  test('only the platform touches sessions: with any of its keys, as header or as bearer token', async () => {
    const body = { tokens: [] };
    const touch = async (request: object) =>
      (await call('POST', '/v1/sessions/touch', { body, ...request })).body.code ?? 'taken';
    expect(await touch({ key: platformKey })).toBe('taken');
    expect(await touch({ token: platformKey })).toBe('taken');
    expect(await touch({ key: `an-older-key-that-still-works-${'x'.repeat(9)}` })).toBe('taken');
    expect(await touch({})).toBe('platform_key_missing');
    expect(await touch({ key: `${platformKey}x` })).toBe('platform_key_unknown');
    expect(await touch({ key: platformKey.slice(0, -1) })).toBe('platform_key_unknown');
    expect(await touch({ token: (await signIn('chrome')).body.token })).toBe('platform_key_unknown');
    expect(await touch({ headers: { authorization: 'Basic dXNlcjpwYXNz' } })).toBe('platform_key_unknown');
  });

  test('no token, no key and no password is in the log', async () => {
    const { body } = await signIn('chrome');
    await read(body.token);
    await read('us_of-somebody-else');
    await call('POST', '/v1/sessions/touch', { key: platformKey, body: { tokens: [body.token] } });
    await call('POST', '/v1/sessions/touch', { key: 'a-wrong-key-of-somebody', body: { tokens: [body.token] } });
    const log = usher.logText();
    expect(log).toContain('/v1/sessions/touch');
    for (const secret of [
      body.token,
      body.device_proof,
      platformKey,
      'a-wrong-key-of-somebody',
      password,
      'us_of-somebody-else',
    ])
      expect(log).not.toContain(secret);
  });
});
