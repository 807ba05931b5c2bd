import type { Knex } from 'knex';
import type { SessionKind } from './sessions.types';

type Database = Knex | Knex.Transaction;

/** A sign-in that waits for one session to be ended. */
export interface Choice {
  readonly userId: number;
  readonly kind: SessionKind;
  readonly clientId: string;
  readonly clientName: string;
}

export async function insertChoice(
  db: Knex.Transaction,
  hash: string,
  choice: Choice,
  now: Date,
  expiresAt: Date,
): Promise<void> {
  await db('session_choices').insert({
    choice_hash: hash,
    user_id: choice.userId,
    kind: choice.kind,
    client_id: choice.clientId,
    client_name: choice.clientName,
    created_at: now,
    expires_at: expiresAt,
  });
}

/** A choice that can still be used. */
export async function selectChoice(db: Database, hash: string, now: Date): Promise<Choice | null> {
  const row = await db('session_choices')
    .where({ choice_hash: hash })
    .where('expires_at', '>', now)
    .first('user_id', 'kind', 'client_id', 'client_name');
  return row === undefined
    ? null
    : { userId: row.user_id, kind: row.kind, clientId: row.client_id, clientName: row.client_name };
}

/** Uses a choice up; of any number of calls for one choice, one is true. */
export async function takeChoice(db: Knex.Transaction, hash: string): Promise<boolean> {
  return (await db('session_choices').where({ choice_hash: hash }).del()) === 1;
}

/** Leaves a user their newest choices. */
export async function deleteOldChoices(db: Knex.Transaction, userId: number, keep: number): Promise<void> {
  const old: string[] = await db('session_choices')
    .where({ user_id: userId })
    .orderBy('created_at', 'desc')
    .offset(keep)
    .limit(100)
    .pluck('choice_hash');
  if (old.length > 0) await db('session_choices').whereIn('choice_hash', old).del();
}

/** Takes the choices of these users away, a statement's worth at most. */
export async function deleteChoicesOf(db: Knex.Transaction, userIds: readonly number[]): Promise<void> {
  await db('session_choices').whereIn('user_id', userIds).del();
}

/** Takes away some choices that are over; returns how many. */
export async function deleteExpiredChoices(db: Database, now: Date, limit: number): Promise<number> {
  const over: string[] = await db('session_choices')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .pluck('choice_hash');
  return over.length === 0 ? 0 : db('session_choices').whereIn('choice_hash', over).del();
}
