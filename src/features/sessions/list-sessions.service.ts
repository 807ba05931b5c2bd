import type { Context } from '../../platform/context';
import { requireAdmin } from '../users/users.service';
import { countByUserAndKind, countListedSessions, selectListedSessions } from './session-lists.store';
import { selectOpenSessions } from './sessions.store';
import {
  noSessions,
  type Session,
  type SessionCounts,
  type SessionKind,
  type SessionPage,
  type SessionQuery,
} from './sessions.types';

// As in the list of users: more than anybody turns pages for.
const mostCounted = 10_001;
// As many as the caps of all kinds together, at their highest.
const mostOfOne = 120;

/**
 * One page of the open sessions of everybody, without those of the explorer (R81–R83). Where there are more than 10,000
 * the list ends there.
 * @throws AppError `not_admin`
 */
export async function listSessions(ctx: Context, query: SessionQuery): Promise<SessionPage> {
  await requireAdmin(ctx);
  const email = query.email ?? '';
  const total = await countListedSessions(ctx.db, email, mostCounted);
  const pages = Math.max(1, Math.ceil(total / query.pageSize));
  const page = Math.min(Math.max(0, query.page), pages - 1);
  const sessions = await selectListedSessions(ctx.db, { ...query, email, page });
  return {
    sessions: sessions.map((session) => withLatest(ctx, session)),
    total,
    isCounted: total < mostCounted,
    page,
    pages,
  };
}

/** A person's open sessions without those of the explorer, the latest request first; 120 at most. */
export async function sessionsOf(ctx: Context, userId: number): Promise<Session[]> {
  return latestOf(ctx, userId, ['web', 'api']);
}

/**
 * The same of every kind, for the person themselves: whoever got hold of their password must not be able to stay unseen
 * in a session of the explorer.
 */
export async function ownSessions(ctx: Context, userId: number): Promise<Session[]> {
  return latestOf(ctx, userId, ['web', 'api', 'explorer']);
}

async function latestOf(ctx: Context, userId: number, kinds: readonly SessionKind[]): Promise<Session[]> {
  const sessions = await selectOpenSessions(ctx.db, userId, kinds, mostOfOne);
  return sessions.map((session) => withLatest(ctx, session));
}

/**
 * How many open sessions of each kind these users have, those of the explorer too; who has none is left out.
 * @param userIds a page of users: one statement's worth at most
 */
export async function openSessionCounts(
  ctx: Context,
  userIds: readonly number[],
): Promise<ReadonlyMap<number, SessionCounts>> {
  const counts = new Map<number, SessionCounts>();
  for (const { userId, kind, total } of await countByUserAndKind(ctx.db, userIds))
    counts.set(userId, { ...(counts.get(userId) ?? noSessions), [kind]: total });
  return counts;
}

function withLatest<S extends Session>(ctx: Context, session: S): S {
  const noted = ctx.touches.latest(session.id);
  return noted === null || noted <= session.lastSeenAt ? session : { ...session, lastSeenAt: noted };
}
