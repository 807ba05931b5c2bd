import type { Knex } from 'knex';
import { toDate } from '../../platform/db/dialect';
import type { BatchState } from './batch.types';

/** The next batch behind this one whose people are still known, however many others there ever were. */
export async function selectNextWithPeople(
  db: Knex,
  afterId: number,
): Promise<{ readonly id: number; readonly state: BatchState; readonly movedAt: Date } | null> {
  const next = db('batch_people').where('batch_id', '>', afterId).min('batch_id');
  const row = await db('batches').where('id', next).first('id', 'state', 'moved_at', 'created_at');
  return row === undefined ? null : { id: row.id, state: row.state, movedAt: toDate(row.moved_at ?? row.created_at) };
}

/** The first so many positions of a batch. */
export async function selectPositions(db: Knex, batchId: number, limit: number): Promise<number[]> {
  return db('batch_people').where({ batch_id: batchId }).orderBy('position').limit(limit).pluck('position');
}

export async function deletePeople(db: Knex, batchId: number, upTo: number): Promise<number> {
  return db('batch_people').where({ batch_id: batchId }).where('position', '<=', upTo).del();
}
