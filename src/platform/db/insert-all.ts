import type { Knex } from 'knex';
import { inSlices } from '../../lib/in-turns';
import { isMysql, rowsPerStatement } from './dialect';

/** Writing so many values takes some milliseconds, in which nothing else is done. */
const valuesPerStatement = 4000;

/** How many rows such as these go into one statement of `insertAll`. */
export function rowsPerInsert(db: Knex.Transaction, rows: readonly object[]): number {
  const columns = Object.keys(rows[0] ?? {}).length;
  return Math.min(rowsPerStatement(db), Math.ceil(valuesPerStatement / Math.max(1, columns)));
}

/**
 * Inserts any number of rows, each statement no larger than `rowsPerInsert`. Knex' own `batchInsert` makes a savepoint
 * for each call, which is as long on the way as the rows themselves.
 * @param rows all with the same columns; a value may be a piece of SQL, as `databaseNow` gives it
 */
export async function insertAll(db: Knex.Transaction, table: string, rows: readonly object[]): Promise<void> {
  await inSlices(rows, rowsPerInsert(db, rows), (slice) => insertSlice(db, table, slice));
}

/**
 * Inserts rows such as `insertAll` takes, and tells which ids they got.
 * @param key a column with another text in each of these rows
 * @returns ids by the texts of that column
 */
export async function insertWithIds<Column extends string>(
  db: Knex.Transaction,
  table: string,
  rows: readonly Readonly<Record<Column, string>>[],
  key: Column,
): Promise<Map<string, number>> {
  // Ids only go up, so these rows stand behind all that is there, with at most a few of others between them. A range is
  // found faster than some hundred texts.
  const before = (await db(table).max({ id: 'id' }).first()) as { id: number | null };
  await insertAll(db, table, rows);
  const own = new Set<string>(rows.map((row) => row[key]));
  const written: Record<string, unknown>[] = await db(table)
    .where('id', '>', before.id ?? 0)
    .select('id', key);
  return new Map(
    written.flatMap((row) => (own.has(row[key] as string) ? [[row[key] as string, row.id as number]] : [])),
  );
}

async function insertSlice(db: Knex.Transaction, table: string, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  if (!isMysql(db)) {
    await db(table).insert(rows);
    return;
  }
  // The driver writes a list of lists as rows of VALUES. Knex would look at each value once more to make a place for it,
  // which takes longer than everything else that is done to it here.
  const columns = Object.keys(first);
  const pieces = new Map<unknown, { toSqlString(): string }>();
  const written = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object' || value instanceof Date) return value;
    const piece = pieces.get(value) ?? writtenSql(value as Knex.Raw);
    pieces.set(value, piece);
    return piece;
  };
  const values = rows.map((row) => columns.map((column) => written((row as Record<string, unknown>)[column])));
  await db.raw('insert into ?? (??) values ?', [table, columns, values as unknown as Knex.Value]);
}

/** A piece of SQL as the driver takes it among values. */
function writtenSql(raw: Knex.Raw): { toSqlString(): string } {
  const sql = raw.toQuery();
  return { toSqlString: () => sql };
}
