import type { Knex } from 'knex';
import { toDate } from '../../platform/db/dialect';
import type { ImportState } from './imports.types';

/** The next import behind this one whose rows are still there, however many others there ever were. */
export async function selectNextWithRows(
  db: Knex,
  afterId: number,
): Promise<{ readonly id: number; readonly state: ImportState; readonly movedAt: Date } | null> {
  const next = db('import_rows').where('import_id', '>', afterId).min('import_id');
  const row = await db('imports').where('id', next).first('id', 'state', 'finished_at', 'decided_at', 'created_at');
  if (row === undefined) return null;
  return { id: row.id, state: row.state, movedAt: toDate(row.finished_at ?? row.decided_at ?? row.created_at) };
}

/** The first so many positions of an import. */
export async function selectPositions(db: Knex, importId: number, limit: number): Promise<number[]> {
  return db('import_rows').where({ import_id: importId }).orderBy('position').limit(limit).pluck('position');
}

export async function deleteRows(db: Knex, importId: number, upTo: number): Promise<number> {
  return db('import_rows').where({ import_id: importId }).where('position', '<=', upTo).del();
}
