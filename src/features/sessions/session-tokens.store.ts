import type { Knex } from 'knex';
import { isMysql, toDate } from '../../platform/db/dialect';
import type { AuthSystem, UserStatus } from '../users/users.types';
import { type SessionRow, toSession } from './session.row';
import type { EndReason, Session, SessionUser } from './sessions.types';

type Database = Knex | Knex.Transaction;

/** A session behind a token, with its user and the setting that it is judged by, as one query found them. */
export interface TokenFacts {
  readonly tokenHash: string;
  readonly session: Session;
  readonly endedAt: Date | null;
  readonly endReason: EndReason | null;
  readonly user: SessionUser;
  /** `sessions.idle_minutes` as it is stored; undefined when nobody has set it. */
  readonly idleMinutes: unknown;
}

interface TokenRow extends SessionRow {
  token_hash: string;
  ended_at: unknown;
  end_reason: EndReason | null;
  email: string;
  first_name: string;
  last_name: string;
  is_admin: number | boolean;
  status: UserStatus;
  auth_system: AuthSystem;
  idle_minutes: string | null;
}

// Written out, because this runs at every request of every client: building the query would take longer than it does.
const factsQuery = `SELECT t.token_hash, s.id, s.user_id, s.kind, s.client_id, s.client_name, s.ip, s.started_at,
  s.last_seen_at, s.ended_at, s.end_reason, u.email, u.first_name, u.last_name, u.is_admin, u.status, u.auth_system,
  (SELECT value FROM settings WHERE name = 'sessions.idle_minutes') AS idle_minutes
  FROM session_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id
  WHERE t.token_hash IN (`;

/** What stands behind these tokens, a statement's worth at most, in any order; unknown ones are left out. */
export async function selectByTokens(db: Database, hashes: readonly string[]): Promise<TokenFacts[]> {
  if (hashes.length === 0) return [];
  const found = await db.raw(`${factsQuery}${hashes.map(() => '?').join()})`, [...hashes]);
  const rows = (isMysql(db) ? found[0] : found) as TokenRow[];
  return rows.map((row) => ({
    tokenHash: row.token_hash,
    session: toSession(row),
    endedAt: row.ended_at === null ? null : toDate(row.ended_at),
    endReason: row.end_reason,
    user: {
      id: row.user_id,
      email: row.email,
      firstName: row.first_name,
      lastName: row.last_name,
      isAdmin: Boolean(row.is_admin),
      status: row.status,
      authSystem: row.auth_system,
    },
    idleMinutes: row.idle_minutes === null ? undefined : JSON.parse(row.idle_minutes),
  }));
}

export async function insertToken(db: Knex.Transaction, hash: string, sessionId: number, now: Date): Promise<void> {
  await db('session_tokens').insert({ token_hash: hash, session_id: sessionId, created_at: now });
}

/** Takes a session's oldest tokens away, so that it has at most `most`, this one among them. */
export async function deleteOldTokens(
  db: Knex.Transaction,
  sessionId: number,
  newest: string,
  most: number,
): Promise<void> {
  const old: string[] = await db('session_tokens')
    .where({ session_id: sessionId })
    .whereNot('token_hash', newest)
    .orderBy('created_at', 'desc')
    .offset(most - 1)
    .limit(100)
    .pluck('token_hash');
  if (old.length > 0) await db('session_tokens').whereIn('token_hash', old).del();
}
