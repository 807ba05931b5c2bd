import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '../context';
import { readByIndex, rowsPerStatement, toDate } from './dialect';
import { inTransaction } from './transaction';

// Milliseconds between two batches, in which whoever waits for a row or a connection gets it.
const breath = 20;

/** Rows of a table that have had their time, as the table’s owner tells them from all others. */
export interface PastRows {
  readonly table: string;
  /** The primary key, of one column. */
  readonly key: string;
  /** The moment from which they are kept for a while. A row where it is empty is never past. */
  readonly at: string;
  /** What else they have in common. */
  readonly where?: Readonly<Record<string, string>>;
  /** An index on the columns of `where` and then on `at`, so that nothing else is read. */
  readonly index: string;
}

/**
 * Repeats some work in small batches until one was not full or `signal` aborts, with a pause between two.
 * @param batch takes up to `size` rows and answers how many those were
 * @returns how many all batches took
 */
export async function inBatches(
  ctx: Context,
  signal: AbortSignal,
  batch: (size: number) => Promise<number>,
): Promise<number> {
  const size = rowsPerStatement(ctx.db);
  let total = 0;
  while (!signal.aborted) {
    const taken = await batch(size);
    total += taken;
    if (taken < size) break;
    await pause(breath, undefined, { signal }).catch(() => undefined);
  }
  return total;
}

/**
 * Deletes rows that are past since before a moment, the oldest first, in small batches that nobody waits for. Where there
 * are none, that is one look into an index. It may run twice at once, and goes on where it was stopped at its next run.
 * @param kept keys of rows that stay all the same; a few dozen at most
 * @returns how many rows this call deleted
 */
export async function deletePast(
  ctx: Context,
  { table, key, at, where = {}, index }: PastRows,
  before: Date,
  signal: AbortSignal,
  kept: readonly number[] = [],
): Promise<number> {
  let deleted = 0;
  // What was deleted stays in the index for a while: without this, each batch would read past all before it.
  let from: Date | null = null;
  await inBatches(ctx, signal, async (size) => {
    const past = ctx.db
      .from(readByIndex(ctx.db, table, index) as never)
      .where(where)
      .where(at, '<', before)
      .whereNotIn(key, [...kept]);
    if (from !== null) void past.where(at, '>=', from);
    const rows: Record<string, unknown>[] = await past.orderBy(at).limit(size).select(key, at);
    if (rows.length === 0) return 0;
    from = toDate(rows.at(-1)?.[at]);
    const keys = rows.map((row) => row[key] as string);
    // Asked again: since it was read, somebody may have used a row once more.
    deleted += await inTransaction(ctx, (tx) =>
      tx.db(table).whereIn(key, keys).where(where).where(at, '<', before).del(),
    );
    return rows.length;
  });
  return deleted;
}
