import type { Knex } from 'knex';
import { rowsPerStatement } from '../../platform/db/dialect';

/** Ends what is still open of these users' sessions; returns how many that were. */
export async function endOpenSessions(
  db: Knex.Transaction,
  userIds: readonly number[],
  reason: string,
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

export async function countOpenSessions(db: Knex): Promise<number> {
  const row = (await db('sessions')
    .whereNull('ended_at')
    .whereNot('kind', 'explorer')
    .count({ total: '*' })
    .first()) as { total: number };
  return Number(row.total);
}
