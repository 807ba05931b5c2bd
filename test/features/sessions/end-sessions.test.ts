import { endOwnSession, endSession, endSessionsOfUser } from '../../../src/features/sessions/end-sessions.service';
import { readSession } from '../../../src/features/sessions/read-session.service';
import { activeSessionCount } from '../../../src/features/sessions/sessions.service';
import { actorFor, insertAdmin, insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { signedIn } from '../../support/sessions';

forEachDatabase((database) => {
  const scene = async () => {
    const admin = await insertAdmin(database.db);
    const ctx = testContext(database, { actor: actorFor(admin, 'T1/U1') });
    const user = await insertUser(database.db);
    return { ctx, admin, user };
  };
  const events = () => database.db('audit_events').where({ action: 'session.ended' }).orderBy('id');

  test('R84: an admin ends one session and no other, and the trail says so', async () => {
    const { ctx, admin, user } = await scene();
    const one = await signedIn(ctx, user.id, 'chrome');
    const other = await signedIn(ctx, user.id, 'firefox');
    expect(await endSession(ctx, one.session.id)).toMatchObject({ outcome: 'done', email: user.email });
    expect(await readSession(ctx, one.token)).toEqual({ state: 'ended', reason: 'admin' });
    expect(await readSession(ctx, other.token)).toMatchObject({ state: 'active' });
    expect(await endSession(ctx, one.session.id)).toMatchObject({ outcome: 'unchanged' });
    const [event, ...more] = await events();
    expect(more).toEqual([]);
    expect(event).toMatchObject({ actor_user_id: admin.id, subject_type: 'user', subject_id: user.id });
    expect(JSON.parse(event.before)).toMatchObject({ kind: 'web', client: 'Firefox on Linux', ip: '192.0.2.7' });
    expect(JSON.parse(event.after)).toEqual({ reason: 'admin' });
  });

  test('an admin ends all sessions of a person, of every kind, as one line in the trail', async () => {
    const { ctx, user } = await scene();
    const stranger = await signedIn(ctx, (await insertUser(database.db)).id, 'chrome');
    const tokens = [
      await signedIn(ctx, user.id, 'chrome'),
      await signedIn(ctx, user.id, 'program', 'api'),
      await signedIn(ctx, user.id, 'explorer', 'explorer'),
    ];
    expect(await endSessionsOfUser(ctx, user.email)).toEqual({ email: user.email, ended: 3 });
    for (const { token } of tokens) expect(await readSession(ctx, token)).toEqual({ state: 'ended', reason: 'admin' });
    expect(await readSession(ctx, stranger.token)).toMatchObject({ state: 'active' });
    expect(await endSessionsOfUser(ctx, user.email)).toEqual({ email: user.email, ended: 0 });
    expect(await events()).toHaveLength(1);
  });

  test('whoever is no active admin ends nobody else’s session', async () => {
    const { ctx, user } = await scene();
    const { token, session } = await signedIn(ctx, user.id, 'chrome');
    const disabled = await insertAdmin(database.db, { status: 'disabled' });
    for (const person of [user, disabled]) {
      const theirs = testContext(database, { actor: actorFor(person) });
      await expect(endSession(theirs, session.id)).rejects.toMatchObject({ kind: 'not_admin' });
      await expect(endSessionsOfUser(theirs, user.email)).rejects.toMatchObject({ kind: 'not_admin' });
    }
    expect(await readSession(ctx, token)).toMatchObject({ state: 'active' });
  });

  test('a person ends a session of their own, and none of anybody else', async () => {
    const { ctx, user } = await scene();
    const stranger = await insertUser(database.db);
    const { token, session } = await signedIn(ctx, user.id, 'chrome');
    await expect(endOwnSession(ctx, stranger.id, session.id)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await endOwnSession(ctx, user.id, session.id)).toMatchObject({ outcome: 'done' });
    expect(await readSession(ctx, token)).toEqual({ state: 'ended', reason: 'signed_out' });
    expect(await endOwnSession(ctx, user.id, session.id)).toMatchObject({ outcome: 'unchanged' });
    expect(await events()).toEqual([expect.objectContaining({ actor_user_id: user.id, subject_id: user.id })]);
  });

  test('a session that never was, or a person that is not here, is said to be gone', async () => {
    const { ctx } = await scene();
    await expect(endSession(ctx, 4711)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(endSessionsOfUser(ctx, 'nobody@example.com')).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('R80: the count is that of open sessions, without those of the explorer', async () => {
    const { ctx, user } = await scene();
    const { session } = await signedIn(ctx, user.id, 'chrome');
    await signedIn(ctx, user.id, 'program', 'api');
    await signedIn(ctx, user.id, 'explorer', 'explorer');
    expect(await activeSessionCount(ctx)).toBe(2);
    await endSession(ctx, session.id);
    expect(await activeSessionCount(ctx)).toBe(1);
  });
});
