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
    if (typeof value === 'string') return value.includes('"') ? new QuotedText(value) : value;
    if (value === null || typeof value !== 'object' || value instanceof Date) return value;
    const piece = pieces.get(value) ?? writtenSql(value as Knex.Raw);
    pieces.set(value, piece);
    return piece;
  };
  const values = rows.map((row) => columns.map((column) => written((row as Record<string, unknown>)[column])));
  await db.raw('insert into ?? (??) values ?', [table, columns, values as unknown as Knex.Value]);
}

/**
 * A text with double quotes, as JSON is. The driver would put a backslash before each and join the text from as many
 * pieces, which costs more than anything else that is done to the row; in single quotes they stand for themselves. Like
 * the driver, it takes a backslash for what it is unless the server's sql_mode says otherwise.
 */
class QuotedText {
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toSqlString(): string {
    return `'${this.text.replace(/['\\]/g, '\\$&')}'`;
  }
}

/** A piece of SQL as the driver takes it among values. */
function writtenSql(raw: Knex.Raw): { toSqlString(): string } {
  const sql = raw.toQuery();
  return { toSqlString: () => sql };
}
