import { request as httpRequest } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import type { Context } from '../../../src/platform/context';
import { openDatabase } from '../../../src/platform/db/database';
import { conflict, databaseUnavailable, notAdmin } from '../../../src/platform/errors';
import type { HttpServerOptions } from '../../../src/platform/http/server';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { type PageServer, startPages } from '../../support/pages';

/** Routes that do what a test needs a feature to do. */
const routes =
  (ctx: Context): FastifyPluginAsync =>
  async (app) => {
    app.get('/form', async (_request, reply) =>
      reply.type('text/html').send(`<input type="hidden" name="_csrf" value="${reply.generateCsrf()}">`),
    );
    app.post('/form', async (request, reply) =>
      reply.send({ got: (request.body as { value?: string }).value ?? null }),
    );
    app.post('/machine', { config: { csrf: false } }, async (_request, reply) => reply.send({ ok: true }));
    app.get('/broken', async () => {
      throw new TypeError('a secret detail of the program');
    });
    app.get('/refused', async () => {
      throw notAdmin();
    });
    app.get('/conflict', async () => {
      throw conflict('“<b>Ada</b>” was changed meanwhile.');
    });
    app.get('/down', async () => {
      throw databaseUnavailable();
    });
    app.get('/query', async () => ctx.db('users').first('id'));
  };

forEachDatabase((database) => {
  let servers: PageServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    servers = [];
  });

  async function start(ctx: Context = testContext(database), options: Partial<HttpServerOptions> = {}) {
    const server = await startPages(ctx, { routes: [routes(ctx)], ...options });
    servers.push(server);
    return server;
  }

  test('every page carries headers that forbid scripts, frames, referrers and guessing', async () => {
    const { headers } = await (await start()).visitor().get('/form');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none';style-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
    );
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('only a site on https asks browsers to stay on https, and marks its cookie as secure', async () => {
    const plain = await (await start()).visitor().get('/form');
    expect(plain.headers.get('strict-transport-security')).toBeNull();
    expect(plain.headers.get('set-cookie')).toMatch(/^usher-form=.*HttpOnly; SameSite=Lax$/);
    const ctx = testContext(database, { settings: { PUBLIC_URL: 'https://usher.example.com' } });
    const secure = await (await start(ctx)).visitor().get('/form');
    expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000');
    expect(secure.headers.get('set-cookie')).toMatch(/^__Host-usher-form=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
  });

  test('a form sent from our page is taken', async () => {
    const answer = await (await start()).visitor().fillIn('/form', { value: 'Ada' });
    expect([answer.status, answer.body]).toEqual([200, '{"got":"Ada"}']);
  });

  test('a form without our token, without our cookie or with somebody else’s is refused with a page', async () => {
    const server = await start();
    const visitor = server.visitor();
    const page = await visitor.get('/form');
    const token = /value="([^"]+)"/.exec(page.body)?.[1] ?? '';
    const other = server.visitor();
    await other.get('/form');
    const forged = server.visitor();
    forged.cookies.set('usher-form', 'a-secret-that-nobody-signed');
    for (const answer of [
      await visitor.post('/form', { value: 'x' }),
      await visitor.post('/form', { value: 'x', _csrf: 'nonsense' }),
      await server.visitor().post('/form', { value: 'x', _csrf: token }),
      await other.post('/form', { value: 'x', _csrf: token }),
      await forged.post('/form', { value: 'x', _csrf: token }),
    ]) {
      expect(answer.status).toBe(403);
      expect(answer.body).toContain('Please open the page once more');
    }
    expect((await visitor.post('/form', { value: 'x', _csrf: token })).status).toBe(200);
  });

  test('routes that no form reaches may do without it', async () => {
    expect((await (await start()).visitor().post('/machine', {})).status).toBe(200);
  });

  test('the page after three hundred in a minute from one address is a friendly 429 that says when to come back', async () => {
    const server = await start();
    const visitor = server.visitor();
    for (let number = 1; number <= 300; number += 1) expect((await visitor.get('/form')).status).toBe(200);
    const answer = await visitor.get('/form');
    expect(answer.status).toBe(429);
    const retryAfter = Number(answer.headers.get('retry-after'));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(answer.body).toContain('Too many requests');
    expect((await visitor.get('/no-such-page')).status).toBe(429);
    expect((await visitor.get('/healthz')).status).toBe(200);
    expect((await visitor.get('/assets/usher.css')).status).toBe(200);
  });

  test('X-Forwarded-For is believed only from a trusted proxy', async () => {
    const flood = async (server: PageServer) => {
      const statuses = new Set<number>();
      for (let number = 0; number < 302; number += 1) {
        statuses.add(
          (await server.visitor().get('/form', { 'x-forwarded-for': `203.0.${number >> 8}.${number & 255}` })).status,
        );
      }
      return [...statuses];
    };
    expect(await flood(await start())).toEqual([200, 429]);
    expect(await flood(await start(undefined, { trustedProxies: ['127.0.0.1'] }))).toEqual([200]);
  });

  test('whoever has a network of IPv6 is counted as one', async () => {
    const server = await start(undefined, { trustedProxies: ['127.0.0.1'] });
    const visitor = server.visitor();
    const from = async (address: string) => (await visitor.get('/form', { 'x-forwarded-for': address })).status;
    for (let number = 1; number <= 300; number += 1) expect(await from(`2001:db8::${number}`)).toBe(200);
    expect(await from('2001:db8::ffff:1')).toBe(429);
    expect(await from('2001:db8:0:1::1')).toBe(200);
  });

  test('a body of more than 64 KB is refused', async () => {
    const answer = await (await start()).visitor().post('/form', { value: 'x'.repeat(70_000) });
    expect(answer.status).toBe(413);
    expect(answer.body).toContain('larger than this page takes');
  });

  test('an address that leads nowhere is a page too, for every method', async () => {
    const visitor = (await start()).visitor();
    for (const answer of [
      await visitor.get('/nowhere?token=x'),
      await visitor.post('/nowhere', {}),
      await visitor.get('/%E0%A4%A'),
    ]) {
      expect([400, 404]).toContain(answer.status);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer.body).toMatch(/^<!doctype html>/);
      expect(answer.body).toContain('/assets/usher.css');
    }
  });

  test('an unknown error shows a number that stands in the log, and nothing of the error', async () => {
    const ctx = testContext(database);
    const answer = await (await start(ctx)).visitor().get('/broken?token=hidden');
    expect(answer.status).toBe(500);
    expect(answer.body).not.toMatch(/secret detail|TypeError|server\.test/);
    const errorId = /class="detail">([0-9a-f]{12})</.exec(answer.body)?.[1];
    expect(ctx.logLines).toContainEqual(expect.objectContaining({ level: 50, errorId, msg: 'page failed' }));
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('a known error has its status and says its own sentence, escaped', async () => {
    const visitor = (await start()).visitor();
    const refused = await visitor.get('/refused');
    expect(refused.status).toBe(403);
    expect(refused.body).toContain('Only an active admin of this site may do that.');
    const conflicting = await visitor.get('/conflict');
    expect(conflicting.status).toBe(409);
    expect(conflicting.body).toContain('“&lt;b>Ada&lt;/b>” was changed meanwhile.');
  });

  test('the request log holds paths without what stands behind the question mark', async () => {
    const ctx = testContext(database);
    const server = await start(ctx);
    const visitor = server.visitor();
    await visitor.get('/form?token=TOPSECRET');
    await visitor.get('/nowhere?token=TOPSECRET');
    await visitor.get('/broken?token=TOPSECRET');
    await visitor.get('/%E0%A4%A?token=TOPSECRET');
    await visitor.head('/form?token=TOPSECRET');
    await visitor.post('/form?token=TOPSECRET', { token: 'TOPSECRET' });
    await new Promise<void>((done) => {
      const raw = httpRequest(`${server.url}/form?token=TOPSECRET`, { headers: { 'content-length': 'many' } });
      raw
        .on('error', () => done())
        .on('response', (response) => response.resume().on('end', done))
        .end();
    });
    expect(ctx.logLines).toContainEqual(
      expect.objectContaining({ method: 'GET', path: '/form', status: 200, msg: 'request' }),
    );
    expect(JSON.stringify(ctx.logLines)).not.toContain('TOPSECRET');
  });

  test('the stylesheet is served for good under the address that pages name', async () => {
    const visitor = (await start()).visitor();
    const address = /href="(\/assets\/usher\.css\?v=[0-9a-f]+)"/.exec((await visitor.get('/nowhere')).body)?.[1] ?? '';
    const { status, headers, body } = await visitor.get(address);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(headers.get('cache-control')).toContain('immutable');
    expect(body).toContain('.card');
  });

  test('healthz says that the process lives; readyz that database and migrations are in order', async () => {
    const visitor = (await start(undefined, { checks: { slack: async () => null } })).visitor();
    expect(JSON.parse((await visitor.get('/healthz')).body)).toEqual({ status: 'ok' });
    const ready = await visitor.get('/readyz');
    expect(ready.status).toBe(200);
    expect(JSON.parse(ready.body)).toEqual({
      status: 'ready',
      checks: { database: 'ok', migrations: 'ok', slack: 'ok' },
    });
  });

  test('readyz is 503 with the part that is missing, and without its error’s words', async () => {
    const checks = {
      slack: async () => 'not connected',
      mail: async () => {
        throw new Error('535 user usher password hunter2');
      },
    };
    const answer = await (await start(undefined, { checks })).visitor().get('/readyz');
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 'not ready',
      checks: { database: 'ok', slack: 'not connected', mail: 'not reachable' },
    });
    expect(answer.body).not.toContain('hunter2');
  });

  test('readyz counts migrations that are pending and those of a newer version', async () => {
    const visitor = (await start()).visitor();
    const migrations = async () => {
      // An answer is kept for a second.
      await new Promise((done) => setTimeout(done, 1050));
      return JSON.parse((await visitor.get('/readyz')).body).checks.migrations;
    };
    await database.db('knex_migrations').insert({ name: '20990101000000_from_the_future', batch: 9 });
    expect(await migrations()).toBe('the schema is newer than this program (1 unknown migrations)');
    await database.db('knex_migrations').where({ name: '20990101000000_from_the_future' }).del();
    const row = await database.db('knex_migrations').orderBy('id', 'desc').first();
    await database.db('knex_migrations').where({ id: row.id }).del();
    expect(await migrations()).toBe('1 migrations are pending');
    await database.db('knex_migrations').insert(row);
    expect(await migrations()).toBe('ok');
  });
});

describe('without a database', () => {
  // Nothing listens on port 1.
  const db = openDatabase('mysql://root@127.0.0.1:1/usher', { acquireTimeout: 500 });
  const ctx = testContext({ dialect: 'MariaDB', url: 'mysql://root@127.0.0.1:1/usher', db, connect: () => db });
  let server: PageServer;
  beforeAll(async () => {
    server = await startPages(ctx, { routes: [routes(ctx)] });
  });
  afterAll(async () => {
    await server.stop();
    await db.destroy();
  });

  test('a page says to try again in a minute, to people and to machines', async () => {
    for (const path of ['/query', '/down']) {
      const answer = await server.visitor().get(path);
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toBe('60');
      expect(answer.body).toContain('Please try again in a minute');
    }
  });

  test('the process still lives and says that it is not ready', async () => {
    expect((await server.visitor().get('/healthz')).status).toBe(200);
    const ready = await server.visitor().get('/readyz');
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body).checks.database).toBe('not reachable');
  });
});
