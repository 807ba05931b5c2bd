import type { Knex } from 'knex';
import { rowsPerStatement } from '../../platform/db/dialect';

/** Revokes what is still valid of these users' API tokens; returns how many that were. */
export async function revokeOpenTokens(
  db: Knex.Transaction,
  userIds: readonly number[],
  reason: string,
  now: Date,
): Promise<number> {
  const size = rowsPerStatement(db);
  let revoked = 0;
  for (let from = 0; from < userIds.length; from += size) {
    revoked += await db('api_tokens')
      .whereIn('user_id', userIds.slice(from, from + size))
      .whereNull('revoked_at')
      .update({ revoked_at: now, revoked_reason: reason });
  }
  return revoked;
}
