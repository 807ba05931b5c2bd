import type { Knex } from 'knex';
import { readByIndex } from '../../platform/db/dialect';

/** These sessions, a statement's worth at most, were last heard of then: never an earlier time, never an ended one. */
export async function updateLastSeen(db: Knex, ids: readonly number[], at: Date): Promise<void> {
  // Told which index, for weighing it against the other one takes a third of the time.
  await db(readByIndex(db, 'sessions', 'PRIMARY') as unknown as string)
    .whereIn('id', ids)
    .whereNull('ended_at')
    .where('last_seen_at', '<', at)
    .update({ last_seen_at: at });
}
