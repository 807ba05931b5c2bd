import { actingAs, type Context, type TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { notFound } from '../../platform/errors';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, finishOperation } from '../operations/operations.service';
import { findUsers, holdUsers, recordUserChanges, requireAdmin, showUser } from '../users/users.service';
import type { User } from '../users/users.types';
import { openSessionCounts, sessionsOf } from './list-sessions.service';
import { deleteChoicesOf } from './session-choices.store';
import { tokenHash } from './session-secrets';
import { selectByTokens } from './session-tokens.store';
import { endSessionsOf } from './sessions.service';
import { endOpenSession, endOtherOpenSessions, selectSession } from './sessions.store';
import { type EndReason, noSessions, type Session, type SessionCounts } from './sessions.types';

type Person = Pick<User, 'id' | 'email'>;

const sessionGone = () =>
  notFound('session', 'This session is not there any more. Nothing was changed; look at the list again.');

/** Ends one open session and writes who did it. @returns false: it had ended already */
async function endOneSession(tx: TxContext, session: Session, person: Person, reason: EndReason): Promise<boolean> {
  if (!(await endOpenSession(tx.db, session.id, reason, tx.clock.now()))) return false;
  const { kind, clientName, ip, startedAt } = session;
  await recordUserChanges(
    tx,
    [{ action: 'session.ended', user: person, before: { kind, client: clientName, ip, startedAt }, after: { reason } }],
    null,
  );
  return true;
}

/** Ends one of a person's own sessions, said by themselves. @returns false: it had ended already */
export async function endAsThemselves(tx: TxContext, session: Session, person: Person): Promise<boolean> {
  const themselves = actingAs(tx, { kind: 'user', userId: person.id, email: person.email, slackId: null });
  return endOneSession(themselves, session, person, 'signed_out');
}

/** How ending one session came out. */
export interface EndedSession {
  readonly outcome: 'done' | 'unchanged';
  readonly session: Session;
  readonly email: string;
}

/**
 * Ends anybody's session, as an admin; its next request is told so (R84, R85).
 * @throws AppError `not_admin`, `not_found`
 */
export async function endSession(ctx: Context, id: number): Promise<EndedSession> {
  const result = await inTransaction(ctx, async (tx): Promise<EndedSession> => {
    await oneAtATime(tx);
    await requireAdmin(tx);
    const session = await selectSession(tx.db, id);
    const [user] = session === null ? [] : await findUsers(tx, [session.userId]);
    if (session === null || user === undefined) throw sessionGone();
    const done = session.isOpen && (await endOneSession(tx, session, user, 'admin'));
    return { outcome: done ? 'done' : 'unchanged', session, email: user.email };
  });
  if (result.outcome === 'done') await ctx.announce({ kind: 'users_changed' });
  return result;
}

/** @throws AppError `not_admin`; `not_found`, with a near address where there is one */
async function personOf(ctx: Context, who: string | number): Promise<User> {
  if (typeof who === 'string') return showUser(ctx, who);
  await requireAdmin(ctx);
  const [user] = await findUsers(ctx, [who]);
  if (user === undefined)
    throw notFound('user', 'This person was deleted meanwhile, and their sessions with them. Look at the list again.');
  return user;
}

/** What ending all sessions of a user would end. */
export interface EndingPlan {
  readonly user: User;
  readonly counts: SessionCounts;
  /** Without those of the explorer; 120 at most. */
  readonly sessions: readonly Session[];
}

/** @param who the login e-mail, or the id. @throws AppError `not_admin`; `not_found`, with a near address where there is one */
export async function endingPlan(ctx: Context, who: string | number): Promise<EndingPlan> {
  const user = await personOf(ctx, who);
  const counts = (await openSessionCounts(ctx, [user.id])).get(user.id) ?? noSessions;
  return { user, counts, sessions: await sessionsOf(ctx, user.id) };
}

/**
 * Ends all sessions of a user, of every kind, as an admin.
 * @param who the login e-mail, or the id
 * @param requestId makes a repeat harmless; null: this is no request of Slack's
 * @returns how many were open
 * @throws AppError `not_admin`; `not_found`, with a near address where there is one; `conflict` for a repeated request
 */
export async function endSessionsOfUser(
  ctx: Context,
  who: string | number,
  requestId: string | null = null,
): Promise<{ email: string; ended: number }> {
  const result = await inTransaction(ctx, async (tx) => {
    await oneAtATime(tx);
    const user = await personOf(tx, who);
    const operationId = await beginOperation(tx, 'sessions.end', requestId, { userId: user.id });
    await finishOperation(tx, operationId, []);
    // A sign-in that is under way is either among those that end, or begins after this.
    await holdUsers(tx, [user.id]);
    const ended = await endSessionsOf(tx, [user.id], 'admin');
    if (ended > 0) {
      await recordUserChanges(
        tx,
        [{ action: 'session.ended', user, before: { sessions: ended }, after: { sessions: 0, reason: 'admin' } }],
        operationId,
      );
    }
    return { email: user.email, ended };
  });
  if (result.ended > 0) await ctx.announce({ kind: 'users_changed' });
  return result;
}

/**
 * Ends one of a person's own sessions, as that person.
 * @throws AppError `not_found` where it is none of theirs
 */
export async function endOwnSession(ctx: Context, userId: number, id: number): Promise<EndedSession> {
  const result = await inTransaction(ctx, async (tx): Promise<EndedSession> => {
    const session = await selectSession(tx.db, id);
    const [user] = await findUsers(tx, [userId]);
    if (session === null || user === undefined || session.userId !== userId) throw sessionGone();
    const done = session.isOpen && (await endAsThemselves(tx, session, user));
    return { outcome: done ? 'done' : 'unchanged', session, email: user.email };
  });
  if (result.outcome === 'done') await ctx.announce({ kind: 'users_changed' });
  return result;
}

/**
 * Ends all sessions of a person but one, of every kind, as that person; sign-ins that wait for a choice are over too.
 * @param keptId the session that they say it from
 * @returns how many were open
 */
export async function endOtherSessions(ctx: Context, userId: number, keptId: number): Promise<number> {
  return inTransaction(ctx, async (outer) => {
    // A sign-in that is under way is either among those that end, or begins after this.
    await holdUsers(outer, [userId]);
    const [user] = await findUsers(outer, [userId]);
    if (user === undefined) return 0;
    const tx = actingAs(outer, { kind: 'user', userId, email: user.email, slackId: null });
    await deleteChoicesOf(tx.db, [userId]);
    const ended = await endOtherOpenSessions(tx.db, userId, keptId, 'signed_out', tx.clock.now());
    if (ended > 0) {
      const after = { sessions: 1, reason: 'signed_out' };
      await recordUserChanges(tx, [{ action: 'session.ended', user, before: { sessions: ended + 1 }, after }], null);
    }
    return ended;
  });
}

/** Ends the session of a token, for all its tabs. @returns false: there was none open */
export async function signOut(ctx: Context, token: string): Promise<boolean> {
  const hash = tokenHash(token);
  if (hash === null) return false;
  return inTransaction(ctx, async (tx) => {
    const [found] = await selectByTokens(tx.db, [hash]);
    if (found === undefined || found.endedAt !== null) return false;
    return endAsThemselves(tx, found.session, found.user);
  });
}
