import type { Knex } from 'knex';
import { rowsPerStatement } from './dialect';

/**
 * Inserts any number of rows, each statement no larger than `rowsPerStatement`. Knex' own `batchInsert` makes a savepoint
 * for each call, which is as long on the way as the rows themselves.
 */
export async function insertAll(db: Knex.Transaction, table: string, rows: readonly object[]): Promise<void> {
  const size = rowsPerStatement(db);
  for (let from = 0; from < rows.length; from += size) await db(table).insert(rows.slice(from, from + size));
}
