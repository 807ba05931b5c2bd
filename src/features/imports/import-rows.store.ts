import type { Knex } from 'knex';
import { shorten } from '../../lib/plain-text';
import { rowsPerStatement } from '../../platform/db/dialect';
import { insertAll } from '../../platform/db/insert-all';
import type { FieldKey, ImportCell, ImportRow, RowAction, RowOutcome, RowProblem } from './imports.types';
import type { PlannedRow, WrittenPlan } from './row-plan.types';

type Database = Knex | Knex.Transaction;

/** A row of a file with its plan as it is stored, which is enough to tell whether another plan is the same. */
export interface StoredRow extends ImportRow, WrittenPlan {
  readonly email: string | null;
  readonly userId: number | null;
  readonly action: RowAction;
}

// Most cells are text, which stands for itself.
type PackedCells = Partial<Record<FieldKey, string | ImportCell>>;

function packCells(cells: ImportRow['cells']): string {
  const packed: PackedCells = {};
  for (const key in cells) {
    const cell = cells[key as FieldKey];
    if (cell !== undefined) packed[key as FieldKey] = cell.kind === undefined ? cell.text : cell;
  }
  return JSON.stringify(packed);
}

function unpackCells(text: string): ImportRow['cells'] {
  const packed = JSON.parse(text) as PackedCells;
  const cells: Partial<Record<FieldKey, ImportCell>> = {};
  for (const key in packed) {
    const cell = packed[key as FieldKey];
    if (cell !== undefined) cells[key as FieldKey] = typeof cell === 'string' ? { text: cell } : cell;
  }
  return cells;
}

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
function toRow(row: any): StoredRow {
  let cells: ImportRow['cells'] | null = null;
  return {
    position: row.position,
    rowNumber: row.row_number,
    // Whoever applies a row seldom asks what its cells say.
    get cells() {
      cells ??= unpackCells(row.cells);
      return cells;
    },
    email: row.email,
    userId: row.user_id,
    action: row.action,
    plan: row.plan,
    problems: row.problems,
  };
}

const columns = ['position', 'row_number', 'cells', 'email', 'user_id', 'action', 'plan', 'problems'];

/** A server takes 16 MB in one statement as it is installed; cells can be long. */
const mostCharacters = 1_000_000;

/** A planned row as it is written. */
export interface WrittenRow {
  readonly import_id: number;
  readonly position: number;
  readonly row_number: number;
  readonly email: string | null;
  readonly email_key: string | null;
  readonly sso_key: string | null;
  readonly ldap_key: string | null;
  readonly user_id: number | null;
  readonly action: RowAction;
  readonly cells: string;
  readonly plan: string | null;
  readonly problems: string | null;
}

/** Makes a planned row ready to be written: whoever waits for that need not keep all that the plan was made of. */
export function toWritten(importId: number, row: PlannedRow): WrittenRow {
  const { position, rowNumber, cells, email, keys, plan, written } = row;
  return {
    import_id: importId,
    position,
    row_number: rowNumber,
    email: email === null ? null : shorten(email, 254),
    email_key: keys.email,
    sso_key: keys.ssoUsername,
    ldap_key: keys.ldapUsername,
    user_id: plan.userId,
    action: plan.action,
    cells: packCells(cells),
    plan: written.plan,
    problems: written.problems,
  };
}

/** Rows in statements of a bounded length. */
async function inStatements(
  db: Database,
  rows: readonly WrittenRow[],
  write: (batch: readonly WrittenRow[]) => Promise<unknown>,
): Promise<void> {
  let batch: WrittenRow[] = [];
  let characters = 0;
  const flush = async () => {
    if (batch.length > 0) await write(batch);
    batch = [];
    characters = 0;
  };
  for (const row of rows) {
    const length = row.cells.length + (row.plan?.length ?? 0) + (row.problems?.length ?? 0);
    if (batch.length >= rowsPerStatement(db) || characters + length > mostCharacters) await flush();
    characters += length;
    batch.push(row);
  }
  await flush();
}

export async function insertRows(db: Knex.Transaction, rows: readonly WrittenRow[]): Promise<void> {
  await inStatements(db, rows, async (batch) => insertAll(db, 'import_rows', batch));
}

/** Puts other plans in the place of those that these rows have. */
export async function replacePlans(db: Knex.Transaction, rows: readonly WrittenRow[]): Promise<void> {
  await inStatements(db, rows, async (batch) =>
    db('import_rows')
      .insert([...batch])
      .onConflict(['import_id', 'position'])
      .merge(['email', 'user_id', 'action', 'plan', 'problems']),
  );
}

/** The next rows in the order of application, up to a position that is left out. */
export async function selectRows(
  db: Database,
  importId: number,
  fromPosition: number,
  beforePosition: number | null,
  limit: number,
): Promise<StoredRow[]> {
  const query = db('import_rows').where({ import_id: importId }).where('position', '>=', fromPosition);
  if (beforePosition !== null) void query.where('position', '<', beforePosition);
  const rows = await query.orderBy('position').limit(limit).select(columns);
  return rows.map(toRow);
}

/** The next rows of one action, or of those that failed in the run alone, up to a position, in the order of the file. */
export async function selectRowsOf(
  db: Database,
  importId: number,
  which: RowAction | 'failed_in_run',
  afterRowNumber: number,
  beforePosition: number | null,
  limit: number,
): Promise<StoredRow[]> {
  const query = db('import_rows').where({ import_id: importId }).where('row_number', '>', afterRowNumber);
  if (beforePosition !== null) void query.where('position', '<', beforePosition);
  if (which === 'failed_in_run') void query.where({ outcome: 'failed' }).whereNot({ action: 'fail' });
  else void query.where({ action: which });
  const rows = await query.orderBy('row_number').limit(limit).select(columns);
  return rows.map(toRow);
}

/** What became of one row. */
export interface RowResult {
  readonly position: number;
  readonly outcome: RowOutcome;
  readonly userId: number | null;
  readonly problems: readonly RowProblem[];
}

/** Writes what became of rows that ended otherwise than planned, in one statement. */
export async function updateOutcomes(
  db: Knex.Transaction,
  importId: number,
  results: readonly RowResult[],
): Promise<void> {
  if (results.length === 0) return;
  const cases = (column: string, rows: readonly RowResult[], textOf: (result: RowResult) => string) =>
    db.raw(`CASE position ${rows.map(() => 'WHEN ? THEN ?').join(' ')} ELSE ?? END`, [
      ...rows.flatMap((result) => [result.position, textOf(result)]),
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
      ...(wrong.length > 0 && { problems: cases('problems', wrong, ({ problems }) => JSON.stringify(problems)) }),
    });
}
