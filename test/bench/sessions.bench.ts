import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { createPool } from 'mysql2/promise';
import { platformApi } from '../../src/features/platform-api/platform-api.routes';
import { expireIdleSessions } from '../../src/features/sessions/expire-idle.service';
import { readSession } from '../../src/features/sessions/read-session.service';
import { hashOf } from '../../src/features/sessions/session-secrets';
import { startSession } from '../../src/features/sessions/start-session.service';
import { createTouches } from '../../src/features/sessions/touches.service';
import { createHttpServer } from '../../src/platform/http/server';
import { createMetrics } from '../../src/platform/metrics';
import { keepDoing, type Latencies } from './support/latencies';
import { machineLines, type SessionsSite, startSessionsSite } from './support/sessions-site';

// Prints what touches, the sweep of idle sessions and the reading of a session cost, each beside the plain way of doing
// it, measured in the same run on a MariaDB server of its own. docs/performance.md says how to run it and what it shows.

const sessions = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 3);
const parts = (process.argv[4] ?? 'touches,sweep,reading').split(',');
const never = new AbortController().signal;

const say = (line = '') => process.stdout.write(`${line}\n`);
const thousands = (number: number) => Math.round(number).toLocaleString('en-US');
const seconds = (since: number) => (performance.now() - since) / 1000;
const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const anySession = () => 1 + Math.floor(Math.random() * sessions);

/** `count` different sessions, in no order. */
function someSessions(count: number): number[] {
  const step = 7_368_787;
  const first = anySession();
  return Array.from({ length: count }, (_, index) => 1 + ((first + index * step) % sessions));
}

// ---- touches

/** One UPDATE for each request, on eight connections; requests a second. */
async function touchEach(site: SessionsSite, count: number): Promise<number> {
  const db = site.connect(8);
  const ids = someSessions(count);
  const since = performance.now();
  const worker = async () => {
    for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
      await db.raw('UPDATE sessions SET last_seen_at = ? WHERE id = ? AND ended_at IS NULL', [new Date(), id]);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return count / seconds(since);
}

/** The same number of requests noted and written as Usher does, each of another session; requests a second. */
async function touchInBatches(site: SessionsSite, count: number): Promise<number> {
  const touches = createTouches(site.ctx, { delay: null });
  const ids = someSessions(count);
  const since = performance.now();
  for (const id of ids) touches.note(id, new Date());
  await touches.flush();
  return count / seconds(since);
}

async function benchTouches(site: SessionsSite): Promise<void> {
  const each: number[] = [];
  const batched: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    each.push(await touchEach(site, 30_000));
    batched.push(await touchInBatches(site, Math.min(sessions, 150_000)));
  }
  say(`touches a second, each of another session; median of ${rounds}`);
  say('| way | a second | × floor |');
  say('| --- | ---: | ---: |');
  say(`| floor: one UPDATE a request, 8 connections | ${thousands(median(each))} | 1 |`);
  const ratio = median(batched) / median(each);
  say(`| kept in memory, written in batches | ${thousands(median(batched))} | ${ratio.toFixed(1)} (hold ≥ 8) |\n`);
}

// ---- the sweep

interface Meanwhile {
  readonly touch: Latencies;
  readonly write: Latencies;
  readonly read: Latencies;
  readonly signIn: Latencies;
  readonly blocked: number;
  readonly took: number;
}

/** What clients meet while some work is done: 300 touches, 100 reads and 5 sign-ins a second, on connections of their own. */
async function whileDoing(site: SessionsSite, work: () => Promise<unknown>): Promise<Meanwhile> {
  const db = site.connect(30);
  const touches = createTouches({ ...site.ctx, db }, { delay: null });
  const ctx = { ...site.ctx, db, touches };
  const loop = monitorEventLoopDelay({ resolution: 5 });
  loop.enable();
  let client = 0;
  const acts = [
    keepDoing(300, () =>
      // A touch as the floor makes it, so that both ways are measured alike.
      db.raw('UPDATE sessions SET last_seen_at = ? WHERE id = ? AND ended_at IS NULL', [new Date(), anySession()]),
    ),
    keepDoing(1, () => {
      for (const id of someSessions(1000)) touches.note(id, new Date());
      return touches.flush();
    }),
    keepDoing(100, () => readSession(ctx, `us_${String(anySession()).padStart(43, '0')}`)),
    keepDoing(5, () => {
      client += 1;
      const clientId = `bench ${client}`;
      const userId = 1 + Math.floor((anySession() - 1) / 3);
      return startSession(ctx, {
        userId,
        kind: 'web',
        client: { clientId, clientName: '', ip: null },
        checkedVersion: 1,
      });
    }),
  ];
  const since = performance.now();
  await work();
  const took = seconds(since);
  const [touch, write, read, signIn] = (await Promise.all(acts.map((act) => act.stop()))) as [
    Latencies,
    Latencies,
    Latencies,
    Latencies,
  ];
  loop.disable();
  return { touch, write, read, signIn, took, blocked: loop.percentile(99) / 1e6 };
}

async function oneBigUpdate(site: SessionsSite): Promise<void> {
  const before = new Date(Date.now() - 3_605_000);
  await site
    .db('sessions')
    .whereNull('ended_at')
    .where('kind', 'web')
    .where('last_seen_at', '<', before)
    .update({ ended_at: new Date(), end_reason: 'idle' });
}

async function benchSweep(site: SessionsSite): Promise<void> {
  const idle = Math.floor(sessions / 2);
  const rows: [string, Meanwhile][] = [];
  rows.push(['nothing, for five seconds', await whileDoing(site, () => new Promise((done) => setTimeout(done, 5000)))]);
  await site.reset(idle);
  rows.push(['floor: one UPDATE with the same index', await whileDoing(site, () => oneBigUpdate(site))]);
  await site.reset(idle);
  let ended = 0;
  rows.push([
    'the sweep, in batches',
    await whileDoing(site, async () => {
      ({ ended } = await expireIdleSessions(site.ctx, never));
    }),
  ]);
  const since = performance.now();
  for (let round = 0; round < 20; round += 1) await expireIdleSessions(site.ctx, never);
  const empty = seconds(since) * 50;
  say(`${thousands(idle)} idle sessions of ${thousands(sessions)}; clients meanwhile, p99 in milliseconds`);
  say('| work | seconds | touch | batch of 1,000 touches | read | sign-in | event loop |');
  say('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [what, { took, touch, write, read, signIn, blocked }] of rows) {
    const figures = [touch, write, read, signIn].map(
      ({ p99, failed }) => p99.toFixed(0) + (failed > 0 ? ` (${failed} failed)` : ''),
    );
    say(`| ${what} | ${took.toFixed(1)} | ${figures.join(' | ')} | ${blocked.toFixed(0)} |`);
  }
  const [, floor, sweep] = rows.map(([, meanwhile]) => meanwhile);
  if (floor === undefined || sweep === undefined) throw new Error('two sweeps were measured');
  say();
  say(`ended by the sweep: ${thousands(ended)}; an empty sweep: ${empty.toFixed(1)} ms`);
  say(`time of the sweep: ${(sweep.took / floor.took).toFixed(2)} × the floor (hold ≤ 3)`);
  say(`p99 of a touch meanwhile: 1/${(floor.touch.p99 / sweep.touch.p99).toFixed(0)} of the floor’s (hold ≤ 1/50)\n`);
}

// ---- reading a session

const columns = `s.id, s.user_id, s.kind, s.client_id, s.client_name, s.ip, s.started_at, s.last_seen_at, s.ended_at,
  s.end_reason, u.email, u.first_name, u.last_name, u.is_admin, u.status, u.auth_system`;

async function serve(listener: RequestListener): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/session`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function load(listener: RequestListener): Promise<number> {
  const { url, close } = await serve(listener);
  const program = join(__dirname, 'support/http-load.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    program,
    url,
    '32',
    '5',
    String(sessions),
  ]);
  await close();
  const { perSecond, refused } = JSON.parse(stdout) as { perSecond: number; refused: number };
  if (refused > 0) throw new Error(`${refused} requests were refused`);
  return perSecond;
}

const bearer = (authorization: string | undefined) => authorization?.slice('Bearer '.length) ?? '';

async function benchReading(site: SessionsSite): Promise<void> {
  const pool = createPool({ uri: site.url, timezone: 'Z', connectionLimit: 10 });
  const bare: RequestListener = (request, response) => {
    void pool
      .query(
        `SELECT ${columns} FROM session_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
         WHERE t.token_hash = ?`,
        [hashOf(bearer(request.headers.authorization))],
      )
      .then(([rows]) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify((rows as unknown[])[0]));
      });
  };
  const touches = createTouches(site.ctx);
  const ctx = { ...site.ctx, touches };
  const read: RequestListener = (request, response) => {
    void readSession(ctx, bearer(request.headers.authorization)).then((state) => {
      response.writeHead(state.state === 'active' ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(state));
    });
  };
  const server = await createHttpServer(ctx, { routes: [platformApi(ctx)], answered: createMetrics().requestAnswered });
  const floors: number[] = [];
  const ours: number[] = [];
  const served: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floors.push(await load(bare));
    ours.push(await load(read));
    served.push(await load(server.requestListener));
  }
  await server.close();
  await touches.close(60_000);
  await pool.end();
  say(`reads of a session a second, one process, 32 connections; median of ${rounds}`);
  say('| way | a second | × floor |');
  say('| --- | ---: | ---: |');
  say(`| floor: bare node:http with the one SELECT | ${thousands(median(floors))} | 1 |`);
  const times = (numbers: readonly number[]) => (median(numbers) / median(floors)).toFixed(2);
  say(`| readSession behind node:http, touches written meanwhile | ${thousands(median(ours))} | ${times(ours)} |`);
  say(
    `| GET /v1/session as it is served, with permissions in three projects | ${thousands(median(served))} | ${times(served)} (hold ≥ 0.5) |`,
  );
}

async function main(): Promise<void> {
  const site = await startSessionsSite(sessions);
  try {
    say(`${thousands(sessions)} sessions`);
    for (const line of await machineLines(site.db)) say(line);
    say();
    if (parts.includes('touches')) await benchTouches(site);
    if (parts.includes('sweep')) await benchSweep(site);
    if (parts.includes('sweep')) await site.reset(0);
    if (parts.includes('reading')) await benchReading(site);
  } finally {
    await site.remove();
  }
}

void main();
