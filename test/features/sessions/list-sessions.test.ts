import { listSessions, sessionsOf } from '../../../src/features/sessions/list-sessions.service';
import { readSession } from '../../../src/features/sessions/read-session.service';
import type { SessionColumn, SessionQuery } from '../../../src/features/sessions/sessions.types';
import { minute } from '../../../src/lib/duration';
import { actorFor, insertAdmin, insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { clientNamed, signedIn, startChecked } from '../../support/sessions';

const query: SessionQuery = { sort: 'started', direction: 'asc', page: 0, pageSize: 10 };

forEachDatabase((database) => {
  /** Bo on two browsers and a program, Al on one browser, and one session of the explorer; a minute between any two. */
  const scene = async () => {
    const admin = await insertAdmin(database.db);
    const ctx = testContext(database, { actor: actorFor(admin) });
    const bo = await insertUser(database.db, { email: 'Bo@example.com' });
    const al = await insertUser(database.db, { email: 'al@example.org' });
    const tokens: string[] = [];
    for (const [user, kind, clientId, clientName, ip] of [
      [bo, 'web', 'b1', 'Safari on iPhone', '192.0.2.3'],
      [al, 'web', 'a1', 'Chrome on Android', '192.0.2.1'],
      [bo, 'explorer', 'x', 'API explorer', '192.0.2.9'],
      [bo, 'api', 'b2', 'build/1.0', '192.0.2.2'],
      [bo, 'web', 'b3', 'Firefox on Linux', '192.0.2.4'],
    ] as const) {
      const result = await startChecked(ctx, { userId: user.id, kind, client: { clientId, clientName, ip } });
      if (result.kind === 'started') tokens.push(result.token.reveal());
      ctx.clock.advance(minute);
    }
    return { ctx, bo, al, tokens };
  };
  const clients = async (ctx: ReturnType<typeof testContext>, given: Partial<SessionQuery>) =>
    (await listSessions(ctx, { ...query, ...given })).sessions.map(({ clientId }) => clientId);

  test('R81: the list has all open sessions with their users, without those of the explorer', async () => {
    const { ctx, tokens } = await scene();
    const { sessions, total, isCounted } = await listSessions(ctx, query);
    expect(sessions.map(({ email, clientId }) => `${email} ${clientId}`)).toEqual([
      'Bo@example.com b1',
      'al@example.org a1',
      'Bo@example.com b2',
      'Bo@example.com b3',
    ]);
    expect([total, isCounted]).toEqual([4, true]);
    await database.db('sessions').where({ client_id: 'b1' }).update({ ended_at: new Date(), end_reason: 'admin' });
    expect(await clients(ctx, {})).toEqual(['a1', 'b2', 'b3']);
    // The last request is told as it is known here, written or not.
    await readSession(ctx, tokens[1] ?? '');
    expect((await listSessions(ctx, query)).sessions[0]?.lastSeenAt).toEqual(ctx.clock.now());
  });

  test('R82: a login e-mail, or a part of it in any case, narrows the list', async () => {
    const { ctx } = await scene();
    expect(await clients(ctx, { email: 'BO@EXAMPLE.COM' })).toEqual(['b1', 'b2', 'b3']);
    expect(await clients(ctx, { email: 'example' })).toHaveLength(4);
    expect(await clients(ctx, { email: '%' })).toEqual([]);
    expect((await listSessions(ctx, { ...query, email: 'al@' })).total).toBe(1);
  });

  test('R83: every column sorts the list, both ways', async () => {
    const { ctx } = await scene();
    const orders: Record<SessionColumn, string[]> = {
      email: ['a1', 'b1', 'b2', 'b3'],
      client: ['a1', 'b3', 'b1', 'b2'],
      kind: ['b2', 'b1', 'a1', 'b3'],
      ip: ['a1', 'b2', 'b1', 'b3'],
      started: ['b1', 'a1', 'b2', 'b3'],
      last_seen: ['b1', 'a1', 'b2', 'b3'],
    };
    for (const [sort, order] of Object.entries(orders) as [SessionColumn, string[]][]) {
      expect([sort, await clients(ctx, { sort })]).toEqual([sort, order]);
      expect([sort, await clients(ctx, { sort, direction: 'desc' })]).toEqual([sort, [...order].reverse()]);
    }
  });

  test('the list is turned page by page; one past the end is the last', async () => {
    const { ctx } = await scene();
    expect(await clients(ctx, { pageSize: 3, page: 1 })).toEqual(['b3']);
    expect(await listSessions(ctx, { ...query, pageSize: 3, page: 99 })).toMatchObject({ page: 1, pages: 2 });
    expect(await listSessions(ctx, { ...query, email: 'nobody' })).toMatchObject({ page: 0, pages: 1, sessions: [] });
  });

  test('only an admin reads the list; everybody reads their own', async () => {
    const { ctx, bo, al } = await scene();
    const own = testContext(database, { actor: actorFor(bo), clock: ctx.clock });
    await expect(listSessions(own, query)).rejects.toMatchObject({ kind: 'not_admin' });
    expect((await sessionsOf(own, bo.id)).map(({ clientId }) => clientId)).toEqual(['b3', 'b2', 'b1']);
    expect((await sessionsOf(own, al.id)).map(({ clientId }) => clientId)).toEqual(['a1']);
    await startChecked(ctx, { userId: bo.id, kind: 'web', client: clientNamed('b1') });
    expect((await sessionsOf(own, bo.id))[0]?.clientId).toBe('b1');
    await signedIn(ctx, al.id, 'x', 'explorer');
    expect(await sessionsOf(own, al.id)).toHaveLength(1);
  });
});
