import type { Knex } from 'knex';

const undecided = ['reading', 'preview', 'refused'];

/** The position of an import's last row, or null where it has none. */
export async function highestPosition(db: Knex, importId: number): Promise<number | null> {
  const row = (await db('import_rows').where({ import_id: importId }).max({ last: 'position' }).first()) as
    | { last: number | null }
    | undefined;
  return row?.last ?? null;
}

/** Deletes the rows from a position on, while nobody decided on their import. @returns how many */
export async function deleteRowsFrom(db: Knex, importId: number, position: number): Promise<number> {
  return db('import_rows')
    .where({ import_id: importId })
    .where('position', '>=', position)
    .whereExists(db('imports').where({ id: importId }).whereIn('state', undecided).select(db.raw('1')))
    .del();
}

export async function deleteUndecided(db: Knex, importId: number): Promise<void> {
  await db('imports').where({ id: importId }).whereIn('state', undecided).del();
}
