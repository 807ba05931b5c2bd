import type { Knex } from 'knex';
import { readByIndex, rowsPerStatement } from '../../platform/db/dialect';
import { type SessionRow, sessionColumns, toSession } from './session.row';
import type { Client, EndReason, Session, SessionKind } from './sessions.types';

type Database = Knex | Knex.Transaction;

/** Ends what is still open of these users' sessions; returns how many that were. */
export async function endOpenSessions(
  db: Knex.Transaction,
  userIds: readonly number[],
  reason: EndReason,
  now: Date,
): Promise<number> {
  const size = rowsPerStatement(db);
  let ended = 0;
  for (let from = 0; from < userIds.length; from += size) {
    ended += await db('sessions')
      .whereIn('user_id', userIds.slice(from, from + size))
      .whereNull('ended_at')
      .update({ ended_at: now, end_reason: reason });
  }
  return ended;
}

/** Ends one session that is still open; false: it had ended already. */
export async function endOpenSession(db: Database, id: number, reason: EndReason, now: Date): Promise<boolean> {
  return (await db('sessions').where({ id }).whereNull('ended_at').update({ ended_at: now, end_reason: reason })) === 1;
}

/** Ends a user's open sessions but one; returns how many that were. */
export async function endOtherOpenSessions(
  db: Knex.Transaction,
  userId: number,
  keptId: number,
  reason: EndReason,
  now: Date,
): Promise<number> {
  return db('sessions')
    .where({ user_id: userId })
    .whereNull('ended_at')
    .whereNot({ id: keptId })
    .update({ ended_at: now, end_reason: reason });
}

/** Ends those of these web sessions, a statement's worth at most, that are open and were last heard of before then. */
export async function endIdle(db: Database, ids: readonly number[], before: Date, now: Date): Promise<number> {
  if (ids.length === 0) return 0;
  return db(readByIndex(db, 'sessions', 'PRIMARY') as unknown as string)
    .whereIn('id', ids)
    .whereNull('ended_at')
    .where('kind', 'web')
    .where('last_seen_at', '<', before)
    .update({ ended_at: now, end_reason: 'idle' });
}

/** A user's open sessions of some kinds, the latest request first. */
export async function selectOpenSessions(
  db: Database,
  userId: number,
  kinds: readonly SessionKind[],
  limit: number,
): Promise<Session[]> {
  const rows: SessionRow[] = await db('sessions')
    .where({ user_id: userId })
    .whereNull('ended_at')
    .whereIn('kind', [...kinds])
    .orderBy([
      { column: 'last_seen_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit)
    .select(...sessionColumns);
  return rows.map(toSession);
}

/** A session that may have ended. */
export async function selectSession(db: Database, id: number): Promise<(Session & { isOpen: boolean }) | null> {
  const row: (SessionRow & { ended_at: unknown }) | undefined = await db('sessions')
    .where({ id })
    .first(...sessionColumns, 'sessions.ended_at');
  return row === undefined ? null : { ...toSession(row), isOpen: row.ended_at === null };
}

/** @returns its id */
export async function insertSession(
  db: Knex.Transaction,
  userId: number,
  kind: SessionKind,
  client: Client,
  now: Date,
): Promise<number> {
  const [id] = await db('sessions').insert({
    user_id: userId,
    kind,
    client_id: client.clientId,
    client_name: client.clientName,
    ip: client.ip,
    started_at: now,
    last_seen_at: now,
  });
  return Number(id);
}

/** The client of an open session signs in once more: where it is now, and that it was heard of. */
export async function renewSession(db: Knex.Transaction, id: number, client: Client, now: Date): Promise<void> {
  await db('sessions')
    .where({ id })
    .whereNull('ended_at')
    .update({ client_name: client.clientName, ip: client.ip, last_seen_at: now });
}

export async function countOpenSessions(db: Knex): Promise<number> {
  const row = (await db('sessions')
    .whereNull('ended_at')
    .whereNot('kind', 'explorer')
    .count({ total: '*' })
    .first()) as { total: number };
  return Number(row.total);
}
