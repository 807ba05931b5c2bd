import { request as httpRequest } from 'node:http';
import { platformApi } from '../../../src/features/platform-api/platform-api.routes';
import { openDatabase } from '../../../src/platform/db/database';
import { insertUser } from '../../support/builders';
import { type TestContext, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { startPages } from '../../support/pages';
import { type RunningUsher, startUsher } from '../../support/usher';
import { type ApiCall, type ApiRequest, apiOf, password, passwordHash, platformKey } from './api-caller';

forEachDatabase((database) => {
  let usher: RunningUsher;
  let call: ApiCall;
  beforeEach(async () => {
    usher = await startUsher(database, { settings: { PLATFORM_API_KEYS: platformKey } });
    call = apiOf(usher);
    await insertUser(database.db, { email: 'maya@example.com', password_hash: await passwordHash });
  });
  afterEach(() => usher.stop());

  const credentials = { email: 'maya@example.com', password, kind: 'web', client_id: 'chrome' };
  const post = (request: ApiRequest) => call('POST', '/v1/sessions', { key: platformKey, ...request });
  const from = (client_ip: string, more: object = {}) => post({ body: { ...credentials, client_ip, ...more } });

  test('a body that is no JSON object is told to be none', async () => {
    for (const raw of ['{"email": ', '', 'null', '"text"', '[]', '{"__proto__": {"kind": "web"}}']) {
      const { status, body } = await post({ raw });
      expect([raw, status, body.code]).toEqual([raw, 400, 'malformed']);
    }
  });

  test('a form, or a text that calls itself nothing, is told that JSON is expected', async () => {
    const form = await post({ raw: 'email=a', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect([form.status, form.body.code]).toEqual([415, 'content_type']);
    const text = await post({ raw: JSON.stringify(credentials), headers: { 'content-type': 'text/plain' } });
    expect([text.status, text.body.code]).toEqual([415, 'content_type']);
  });

  test('every field that is wrong is told by its place, and what was sent is not repeated', async () => {
    const { status, body } = await post({
      body: { email: 7, password, kind: 'desktop', client_ip: 'secret-place', 'a/b~': 1 },
    });
    expect([status, body.code]).toEqual([422, 'invalid_input']);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '#/a~1b~0',
      '#/client_id',
      '#/client_ip',
      '#/email',
      '#/kind',
    ]);
    expect(body.errors).toContainEqual({ pointer: '#/client_id', detail: 'This is missing.' });
    expect(JSON.stringify(body)).not.toMatch(/secret-place|desktop|lantern/);
    const blank = await post({ body: { ...credentials, client_id: ' \u0007 ' } });
    expect([blank.status, blank.body.errors[0].pointer]).toEqual([422, '#/client_id']);
    const mixed = await post({ body: { ...credentials, choice: 'uc_x', end: 1 } });
    expect([mixed.status, mixed.body.code]).toEqual([422, 'invalid_input']);
  });

  test('a body that is too large is refused unread, where a stranger may send none at all also before it is sent', async () => {
    const large = await post({ body: { ...credentials, password: 'x'.repeat(20_000) } });
    expect([large.status, large.body.code]).toEqual([413, 'too_large']);
    const tokens = [`us_${'x'.repeat(600_000)}`];
    const touched = await call('POST', '/v1/sessions/touch', { key: platformKey, body: { tokens } });
    expect([touched.status, touched.body.code]).toEqual([413, 'too_large']);
    expect((await call('POST', '/v1/sessions/touch', { raw: '{"tok' })).body.code).toBe('platform_key_missing');
  });

  test('an address that leads nowhere is told from a method that is not there', async () => {
    for (const path of ['/v1', '/v1/', '/v1/users', '/v1/session/', '/v1/sessions/7']) {
      const { status, body } = await call('GET', path);
      expect([path, status, body.code]).toEqual([path, 404, 'unknown_route']);
    }
    const unreadable = await call('GET', '/v1/%zz');
    expect([unreadable.status, unreadable.body.code]).toEqual([404, 'unknown_route']);
    expect(unreadable.headers.get('x-content-type-options')).toBe('nosniff');
    const tried = [
      ['PUT', '/v1/session', 'GET, DELETE, HEAD'],
      ['GET', '/v1/sessions', 'POST'],
      ['OPTIONS', '/v1/sessions', 'POST'],
      ['DELETE', '/v1/sessions/touch', 'POST'],
      ['POST', '/v1/openapi.json', 'GET, HEAD'],
    ] as const;
    for (const [method, path, allow] of tried) {
      const { status, body, headers } = await call(method, path, { headers: { origin: 'https://elsewhere.example' } });
      expect([path, status, body.code, headers.get('allow')]).toEqual([path, 405, 'method_not_allowed', allow]);
    }
    expect((await fetch(`${usher.origin}/no-such-page`)).headers.get('content-type')).toContain('text/html');
  });

  test('a token is asked for, and one that is none is told so', async () => {
    for (const [method, headers, code] of [
      ['GET', {}, 'token_missing'],
      ['DELETE', {}, 'token_missing'],
      ['GET', { authorization: 'Bearer' }, 'token_missing'],
      ['GET', { authorization: 'Basic dXNlcjpwYXNz' }, 'token_missing'],
      ['GET', { cookie: 'usher_session=us_x' }, 'token_missing'],
      ['GET', { authorization: 'Bearer us_x' }, 'token_unknown'],
      ['DELETE', { authorization: `Bearer us_${'x'.repeat(43)}` }, 'token_unknown'],
      ['GET', { authorization: `bearer uk_${'x'.repeat(43)}` }, 'token_unknown'],
      ['GET', { authorization: `Bearer ${platformKey}` }, 'token_unknown'],
    ] as const) {
      const { status, body } = await call(method, '/v1/session', { headers });
      expect([headers, status, body.code]).toEqual([headers, 401, code]);
    }
  });

  test('after thirty sign-ins in a minute that were refused their address waits; the platform’s people are counted each by their own', async () => {
    for (let number = 0; number < 30; number += 1)
      expect((await from('192.0.2.1', { email: `x${number}@example.com` })).status).toBe(401);
    const refused = await from('192.0.2.1');
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from('192.0.2.2')).status).toBe(201);
    // Somebody with a whole network of IPv6 has one address, as far as limits go.
    for (let number = 0; number < 30; number += 1)
      await from(`2001:db8::${number}`, { email: `y${number}@example.com` });
    expect((await from('2001:db8::ffff')).status).toBe(429);
  });

  test('sign-ins that succeed are not counted, nor is who is to choose a session', async () => {
    const kinds = new Set<number>();
    for (let number = 0; number < 35; number += 1)
      kinds.add((await from('192.0.2.1', { client_id: `client-${number}`, kind: 'web' })).status);
    expect([...kinds]).toEqual([201, 409]);
  });

  test('an address with many tokens that nobody has waits, whatever it shows next; the platform behind its key does not', async () => {
    const { token } = (await from('192.0.2.1')).body;
    const ask = (given: string, key?: string) =>
      call('GET', '/v1/session', { token: given, ...(key === undefined ? {} : { key }) });
    const strange = (number: number) => `us_${String(number).padStart(43, 'x')}`;
    const asked = async (numbers: readonly number[], key?: string) =>
      new Set((await Promise.all(numbers.map((number) => ask(strange(number), key)))).map(({ status }) => status));
    const fifty = Array.from({ length: 50 }, (_, number) => number);
    for (let round = 0; round < 7; round += 1) expect([...(await asked(fifty, platformKey))]).toEqual([401]);
    expect((await ask(token)).status).toBe(200);
    for (let round = 0; round < 6; round += 1) expect([...(await asked(fifty))]).toEqual([401]);
    const refused = await ask(token);
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call('DELETE', '/v1/session', { token: strange(1) })).status).toBe(429);
    expect((await ask(strange(1), 'a key that nobody has')).status).toBe(429);
    expect((await ask(token, platformKey)).status).toBe(200);
    expect((await ask(strange(1), platformKey)).body.code).toBe('token_unknown');
  });

  test('without a key nobody says where they are: the connection’s address is counted', async () => {
    const claimed = await call('POST', '/v1/sessions', { body: { ...credentials, client_ip: '192.0.2.1' } });
    expect([claimed.status, claimed.body.code]).toEqual([401, 'platform_key_missing']);
    for (let number = 1; number < 30; number += 1)
      await call('POST', '/v1/sessions', { body: { ...credentials, client_ip: `192.0.2.${number}` } });
    expect((await call('POST', '/v1/sessions', { body: credentials })).status).toBe(429);
    expect((await from('192.0.2.1')).status).toBe(201);
  });

  test('after ten wrong passwords an account waits, and its own client with its proof does not', async () => {
    const { device_proof } = (await from('192.0.2.1')).body;
    for (let number = 0; number < 10; number += 1)
      await from(`198.51.100.${number}`, { client_id: 'elsewhere', password: 'wrong' });
    const waiting = await from('198.51.100.99', { client_id: 'elsewhere' });
    expect([waiting.status, waiting.body.code]).toEqual([429, 'too_many_failures']);
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await from('192.0.2.1', { device_proof })).status).toBe(201);
  });

  test('a directory that cannot be asked is told apart from a wrong password', async () => {
    await usher.stop();
    usher = await startUsher(database, {
      usualUsers: false,
      settings: {
        PLATFORM_API_KEYS: platformKey,
        LDAP_URL: 'ldap://127.0.0.1:9',
        LDAP_STARTTLS: 'false',
        LDAP_BIND_DN_TEMPLATE: 'uid={username},dc=example',
      },
    });
    call = apiOf(usher);
    await database.db('settings').insert({ name: 'auth.ldap', value: 'true', updated_at: new Date() });
    await database
      .db('users')
      .where({ email: 'maya@example.com' })
      .update({ auth_system: 'ldap', ldap_username: 'maya', ldap_username_key: 'maya' });
    const { status, body, headers } = await from('192.0.2.1');
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'sign_in_unavailable', '60']);
  });

  /** The API alone, over HTTP, on a context that something is wrong with. */
  const onContext = async (ctx: TestContext, request: (call: ApiCall) => Promise<void>) => {
    const server = await startPages(ctx, { routes: [platformApi(ctx)] });
    try {
      await request(apiOf({ origin: server.url }));
    } finally {
      await server.stop();
    }
  };
  const token = `us_${'x'.repeat(43)}`;

  test('a database that is away is told so, with when to come back', async () => {
    const db = openDatabase('mysql://usher:secret@127.0.0.1:9/usher', { acquireTimeout: 300 });
    await onContext(testContext(database, { db }), async (callIt) => {
      for (const [method, path, body] of [
        ['GET', '/v1/session', undefined],
        ['DELETE', '/v1/session', undefined],
        ['POST', '/v1/sessions', credentials],
      ] as const) {
        const answer = await callIt(method, path, { body, ...(body === undefined ? { token } : {}) });
        expect([path, answer.status, answer.body.code]).toEqual([path, 503, 'database_unavailable']);
        expect(answer.headers.get('retry-after')).toBe('60');
        expect(JSON.stringify(answer.body)).not.toMatch(/127\.0\.0\.1:9|secret/);
      }
    });
    await db.destroy();
  });

  test('whatever else goes wrong says a number that stands in the log, and nothing more', async () => {
    const ctx = testContext(database);
    const now = () => {
      throw new TypeError('an inner detail');
    };
    await onContext({ ...ctx, clock: { ...ctx.clock, now } }, async (callIt) => {
      const { status, body } = await callIt('GET', '/v1/session', { token });
      expect([status, body.code]).toEqual([500, 'internal']);
      expect(JSON.stringify(body)).not.toContain('inner detail');
      expect(ctx.logLines.find(({ level }) => level === 50)).toMatchObject({ errorId: body.error_id });
      expect(JSON.stringify(ctx.logLines)).not.toContain(token);
    });
  });

  test('a request that claims a length it does not have ends, and the next one is answered', async () => {
    await new Promise<void>((done) => {
      const request = httpRequest(`${usher.origin}/v1/sessions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '900' },
      });
      request.on('error', () => done());
      request.write('{"email":');
      setTimeout(() => request.destroy(), 50);
    });
    expect((await from('192.0.2.1')).status).toBe(201);
  });
});
