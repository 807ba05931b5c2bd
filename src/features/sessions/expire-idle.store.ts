import type { Knex } from 'knex';
import type { PastRows } from '../../platform/db/delete-past';
import { readByIndex, toDate } from '../../platform/db/dialect';

/** A session in the order in which they go idle. */
export interface IdlePlace {
  readonly id: number;
  readonly lastSeenAt: Date;
}

/** Some open web sessions that were last heard of before then, from `after` on, the longest idle first. */
export async function selectIdle(db: Knex, before: Date, after: IdlePlace | null, limit: number): Promise<IdlePlace[]> {
  const idle = db
    .from(readByIndex(db, 'sessions', 'sessions_open_by_last_request_index') as never)
    .whereNull('ended_at')
    .where('kind', 'web')
    .where('last_seen_at', '<', before);
  // What was ended stays in the index for a while: without this, each batch would read past all before it.
  if (after !== null) {
    void idle
      .where('last_seen_at', '>=', after.lastSeenAt)
      .where((later) => void later.where('last_seen_at', '>', after.lastSeenAt).orWhere('id', '>', after.id));
  }
  const rows: { id: number; last_seen_at: unknown }[] = await idle
    .orderBy(['last_seen_at', 'id'])
    .limit(limit)
    .select('id', 'last_seen_at');
  return rows.map((row) => ({ id: row.id, lastSeenAt: toDate(row.last_seen_at) }));
}

/** Sessions that ended; their tokens go with them. */
export const endedSessions: PastRows = {
  table: 'sessions',
  key: 'id',
  at: 'ended_at',
  index: 'sessions_open_by_last_request_index',
};

/** How many sessions ended as idle from one moment on and before another. */
export async function countIdleEnds(db: Knex, from: Date, to: Date): Promise<number> {
  const row = (await db('sessions')
    .where('ended_at', '>=', from)
    .where('ended_at', '<', to)
    .where('end_reason', 'idle')
    .count({ total: '*' })
    .first()) as { total: number };
  return Number(row.total);
}
