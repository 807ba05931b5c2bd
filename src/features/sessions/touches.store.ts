import type { Knex } from 'knex';

/** These sessions, a statement's worth at most, were last heard of then: never an earlier time, never an ended one. */
export async function updateLastSeen(db: Knex, ids: readonly number[], at: Date): Promise<void> {
  await db('sessions')
    .whereIn('id', ids)
    .whereNull('ended_at')
    .where('last_seen_at', '<', at)
    .update({ last_seen_at: at });
}
