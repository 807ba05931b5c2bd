import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { expireIdleSessionsJob } from '../../jobs/expire-idle-sessions';
import { signOut } from '../../src/features/sessions/end-sessions.service';
import { expireIdleSessions } from '../../src/features/sessions/expire-idle.service';
import { touchDelay } from '../../src/features/sessions/idle';
import { readSession, readSessions } from '../../src/features/sessions/read-session.service';
import { createTouches } from '../../src/features/sessions/touches.service';
import { storeSetting } from '../../src/features/settings/settings.service';
import { systemClock } from '../../src/lib/clock';
import { hour, minute, second } from '../../src/lib/duration';
import type { Context } from '../../src/platform/context';
import { openDatabase } from '../../src/platform/db/database';
import { rowsPerStatement } from '../../src/platform/db/dialect';
import { migrate } from '../../src/platform/db/migrate';
import type { Job } from '../../src/platform/scheduler/job.types';
import { startScheduler } from '../../src/platform/scheduler/scheduler';
import { insertUser } from '../support/builders';
import { fakeClock, type TestContext, testContext } from '../support/context';
import { forEachDatabase } from '../support/databases';
import { hasMariadb, type MariadbServer, startMariadb } from '../support/mariadb-server';
import { buildSessionWorkers, type SessionWorkers } from '../support/session-workers';
import { signedIn } from '../support/sessions';
import { until } from '../support/until';

const idleMinutes = 30;
const never = new AbortController().signal;

/** So many sessions that their clients know, last heard of so long ago. */
async function openSessions(ctx: Context, count: number, ago: number): Promise<{ id: number; token: string }[]> {
  const opened: { id: number; token: string }[] = [];
  while (opened.length < count) {
    const user = await insertUser(ctx.db);
    for (const client of ['chrome', 'firefox', 'safari'].slice(0, count - opened.length)) {
      const { session, token } = await signedIn(ctx, user.id, client);
      opened.push({ id: session.id, token });
    }
  }
  await ctx
    .db('sessions')
    .whereIn(
      'id',
      opened.map(({ id }) => id),
    )
    .update({ last_seen_at: new Date(Date.now() - ago), started_at: new Date(Date.now() - ago) });
  return opened;
}

/** So many sessions that nobody comes back to, idle for long. */
async function abandonSessions(db: Knex, count: number): Promise<void> {
  const user = await insertUser(db);
  const at = new Date(Date.now() - 2 * hour);
  const rows = Array.from({ length: count }, (_, index) => ({
    user_id: user.id,
    kind: 'web',
    client_id: `gone${index}`,
    started_at: at,
    last_seen_at: at,
  }));
  await db.batchInsert('sessions', rows, 500);
}

(hasMariadb() ? describe : describe.skip)('with a database server that restarts amid the sweep', () => {
  const abandoned = 6000;
  let server: MariadbServer;
  let db: Knex;
  let context: TestContext;
  let ctx: Context;

  beforeAll(async () => {
    server = await startMariadb();
    await server.execute('CREATE DATABASE usher');
    const url = server.url('usher');
    db = openDatabase(url);
    await migrate(db);
    context = testContext({ dialect: 'MariaDB', url, db, connect: () => db });
    ctx = { ...context, clock: systemClock, touches: createTouches({ db, log: context.log }, { delay: null }) };
    await storeSetting(ctx, 'sessions.idle_minutes', idleMinutes);
  }, 60_000);
  afterAll(async () => {
    await db.destroy();
    await server.remove();
  });

  test.each(['stopped', 'killed'] as const)(
    '%s: the sweep is taken up again, ends all that are idle, and nobody who was heard of meanwhile',
    async (outage) => {
      await db('sessions').del();
      await abandonSessions(db, abandoned);
      const ended = async () =>
        Number((await db('sessions').where({ end_reason: 'idle' }).count({ total: '*' }).first())?.total);
      // That they are heard of now is known to this process alone; by what is written they are idle in some minutes.
      const busy = await openSessions(ctx, 30, (idleMinutes - 5) * minute);
      const tokens = busy.map(({ token }) => token);
      const states = async (from: Context) => new Set((await readSessions(from, tokens)).map(({ state }) => state));
      expect(await states(ctx)).toEqual(new Set(['active']));
      let looks = 0;
      let down: Promise<void> | null = null;
      const touches: Context['touches'] = {
        ...ctx.touches,
        // What was noted is not written before the outage.
        flush: async () => (down === null ? undefined : ctx.touches.flush()),
        latest(id) {
          looks += 1;
          // In the third batch, between the look for whom to end and their end.
          if (looks > 2 * rowsPerStatement(db)) down ??= outage === 'stopped' ? server.stop() : server.kill();
          return ctx.touches.latest(id);
        },
      };
      let ahead = 0;
      const clock: Context['clock'] = { now: () => new Date(Date.now() + ahead) };
      const job: Job = {
        ...expireIdleSessionsJob,
        cron: '* * * * * *',
        leaseSeconds: 3,
        run: (own, run) => expireIdleSessionsJob.run({ ...own, clock }, run),
      };
      const scheduler = startScheduler({ ...ctx, touches }, [job]);
      try {
        await until('the sweep meets the outage', async () => down !== null);
        await down;
        await pause(2 * second);
        // Whose touches were forgotten would be ended from now on.
        ahead = 6 * minute;
        await server.start();
        await until('all are ended', async () => (await ended()) >= abandoned);
        await until('an empty sweep follows', async () => {
          const last = await db('job_runs').where({ name: job.name }).orderBy('id', 'desc').first('counts');
          return JSON.parse(last.counts).ended === 0;
        });
      } finally {
        await scheduler.stop(5000);
      }
      expect(await ended()).toBe(abandoned);
      expect(await states({ ...ctx, clock })).toEqual(new Set(['active']));
      expect(context.logLines.filter(({ level }) => level >= 50)).toEqual([]);
    },
    120_000,
  );
});

forEachDatabase((database) => {
  let workers: SessionWorkers;

  beforeAll(async () => {
    workers = await buildSessionWorkers();
  }, 60_000);
  afterAll(() => workers.remove());

  test('a replica that is killed loses the requests of its last seconds and nothing else; nobody is ended or revived by that', async () => {
    const ctx: Context = { ...testContext(database), clock: systemClock };
    await storeSetting(ctx, 'sessions.idle_minutes', idleMinutes);
    await abandonSessions(database.db, 7);
    // Idle in some minutes, unless what they ask is known.
    const early = await openSessions(ctx, 12, (idleMinutes - 5) * minute);
    const late = await openSessions(ctx, 12, 10 * minute);
    const [leaving] = await openSessions(ctx, 1, 10 * minute);
    const worker = await workers.start(database.url);
    const ask = async (token: string): Promise<string> => {
      const response = await fetch(`${worker.origin}/v1/session`, { headers: { authorization: `Bearer ${token}` } });
      return response.status === 200 ? 'active' : `${response.status} ${await response.text()}`;
    };
    const lastSeen = async (id: number) =>
      new Date((await database.db('sessions').where({ id }).first('last_seen_at')).last_seen_at).getTime();
    /** Times are written to the second. */
    const asOf = (time: number) => time - (time % second);

    const firstAsked = Date.now();
    for (const { token } of early) expect(await ask(token)).toBe('active');
    const firstAnswered = Date.now();
    // A process that answers so much later has turned to what was due before: its first touches are on their way.
    const asked: { readonly id: number; readonly at: number }[] = [];
    for (let turn = 0; Date.now() < firstAnswered + touchDelay + 2 * second; turn += 1) {
      const { id, token } = late[turn % late.length] ?? late[0] ?? { id: 0, token: '' };
      asked.push({ id, at: Date.now() });
      expect(await ask(token)).toBe('active');
      await pause(50);
    }
    expect(await ask(leaving?.token ?? '')).toBe('active');
    await signOut(ctx, leaving?.token ?? '');
    const leftAt = await lastSeen(leaving?.id ?? 0);
    await worker.kill();

    // Answered so long before another answer that the process had turned to what was due: written, or on its way.
    const lastAnswered = asked.at(-2)?.at ?? 0;
    const known = new Map(early.map(({ id }) => [id, firstAsked]));
    for (const { id, at } of asked) if (at < lastAnswered - touchDelay - second) known.set(id, at);
    expect(known.size).toBeGreaterThan(early.length);
    await until('what was asked before the last seconds is written', async () => {
      const written = await Promise.all([...known].map(async ([id, at]) => (await lastSeen(id)) >= asOf(at)));
      return written.every((isWritten) => isWritten);
    });
    // When the early ones would be idle, had their requests been lost.
    const then: Context = { ...ctx, clock: fakeClock(new Date(Date.now() + 6 * minute).toISOString()) };
    expect(await expireIdleSessions(then, never)).toEqual({ ended: 7 });
    for (const { token } of [...early, ...late])
      expect(await readSession(then, token)).toMatchObject({ state: 'active' });
    expect(await readSession(ctx, leaving?.token ?? '')).toEqual({ state: 'ended', reason: 'signed_out' });
    expect(await lastSeen(leaving?.id ?? 0)).toBe(leftAt);
  }, 60_000);
});
