import type { Knex } from 'knex';
import { shorten } from '../../lib/plain-text';
import { rowsPerStatement } from '../../platform/db/dialect';
import type { FieldDifference, ImportRow, RowAction, RowOutcome, RowProblem } from './imports.types';
import type { RowChange } from './row-plan.types';

type Database = Knex | Knex.Transaction;

/** A row of a file with what is planned for it and what became of it. */
export interface StoredRow extends ImportRow {
  readonly email: string | null;
  readonly userId: number | null;
  readonly action: RowAction;
  readonly change: RowChange | null;
  readonly differences: readonly FieldDifference[];
  readonly problems: readonly RowProblem[];
  /** Null until the import has come to it. */
  readonly outcome: RowOutcome | null;
}

export type NewRow = Omit<StoredRow, 'outcome'>;

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
function toRow(row: any): StoredRow {
  const plan = row.plan === null ? { change: null, differences: [] } : JSON.parse(row.plan);
  return {
    position: row.position,
    rowNumber: row.row_number,
    cells: JSON.parse(row.cells),
    email: row.email,
    userId: row.user_id,
    action: row.action,
    change: plan.change,
    differences: plan.differences,
    problems: row.problems === null ? [] : JSON.parse(row.problems),
    outcome: row.outcome,
  };
}

/** A server takes 16 MB in one statement as it is installed; cells can be long. */
const mostCharacters = 1_000_000;

/** Writes rows in statements of a bounded length. */
export async function insertRows(db: Knex.Transaction, importId: number, rows: readonly NewRow[]): Promise<void> {
  let batch: Record<string, unknown>[] = [];
  let characters = 0;
  const flush = async () => {
    if (batch.length > 0) await db('import_rows').insert(batch);
    batch = [];
    characters = 0;
  };
  for (const row of rows) {
    const cells = JSON.stringify(row.cells);
    const plan = row.change === null ? null : JSON.stringify({ change: row.change, differences: row.differences });
    const problems = row.problems.length === 0 ? null : JSON.stringify(row.problems);
    const length = cells.length + (plan?.length ?? 0) + (problems?.length ?? 0);
    if (batch.length >= rowsPerStatement(db) || characters + length > mostCharacters) await flush();
    characters += length;
    batch.push({
      import_id: importId,
      position: row.position,
      row_number: row.rowNumber,
      email: row.email === null ? null : shorten(row.email, 254),
      user_id: row.userId,
      action: row.action,
      cells,
      plan,
      problems,
    });
  }
  await flush();
}

export async function deleteRows(db: Knex.Transaction, importId: number): Promise<void> {
  await db('import_rows').where({ import_id: importId }).del();
}

/** The next rows in the order of application. */
export async function selectRows(
  db: Database,
  importId: number,
  fromPosition: number,
  limit: number,
): Promise<StoredRow[]> {
  const rows = await db('import_rows')
    .where({ import_id: importId })
    .where('position', '>=', fromPosition)
    .orderBy('position')
    .limit(limit);
  return rows.map(toRow);
}

/** The next rows of one action in the order of the file, after a row number. */
export async function selectRowsByAction(
  db: Database,
  importId: number,
  action: RowAction,
  afterRowNumber: number,
  limit: number,
): Promise<StoredRow[]> {
  const rows = await db('import_rows')
    .where({ import_id: importId, action })
    .where('row_number', '>', afterRowNumber)
    .orderBy('row_number')
    .limit(limit);
  return rows.map(toRow);
}

/** The next rows in the order of the file, after a row number; all, or those that failed in the plan or in the run. */
export async function selectRowsInFile(
  db: Database,
  importId: number,
  which: 'all' | 'failing',
  afterRowNumber: number,
  limit: number,
): Promise<StoredRow[]> {
  const query = db('import_rows').where({ import_id: importId }).where('row_number', '>', afterRowNumber);
  if (which === 'failing')
    void query.where((failed) => void failed.where({ action: 'fail' }).orWhere({ outcome: 'failed' }));
  const rows = await query.orderBy('row_number').limit(limit);
  return rows.map(toRow);
}

/** How many rows ended in which way, by import. */
export async function countOutcomes(
  db: Database,
  importIds: readonly number[],
): Promise<{ importId: number; outcome: RowOutcome | null; total: number }[]> {
  const rows: { import_id: number; outcome: RowOutcome | null; total: number }[] = await db('import_rows')
    .whereIn('import_id', [...importIds])
    .groupBy('import_id', 'outcome')
    .select('import_id', 'outcome')
    .count({ total: '*' });
  return rows.map((row) => ({ importId: row.import_id, outcome: row.outcome, total: Number(row.total) }));
}

/** What became of one row. */
export interface RowResult {
  readonly position: number;
  readonly outcome: RowOutcome;
  readonly userId: number | null;
  readonly problems: readonly RowProblem[];
}

/** Writes what became of some rows in one statement. */
export async function updateOutcomes(
  db: Knex.Transaction,
  importId: number,
  results: readonly RowResult[],
): Promise<void> {
  if (results.length === 0) return;
  const cases = (column: string, rows: readonly RowResult[], textOf: (result: RowResult) => string | number | null) =>
    db.raw(`CASE position ${rows.map(() => 'WHEN ? THEN ?').join(' ')} ELSE ?? END`, [
      ...rows.flatMap((result) => [result.position, textOf(result) as Knex.RawBinding]),
      column,
    ]);
  // A row that failed in the plan keeps the problems that it had there.
  const wrong = results.filter(({ problems }) => problems.length > 0);
  await db('import_rows')
    .where({ import_id: importId })
    .whereIn(
      'position',
      results.map(({ position }) => position),
    )
    .update({
      outcome: cases('outcome', results, ({ outcome }) => outcome),
      user_id: cases('user_id', results, ({ userId }) => userId),
      ...(wrong.length > 0 && { problems: cases('problems', wrong, ({ problems }) => JSON.stringify(problems)) }),
    });
}
