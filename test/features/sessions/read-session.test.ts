import { disableUsers } from '../../../src/features/invites/invites.service';
import { endSession, endSessionsOfUser, signOut } from '../../../src/features/sessions/end-sessions.service';
import { mostTokens, readSession, readSessions } from '../../../src/features/sessions/read-session.service';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { day, minute, second } from '../../../src/lib/duration';
import { actorFor, insertAdmin, insertUser } from '../../support/builders';
import { type FakeClock, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { signedIn } from '../../support/sessions';

forEachDatabase((database) => {
  const scene = async (idleMinutes: number | null = null) => {
    const ctx = testContext(database);
    const user = await insertUser(database.db);
    if (idleMinutes !== null) await storeSetting(ctx, 'sessions.idle_minutes', idleMinutes);
    return { ctx, user, ...(await signedIn(ctx, user.id, 'chrome')) };
  };
  /** Another process at the same time, which shares nothing but the database. */
  const replicaAt = (clock: FakeClock) => testContext(database, { db: database.connect(), clock });
  const asAdmin = async () => testContext(database, { actor: actorFor(await insertAdmin(database.db)) });
  const active = { state: 'active' };
  const idle = { state: 'ended', reason: 'idle' };

  test('R86: idling ends a web session after the minutes that were set, and never where none are', async () => {
    const { ctx, user, token } = await scene();
    ctx.clock.advance(400 * day);
    expect(await readSession(ctx, token)).toMatchObject(active);
    await storeSetting(ctx, 'sessions.idle_minutes', 30);
    ctx.clock.advance(29 * minute);
    expect(await readSession(ctx, token)).toMatchObject(active);
    ctx.clock.advance(30 * minute + 6 * second);
    expect(await readSession(ctx, token)).toEqual(idle);
    expect(await readSession(ctx, token)).toEqual(idle);
    expect(await database.db('sessions').where({ user_id: user.id }).first()).toMatchObject({ end_reason: 'idle' });
  });

  test('R87: what was not saved changes nothing, and what was saved counts from the next request on', async () => {
    const { ctx, token } = await scene(60);
    ctx.clock.advance(40 * minute);
    await expect(storeSetting(ctx, 'sessions.idle_minutes', 0)).rejects.toThrow();
    await expect(storeSetting(ctx, 'sessions.idle_minutes', 10_081)).rejects.toThrow();
    expect(await readSession(ctx, token)).toMatchObject(active);
    await ctx.touches.flush();
    await storeSetting(replicaAt(ctx.clock), 'sessions.idle_minutes', 30);
    ctx.clock.advance(31 * minute);
    expect(await readSession(ctx, token)).toEqual(idle);
  });

  test('R88: any request keeps a session from idling, also one that is not written yet', async () => {
    const { ctx, token, session } = await scene(30);
    for (let request = 0; request < 5; request += 1) {
      ctx.clock.advance(25 * minute);
      expect(await readSession(ctx, token)).toMatchObject(active);
    }
    const written = await database.db('sessions').where({ id: session.id }).first();
    expect(new Date(written.last_seen_at)).toEqual(session.startedAt);
    await ctx.touches.flush();
    // Another replica learns of it from the database alone.
    const replica = replicaAt(ctx.clock);
    ctx.clock.advance(29 * minute);
    expect(await readSession(replica, token)).toMatchObject(active);
  });

  test('a request that another replica has not written yet is allowed for', async () => {
    const { ctx, token } = await scene(30);
    const replica = replicaAt(ctx.clock);
    ctx.clock.advance(4 * second);
    await readSession(replica, token);
    // Thirty minutes after that request, which this process knows nothing of.
    ctx.clock.advance(30 * minute);
    expect(await readSession(ctx, token)).toMatchObject(active);
  });

  test('sessions of the API and the explorer never idle out', async () => {
    const { ctx, user } = await scene(1);
    const api = await signedIn(ctx, user.id, 'program', 'api');
    const explorer = await signedIn(ctx, user.id, 'explorer', 'explorer');
    ctx.clock.advance(day);
    expect(await readSession(ctx, api.token)).toMatchObject(active);
    expect(await readSession(ctx, explorer.token)).toMatchObject(active);
  });

  test('an ending made by another replica is seen at the next request, with its reason', async () => {
    const { ctx, user, token, session } = await scene();
    const other = await signedIn(ctx, user.id, 'firefox');
    expect(await readSession(ctx, token)).toMatchObject(active);
    const admin = { ...replicaAt(ctx.clock), actor: actorFor(await insertAdmin(database.db)) };
    await endSession(admin, session.id);
    expect(await readSession(ctx, token)).toEqual({ state: 'ended', reason: 'admin' });
    await endSessionsOfUser(admin, user.email.toUpperCase());
    expect(await readSession(ctx, other.token)).toEqual({ state: 'ended', reason: 'admin' });
  });

  test('whoever is disabled is told so; the tokens of somebody deleted are unknown', async () => {
    const { ctx, user, token } = await scene();
    await disableUsers(await asAdmin(), [user.id], null);
    expect(await readSession(ctx, token)).toEqual({ state: 'ended', reason: 'disabled' });
    await database.db('users').where({ id: user.id }).del();
    expect(await readSession(ctx, token)).toEqual({ state: 'unknown' });
  });

  test('a user who is not active is let in by no token, whatever the sessions say', async () => {
    const { ctx, user, token } = await scene();
    await database.db('users').where({ id: user.id }).update({ status: 'disabled' });
    expect(await readSession(ctx, token)).toEqual({ state: 'ended', reason: 'disabled' });
    expect(ctx.touches.latest((await database.db('sessions').first()).id)).toBeNull();
  });

  test('signing out ends the session for all its tabs, once', async () => {
    const { ctx, user, token } = await scene();
    const tab = await signedIn(ctx, user.id, 'chrome');
    expect(await signOut(ctx, tab.token)).toBe(true);
    expect(await signOut(ctx, token)).toBe(false);
    expect(await signOut(ctx, 'nonsense')).toBe(false);
    expect(await readSession(ctx, token)).toEqual({ state: 'ended', reason: 'signed_out' });
    // The same browser signs in to a new session.
    expect(await readSession(ctx, (await signedIn(ctx, user.id, 'chrome')).token)).toMatchObject(active);
    expect(await readSession(ctx, token)).toEqual({ state: 'ended', reason: 'signed_out' });
  });

  test('what is no token of this site is unknown', async () => {
    const { ctx, token } = await scene();
    const foreign = `us_${'x'.repeat(43)}`;
    const hash = (await database.db('session_tokens').first()).token_hash;
    const spoilt = [token.slice(0, -1), `${token}A`, `${token}\n`, token.slice(3), token.toUpperCase(), hash];
    for (const nonsense of ['', 'us_', ...spoilt, foreign, "us_' OR 1=1 --", '\0', '😀'.repeat(1000)])
      expect([nonsense, await readSession(ctx, nonsense)]).toEqual([nonsense, { state: 'unknown' }]);
  });

  test('many tokens are answered at once, in their order', async () => {
    const { ctx, user, token } = await scene(30);
    const sleepy = await signedIn(ctx, user.id, 'firefox');
    const other = await signedIn(ctx, (await insertUser(database.db)).id, 'chrome');
    ctx.clock.advance(20 * minute);
    await readSessions(ctx, [token, other.token]);
    ctx.clock.advance(20 * minute);
    const asked = [other.token, 'nonsense', sleepy.token, token, other.token];
    expect((await readSessions(ctx, asked)).map((state) => ('reason' in state ? state.reason : state.state))).toEqual([
      'active',
      'unknown',
      'idle',
      'active',
      'active',
    ]);
    expect(await readSessions(ctx, [])).toEqual([]);
  });

  test('a thousand tokens can be asked for; of 1,001 none is looked at', async () => {
    const { ctx, token } = await scene();
    const tokens = Array.from({ length: mostTokens - 1 }, (_, index) => `us_${String(index).padStart(43, '0')}`);
    const states = await readSessions(ctx, [...tokens, token]);
    expect(states).toHaveLength(1000);
    expect(states.at(-1)).toMatchObject(active);
    expect(states.slice(0, -1).every(({ state }) => state === 'unknown')).toBe(true);
    await expect(readSessions(ctx, [...tokens, token, token])).rejects.toMatchObject({ kind: 'invalid_input' });
  });

  test('the state of a session is one statement', async () => {
    const { ctx, token } = await scene(30);
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => void statements.push(sql);
    database.db.on('query', note);
    try {
      await readSession(ctx, token);
    } finally {
      database.db.removeListener('query', note);
    }
    expect(statements).toHaveLength(1);
  });
});
