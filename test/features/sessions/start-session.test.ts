import { disableUsers } from '../../../src/features/invites/invites.service';
import { readSession } from '../../../src/features/sessions/read-session.service';
import { startSession } from '../../../src/features/sessions/start-session.service';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { minute } from '../../../src/lib/duration';
import { actorFor, insertAdmin, insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { askedToEnd, atCap, clientNamed, complete, signedIn, startChecked, started } from '../../support/sessions';

forEachDatabase((database) => {
  const scene = async () => {
    const ctx = testContext(database);
    const user = await insertUser(database.db);
    return { ctx, user };
  };
  /** The scene with three browsers signed in: chrome, firefox and safari. */
  const fullScene = async () => {
    const { ctx, user } = await scene();
    const first = await signedIn(ctx, user.id, 'chrome');
    await signedIn(ctx, user.id, 'firefox');
    await signedIn(ctx, user.id, 'safari');
    return { ctx, user, first };
  };
  const openSessions = (userId: number) => database.db('sessions').where({ user_id: userId }).whereNull('ended_at');
  const startWeb = (ctx: ReturnType<typeof testContext>, userId: number, clientId: string) =>
    startChecked(ctx, { userId, kind: 'web', client: clientNamed(clientId) });

  test('a sign-in gives a token that stands for its user, and is remembered as their last', async () => {
    const { ctx, user } = await scene();
    const { token, session } = await signedIn(ctx, user.id, 'chrome');
    expect(await readSession(ctx, token)).toEqual({
      state: 'active',
      session,
      user: expect.objectContaining({ id: user.id, email: user.email, isAdmin: false, status: 'active' }),
    });
    expect(session).toMatchObject({ kind: 'web', clientName: 'Firefox on Linux', ip: '192.0.2.7' });
    const row = await database.db('users').where({ id: user.id }).first();
    expect(new Date(row.last_login_at)).toEqual(ctx.clock.now());
    expect(row.version).toBe(1);
  });

  test('R89: several tabs of one browser are one session, and each tab has its own token', async () => {
    const { ctx, user } = await scene();
    const tabs = await Promise.all(Array.from({ length: 5 }, () => signedIn(ctx, user.id, 'chrome')));
    expect(new Set(tabs.map(({ session }) => session.id)).size).toBe(1);
    expect(new Set(tabs.map(({ token }) => token)).size).toBe(5);
    for (const { token } of tabs) expect(await readSession(ctx, token)).toMatchObject({ state: 'active' });
    expect(await openSessions(user.id)).toHaveLength(1);
  });

  test('R90: the same account on other browsers and computers is other sessions; so is another account', async () => {
    const { ctx, user } = await scene();
    const other = await insertUser(database.db);
    const one = await signedIn(ctx, user.id, 'chrome');
    const two = await signedIn(ctx, user.id, 'firefox');
    const three = await signedIn(ctx, other.id, 'chrome');
    expect(new Set([one, two, three].map(({ session }) => session.id)).size).toBe(3);
  });

  test('R91: a fourth browser is not signed in but asked which of the three to end, and none ends by itself', async () => {
    const { ctx, user, first } = await fullScene();
    const { sessions } = await askedToEnd(ctx, user.id, 'edge');
    expect(sessions.map(({ clientId }) => clientId).sort()).toEqual(['chrome', 'firefox', 'safari']);
    expect(await openSessions(user.id)).toHaveLength(3);
    expect(await readSession(ctx, first.token)).toMatchObject({ state: 'active' });
    // A browser that is signed in already is no further one.
    expect(started(await startWeb(ctx, user.id, 'chrome')).session.id).toBe(first.session.id);
  });

  test('R92: sessions of the API and of the explorer do not count towards the three', async () => {
    const { ctx, user } = await scene();
    for (const number of [1, 2, 3, 4]) await signedIn(ctx, user.id, `program ${number}`, 'api');
    await signedIn(ctx, user.id, 'explorer', 'explorer');
    for (const name of ['chrome', 'firefox', 'safari']) await signedIn(ctx, user.id, name);
    await askedToEnd(ctx, user.id, 'edge');
    await signedIn(ctx, user.id, 'program 5', 'api');
    const again = await signedIn(ctx, user.id, 'program 5', 'api');
    expect(await openSessions(user.id).where({ kind: 'api', client_id: 'program 5' })).toHaveLength(1);
    expect(again.session.kind).toBe('api');
  });

  test('the choice ends the session that was chosen and starts the new one; the ended one is told why', async () => {
    const { ctx, user, first } = await fullScene();
    const { choice } = await askedToEnd(ctx, user.id, 'edge');
    const { token, session } = started(await complete(ctx, choice, first.session.id));
    expect(session).toMatchObject({ clientId: 'edge', clientName: 'Firefox on Linux', ip: '192.0.2.9' });
    expect(await readSession(ctx, token)).toMatchObject({ state: 'active' });
    expect(await readSession(ctx, first.token)).toEqual({ state: 'ended', reason: 'signed_out' });
    expect(await openSessions(user.id)).toHaveLength(3);
    const event = await database.db('audit_events').where({ action: 'session.ended' }).first();
    expect(event).toMatchObject({ subject_id: user.id, actor_user_id: user.id, actor_label: user.email });
    expect(JSON.stringify(event)).not.toContain('us_');
  });

  test('a choice works once, for five minutes, and for nobody else’s session', async () => {
    const { ctx, user, first } = await fullScene();
    const stranger = await signedIn(ctx, (await insertUser(database.db)).id, 'chrome');
    const foreign = await complete(ctx, (await askedToEnd(ctx, user.id, 'edge')).choice, stranger.session.id);
    expect(await readSession(ctx, stranger.token)).toMatchObject({ state: 'active' });
    const { choice } = atCap(foreign);
    started(await complete(ctx, choice, first.session.id));
    expect(await complete(ctx, choice, first.session.id)).toEqual({ kind: 'void' });

    const late = await askedToEnd(ctx, user.id, 'opera');
    ctx.clock.advance(5 * minute);
    expect(await complete(ctx, late.choice, late.sessions[0]?.id ?? 0)).toEqual({ kind: 'void' });
    for (const nonsense of ['', 'uc_', `uc_${'A'.repeat(43)}`, `us_${'A'.repeat(43)}`, `${late.choice}A`])
      expect(await complete(ctx, nonsense, first.session.id)).toEqual({ kind: 'void' });
    expect(await openSessions(user.id)).toHaveLength(3);
  });

  test('of choices that race, each ends one session, and there are never four', async () => {
    const { ctx, user, first } = await fullScene();
    const replica = testContext(database, { db: database.connect() });
    const one = await askedToEnd(ctx, user.id, 'edge');
    const two = await askedToEnd(ctx, user.id, 'opera');
    const results = await Promise.all([
      complete(ctx, one.choice, first.session.id),
      complete(replica, one.choice, first.session.id),
      complete(replica, two.choice, first.session.id),
    ]);
    // One choice is used once; the second one finds its session gone and the three places taken.
    expect(results.map(({ kind }) => kind).sort()).toEqual(['at_cap', 'started', 'void']);
    expect(await openSessions(user.id)).toHaveLength(3);
  });

  test.each([2, 50])(
    '%i sign-ins that race for the last place: one gets it',
    async (racing) => {
      const { ctx, user } = await scene();
      const replica = testContext(database, { db: database.connect({ acquireTimeout: 10_000 }) });
      const own = testContext(database, { db: database.connect({ acquireTimeout: 10_000 }) });
      await signedIn(ctx, user.id, 'chrome');
      await signedIn(ctx, user.id, 'firefox');
      const results = await Promise.all(
        Array.from({ length: racing }, (_, index) =>
          startWeb(index % 2 === 0 ? own : replica, user.id, `racer ${index}`),
        ),
      );
      expect(results.filter(({ kind }) => kind === 'started')).toHaveLength(1);
      expect(results.filter(({ kind }) => kind === 'at_cap')).toHaveLength(racing - 1);
      expect(await openSessions(user.id)).toHaveLength(3);
      expect(Number((await database.db('session_choices').count({ total: '*' }).first())?.total)).toBeLessThanOrEqual(
        10,
      );
    },
    30_000,
  );

  test('fifty tabs that race are one session with its ten newest tokens', async () => {
    const { ctx, user } = await scene();
    const replica = testContext(database, { db: database.connect({ acquireTimeout: 10_000 }) });
    const own = testContext(database, { db: database.connect({ acquireTimeout: 10_000 }) });
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => startWeb(index % 2 === 0 ? own : replica, user.id, 'chrome')),
    );
    expect(new Set(results.map((result) => started(result).session.id)).size).toBe(1);
    ctx.clock.advance(1000);
    const newest = await signedIn(ctx, user.id, 'chrome');
    expect(await readSession(ctx, newest.token)).toMatchObject({ state: 'active' });
    expect(await database.db('session_tokens')).toHaveLength(10);
  }, 30_000);

  test('a session that has idled out takes no place, though no sweep came by', async () => {
    const { ctx, user, first } = await fullScene();
    await storeSetting(ctx, 'sessions.idle_minutes', 30);
    ctx.clock.advance(20 * minute);
    await readSession(ctx, first.token);
    ctx.clock.advance(20 * minute);
    // The first was heard of twenty minutes ago, though that is not written yet; the other two forty minutes ago.
    await signedIn(ctx, user.id, 'edge');
    expect(await openSessions(user.id).orderBy('id').pluck('client_id')).toEqual(['chrome', 'edge']);
    expect(await database.db('sessions').where({ end_reason: 'idle' })).toHaveLength(2);
  });

  test('the cap is a setting; lowering it ends nothing, and asks until there is a place', async () => {
    const { ctx, user, first } = await fullScene();
    await storeSetting(ctx, 'sessions.cap', 2);
    expect(await openSessions(user.id)).toHaveLength(3);
    const asked = await askedToEnd(ctx, user.id, 'edge');
    const again = atCap(await complete(ctx, asked.choice, first.session.id));
    expect(again.sessions).toHaveLength(2);
    started(await complete(ctx, again.choice, again.sessions[0]?.id ?? 0));
    expect(await openSessions(user.id)).toHaveLength(2);
  });

  test.each(['disabled', 'invited'] as const)('somebody %s is not signed in', async (status) => {
    const ctx = testContext(database);
    const user = await insertUser(database.db, { status });
    expect(await startWeb(ctx, user.id, 'chrome')).toEqual({ kind: 'refused' });
    expect(await database.db('sessions')).toEqual([]);
  });

  test('whoever is disabled, deleted or gets a new password between check and sign-in gets nothing', async () => {
    const { ctx, user } = await fullScene();
    const admin = testContext(database, { actor: actorFor(await insertAdmin(database.db)) });
    const asked = await askedToEnd(ctx, user.id, 'edge');
    const [victim] = asked.sessions;
    await database.db('users').where({ id: user.id }).update({ version: 2 });
    const client = clientNamed('chrome');
    expect(await startSession(ctx, { userId: user.id, kind: 'web', client, checkedVersion: 1 })).toEqual({
      kind: 'refused',
    });
    await disableUsers(admin, [user.id], null);
    expect(await complete(ctx, asked.choice, victim?.id ?? 0)).toEqual({ kind: 'void' });
    expect(await startWeb(ctx, user.id, 'chrome')).toEqual({ kind: 'refused' });
    await database.db('users').where({ id: user.id }).del();
    expect(await startWeb(ctx, user.id, 'chrome')).toEqual({ kind: 'refused' });
    expect(await database.db('sessions').whereNull('ended_at')).toEqual([]);
    expect(await database.db('session_tokens')).toEqual([]);
  });

  test('of programs and of the explorer nobody has more than fifty each; the next one is asked which to end', async () => {
    const { ctx, user } = await scene();
    for (const kind of ['api', 'explorer'] as const) {
      const first = await signedIn(ctx, user.id, 'program 1', kind);
      for (let number = 2; number <= 50; number += 1) await signedIn(ctx, user.id, `program ${number}`, kind);
      const { choice, sessions } = await askedToEnd(ctx, user.id, 'program 51', kind);
      expect([sessions.length, new Set(sessions.map((session) => session.kind))]).toEqual([50, new Set([kind])]);
      expect((await signedIn(ctx, user.id, 'program 1', kind)).session.id).toBe(first.session.id);
      const chosen = started(await complete(ctx, choice, first.session.id));
      expect([chosen.session.kind, chosen.session.clientId]).toEqual([kind, 'program 51']);
      expect(await readSession(ctx, first.token)).toEqual({ state: 'ended', reason: 'signed_out' });
      expect(await openSessions(user.id).where({ kind })).toHaveLength(50);
    }
    await signedIn(ctx, user.id, 'chrome');
  }, 60_000);

  test('sign-ins that race with disabling leave no open session', async () => {
    const { ctx, user } = await scene();
    const admin = testContext(database, {
      db: database.connect({ acquireTimeout: 10_000 }),
      actor: actorFor(await insertAdmin(database.db)),
    });
    await Promise.all([
      ...Array.from({ length: 6 }, (_, index) =>
        startChecked(ctx, { userId: user.id, kind: 'api', client: clientNamed(`program ${index}`) }),
      ),
      disableUsers(admin, [user.id], null),
    ]);
    expect(await openSessions(user.id)).toEqual([]);
  }, 30_000);

  test('a client has an id of 1 to 64 characters, and a name that fits', async () => {
    const { ctx, user } = await scene();
    for (const clientId of ['', ' \t', 'x'.repeat(65)])
      await expect(startWeb(ctx, user.id, clientId)).rejects.toMatchObject({ kind: 'invalid_input' });
    const client = {
      clientId: '😀'.repeat(64),
      clientName: `Net\nscape ${'é'.repeat(200)}`,
      ip: `::${'1'.repeat(60)}`,
    };
    const { session } = started(await startChecked(ctx, { userId: user.id, kind: 'web', client }));
    expect([...session.clientName]).toHaveLength(120);
    const again = started(await startChecked(ctx, { userId: user.id, kind: 'web', client }));
    expect(again.session.id).toBe(session.id);
    // MySQL would take a name with blanks at its end for the same: it is the same everywhere.
    expect(started(await startWeb(ctx, user.id, 'opera ')).session.id).toBe(
      started(await startWeb(ctx, user.id, 'opera')).session.id,
    );
  });

  test('tokens and choices are stored as hashes, and print as [secret]', async () => {
    const { ctx, user } = await fullScene();
    const result = await startWeb(ctx, user.id, 'chrome');
    const asked = await startWeb(ctx, user.id, 'edge');
    ctx.log.info({ result, asked }, 'signed in');
    const { token } = started(result);
    const { choice } = atCap(asked);
    expect(token).toMatch(/^us_[A-Za-z0-9_-]{43}$/);
    const everything = JSON.stringify([
      result,
      asked,
      ctx.logLines,
      await database.db('session_tokens'),
      await database.db('session_choices'),
      await database.db('sessions'),
      await database.db('audit_events'),
    ]);
    expect(everything).toContain('[secret]');
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(choice);
  });
});
