import { jobs } from '../../../jobs';
import { expireIdleSessions } from '../../../src/features/sessions/expire-idle.service';
import { selectIdle } from '../../../src/features/sessions/expire-idle.store';
import { readSession } from '../../../src/features/sessions/read-session.service';
import { endIdle } from '../../../src/features/sessions/sessions.store';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { addTime, day, hour, minute, second } from '../../../src/lib/duration';
import { rowsPerStatement } from '../../../src/platform/db/dialect';
import { insertUser } from '../../support/builders';
import { type TestContext, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { askedToEnd, signedIn } from '../../support/sessions';

forEachDatabase((database) => {
  const never = new AbortController().signal;
  const scene = async (idleMinutes: number | null = 30) => {
    const ctx = testContext(database);
    const user = await insertUser(database.db);
    await storeSetting(ctx, 'sessions.idle_minutes', idleMinutes);
    return { ctx, user };
  };
  const insertSessions = async (ctx: TestContext, userId: number, count: number, idleFor: number, kind = 'web') => {
    const rows = Array.from({ length: count }, (_, index) => ({
      user_id: userId,
      kind,
      client_id: `${kind}${index}`,
      started_at: addTime(ctx.clock.now(), -day),
      // Many share one moment, as touches are written.
      last_seen_at: addTime(ctx.clock.now(), -idleFor - Math.floor(index / 700) * second),
    }));
    await database.db.batchInsert('sessions', rows, 400);
  };

  test('the sweep ends what is idle past the setting, in as many batches as it takes, and nothing else', async () => {
    const { ctx, user } = await scene();
    await insertSessions(ctx, user.id, 2300, 40 * minute);
    await insertSessions(ctx, user.id, 5, 29 * minute);
    await insertSessions(ctx, user.id, 7, day, 'api');
    await insertSessions(ctx, user.id, 7, day, 'explorer');
    expect(await expireIdleSessions(ctx, never)).toEqual({ ended: 2300 });
    expect(await database.db('sessions').where({ end_reason: 'idle' })).toHaveLength(2300);
    expect(await database.db('sessions').whereNull('ended_at')).toHaveLength(19);
    expect(await expireIdleSessions(ctx, never)).toEqual({ ended: 0 });
  });

  test('where idling is allowed for ever, the sweep ends nothing', async () => {
    const { ctx, user } = await scene(null);
    await insertSessions(ctx, user.id, 3, 400 * day);
    expect(await expireIdleSessions(ctx, never)).toEqual({ ended: 0 });
  });

  test('a session that was heard of a moment ago is left, though nothing of it is written yet', async () => {
    const { ctx, user } = await scene();
    const { token } = await signedIn(ctx, user.id, 'chrome');
    ctx.clock.advance(29 * minute);
    await readSession(ctx, token);
    ctx.clock.advance(29 * minute);
    expect(await expireIdleSessions(ctx, never)).toEqual({ ended: 0 });
    ctx.clock.advance(2 * minute);
    expect(await expireIdleSessions(ctx, never)).toEqual({ ended: 1 });
    expect(await readSession(ctx, token)).toEqual({ state: 'ended', reason: 'idle' });
  });

  test('a request that another replica writes after the sweep chose whom to end saves its session', async () => {
    const { ctx, user } = await scene();
    await insertSessions(ctx, user.id, 2, hour);
    const now = ctx.clock.now();
    const before = addTime(now, -30 * minute);
    const chosen = (await selectIdle(database.db, before, null, 10)).map(({ id }) => id);
    expect(chosen).toHaveLength(2);
    const replica = testContext(database, { db: database.connect() });
    replica.touches.note(chosen[0] ?? 0, now);
    await replica.touches.flush();
    expect(await endIdle(database.db, chosen, before, now)).toBe(1);
    expect(await database.db('sessions').whereNull('ended_at').pluck('id')).toEqual([chosen[0]]);
  });

  test('it ends after the batch in hand when it is told to, and the next run goes on', async () => {
    const { ctx, user } = await scene();
    await insertSessions(ctx, user.id, 2300, hour);
    const stop = new AbortController();
    const latest = (id: number) => {
      stop.abort();
      return ctx.touches.latest(id);
    };
    const { ended } = await expireIdleSessions({ ...ctx, touches: { ...ctx.touches, latest } }, stop.signal);
    expect(ended).toBe(rowsPerStatement(database.db));
    expect(await expireIdleSessions(ctx, never)).toEqual({ ended: 2300 - ended });
  });

  test('two replicas that sweep at once end each session once', async () => {
    const { ctx, user } = await scene();
    await insertSessions(ctx, user.id, 2300, hour);
    const replica = testContext(database, { db: database.connect(), clock: ctx.clock });
    const [one, two] = await Promise.all([expireIdleSessions(ctx, never), expireIdleSessions(replica, never)]);
    expect(one.ended + two.ended).toBe(2300);
  });

  test('a sweep that finds nothing looks at the sessions once', async () => {
    const { ctx, user } = await scene();
    await insertSessions(ctx, user.id, 5, minute);
    await insertSessions(ctx, user.id, 5, day, 'api');
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => void statements.push(sql);
    database.db.on('query', note);
    await expireIdleSessions(ctx, never);
    database.db.removeListener('query', note);
    expect(statements.filter((sql) => /\bsessions\b/.test(sql))).toHaveLength(1);
  });

  test('it is a job of every minute, and also forgets choices that nobody completed', async () => {
    const { ctx, user } = await scene();
    for (const name of ['chrome', 'firefox', 'safari']) await signedIn(ctx, user.id, name);
    await askedToEnd(ctx, user.id, 'edge');
    const job = jobs.find(({ name }) => name === 'expire-idle-sessions');
    expect(job?.cron).toBe('* * * * *');
    const run = () => job?.run(ctx, { slot: ctx.clock.now(), fence: 1, cause: 'schedule', signal: never });
    ctx.clock.advance(4 * minute);
    expect(await run()).toEqual({ ended: 0 });
    expect(await database.db('session_choices')).toHaveLength(1);
    ctx.clock.advance(hour);
    expect(await run()).toEqual({ ended: 3 });
    expect(await database.db('session_choices')).toEqual([]);
  });
});
