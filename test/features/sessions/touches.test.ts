import { signOut } from '../../../src/features/sessions/end-sessions.service';
import { readSession } from '../../../src/features/sessions/read-session.service';
import { createTouches } from '../../../src/features/sessions/touches.service';
import { addTime, minute, second } from '../../../src/lib/duration';
import { insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { signedIn } from '../../support/sessions';
import { startUsher } from '../../support/usher';

forEachDatabase((database) => {
  const lastSeen = async (id: number) =>
    new Date((await database.db('sessions').where({ id }).first('last_seen_at')).last_seen_at);
  const scene = async () => {
    const ctx = testContext(database);
    const user = await insertUser(database.db);
    return { ctx, user, ...(await signedIn(ctx, user.id, 'chrome')) };
  };
  /** Sessions of one user, each of a program of its own. */
  const manySessions = async (userId: number, count: number, at: Date): Promise<number[]> => {
    const rows = Array.from({ length: count }, (_, index) => ({
      user_id: userId,
      kind: 'api',
      client_id: `p${index}`,
      started_at: at,
      last_seen_at: at,
    }));
    await database.db.batchInsert('sessions', rows, 400);
    return database.db('sessions').where({ kind: 'api' }).orderBy('id').pluck('id');
  };

  test('requests of many sessions are written by few statements, to the second', async () => {
    const { ctx, user, session } = await scene();
    const ids = await manySessions(user.id, 2500, session.startedAt);
    const at = addTime(session.startedAt, 10 * second + 789);
    for (let request = 0; request < 3; request += 1) for (const id of ids) ctx.touches.note(id, at);
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => void statements.push(sql);
    database.db.on('query', note);
    await ctx.touches.flush();
    database.db.removeListener('query', note);
    expect(statements.length).toBeLessThanOrEqual(7);
    const rounded = addTime(session.startedAt, 10 * second);
    expect(await database.db('sessions').where({ last_seen_at: rounded })).toHaveLength(2500);
    expect(await lastSeen(session.id)).toEqual(session.startedAt);
  });

  test('a time never moves backwards, whoever writes it', async () => {
    const { ctx, session } = await scene();
    const replica = testContext(database, { db: database.connect() });
    const [earlier, later] = [addTime(session.startedAt, minute), addTime(session.startedAt, 2 * minute)];
    replica.touches.note(session.id, later);
    ctx.touches.note(session.id, earlier);
    await replica.touches.flush();
    await ctx.touches.flush();
    expect(await lastSeen(session.id)).toEqual(later);
    ctx.touches.note(session.id, later);
    ctx.touches.note(session.id, earlier);
    expect(ctx.touches.latest(session.id)).toEqual(later);
  });

  test('a touch never revives a session that ended meanwhile', async () => {
    const { ctx, token, session } = await scene();
    ctx.clock.advance(minute);
    await readSession(ctx, token);
    await signOut(testContext(database, { clock: ctx.clock }), token);
    await ctx.touches.flush();
    expect(await readSession(ctx, token)).toEqual({ state: 'ended', reason: 'signed_out' });
    expect(await lastSeen(session.id)).toEqual(session.startedAt);
  });

  test('what cannot be written waits for the database, and is then written', async () => {
    const { ctx, session } = await scene();
    const away = database.connect();
    const { log } = ctx;
    const touches = createTouches({ db: away, log }, { delay: null });
    touches.note(session.id, addTime(session.startedAt, minute));
    await away.destroy();
    await touches.flush();
    expect(touches.latest(session.id)).toEqual(addTime(session.startedAt, minute));
    expect(ctx.logLines.at(-1)).toMatchObject({ level: 40, sessions: 1 });
    away.initialize();
    await touches.flush();
    expect(await lastSeen(session.id)).toEqual(addTime(session.startedAt, minute));
  });

  test('memory is bounded while the database is away: known sessions move on, further ones are left out', async () => {
    const { ctx } = await scene();
    const touches = createTouches(ctx, { delay: null, most: 2 });
    const at = ctx.clock.now();
    for (const id of [1, 2, 3]) touches.note(id, at);
    touches.note(1, addTime(at, second));
    expect([1, 2, 3].map((id) => touches.latest(id))).toEqual([addTime(at, second), at, null]);
  });

  test('many at once are written before their time, few when it comes', async () => {
    const { ctx, user, session } = await scene();
    const ids = await manySessions(user.id, 3, session.startedAt);
    const at = addTime(session.startedAt, minute);
    const until = async (holds: () => Promise<boolean>) => {
      while (!(await holds())) await new Promise((done) => setTimeout(done, 5));
    };
    const seen = async () => Number((await database.db('sessions').where({ last_seen_at: at })).length);
    const hasty = createTouches(ctx, { delay: 3_600_000, flushAt: 2 });
    for (const id of ids.slice(0, 2)) hasty.note(id, at);
    await until(async () => (await seen()) === 2);
    const usual = createTouches(ctx, { delay: 10 });
    usual.note(ids[2] ?? 0, at);
    await until(async () => (await seen()) === 3);
    await Promise.all([hasty.close(), usual.close()]);
  });

  test('a program that is told to end writes what it has heard of', async () => {
    const usher = await startUsher(database);
    const user = await insertUser(database.db);
    const { token, session } = await signedIn(usher.ctx, user.id, 'chrome');
    usher.clock.advance(10 * minute);
    await readSession(usher.ctx, token);
    await usher.stop();
    const written = (await lastSeen(session.id)).getTime();
    expect(usher.clock.now().getTime() - written).toBeLessThan(second);
  });
});
