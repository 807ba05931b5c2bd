import type { Knex } from 'knex';

/** The one file that knows what the databases do differently. */

type Database = Knex | Knex.Transaction;

/** True on MySQL and MariaDB, false on SQLite. */
export function isMysql(db: Database): boolean {
  return db.client.dialect === 'mysql';
}

/** Rows that another transaction holds are passed over. SQLite has one writer at a time, so there is nothing to pass over. */
export function lockSkippingLocked<Query extends Knex.QueryBuilder>(db: Database, query: Query): Query {
  return isMysql(db) ? (query.forUpdate().skipLocked() as Query) : query;
}

/**
 * A table to be read by one index. Where rows are locked, MySQL locks what it reads: with an index of its own choice, or
 * with a sort, that may be every row.
 */
export function readByIndex(db: Database, table: string, index: string): Knex.Raw {
  return isMysql(db) ? db.raw('?? FORCE INDEX (??)', [table, index]) : db.raw('??', [table]);
}

/**
 * A column whose index is not to be chosen for a condition. SQLite, which keeps no statistics, takes an index of a few
 * words for a good one, and sorts what it finds by it.
 */
export function withoutItsIndex(db: Database, column: string): Knex.Raw {
  return db.raw(isMysql(db) ? '??' : '+??', [column]);
}

// Cast to a text, because the driver would parse MySQL's own JSON row by row.
/** What the rows of a group have in a column, as the text of a JSON array; of no rows, NULL or an empty one. */
export function jsonArrayOf(db: Database, column: string): Knex.Raw {
  return db.raw(isMysql(db) ? 'CAST(JSON_ARRAYAGG(??) AS CHAR)' : 'json_group_array(??)', [column]);
}

/** Like `jsonArrayOf`: an object of one column's values by another one's, which has no value twice. */
export function jsonObjectOf(db: Database, key: string, value: string): Knex.Raw {
  return db.raw(isMysql(db) ? 'CAST(JSON_OBJECTAGG(??, ??) AS CHAR)' : 'json_group_object(??, ??)', [key, value]);
}

/** The database's own clock plus some seconds, as an expression. Leases go by it, so that no replica's clock matters. */
export function databaseNow(db: Database, plusSeconds = 0): Knex.Raw {
  return isMysql(db)
    ? db.raw('DATE_ADD(UTC_TIMESTAMP(3), INTERVAL ? SECOND)', [plusSeconds])
    : db.raw("CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) + ?", [plusSeconds * 1000]);
}

/** A stored moment as a Date: MySQL gives Date objects, SQLite milliseconds. */
export function toDate(stored: unknown): Date {
  return stored instanceof Date ? stored : new Date(Number(stored));
}

/** Like toDate, where the column may be empty. */
export function toDateOrNull(stored: unknown): Date | null {
  return stored === null || stored === undefined ? null : toDate(stored);
}

/** A Date as a binding of raw SQL, where knex does not convert it: SQLite's driver takes numbers only. */
export function storedDate(db: Database, date: Date): Date | number {
  return isMysql(db) ? date : date.getTime();
}

/** Whether a column holds a text, letter by letter, the same on every database; there are no wildcards in it. */
export function contains(column: string, text: string): [sql: string, bindings: string[]] {
  return [`INSTR(${column}, ?) > 0`, [text]];
}

/** SQLite's own LOWER leaves capitals outside ASCII as they are, so its connections get this function instead. */
export const smallLettersFunction = 'small_letters';

/** The small letters of a stored text, as `smallLettersFunction` gives them; what is no text stays what it is. */
export function smallLetters(stored: unknown): unknown {
  return typeof stored === 'string' ? stored.normalize('NFC').toLowerCase() : stored;
}

// A text of ASCII alone is found by the built-in function as well, which is many times as fast as a call into JavaScript.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range of ASCII
const ascii = /^[\x00-\x7f]*$/;

function small(db: Database, column: string, text: string): string {
  return `${isMysql(db) || ascii.test(text) ? 'LOWER' : smallLettersFunction}(${column})`;
}

/**
 * Like `contains`, where the column holds capitals too.
 * @param text in small letters, as nameKey gives it
 */
export function containsInAnyCase(db: Database, column: string, text: string): [sql: string, bindings: string[]] {
  return contains(small(db, column, text), text);
}

/**
 * Whether a column is a text but for capitals. An index on the column is read whole.
 * @param text in small letters, as nameKey gives it
 */
export function equalsInAnyCase(db: Database, column: string, text: string): [sql: string, bindings: string[]] {
  return [`${small(db, column, text)} = ?`, [text]];
}

/** How many rows may go into one statement without holding the event loop: better-sqlite3 never yields. */
export function rowsPerStatement(db: Database): number {
  return isMysql(db) ? 1000 : 400;
}
