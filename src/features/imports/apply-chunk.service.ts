import { randomUUID } from 'node:crypto';
import { shorten } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { isClash, isDuplicate } from '../../platform/db/driver-errors';
import { inTransaction, isDatabaseDown } from '../../platform/db/transaction';
import { isAppError, notAdmin } from '../../platform/errors';
import type { SeatsSeen } from '../licences/licences.service';
import { applyRows, plannedOutcome } from './apply-rows.service';
import { advanceImport, updateOutcomeCounts } from './import-leases.store';
import { isConfirmerGone } from './import-person';
import { type RowResult, type StoredRow, updateOutcomes } from './import-rows.store';
import { type StoredImport, updateProblem } from './imports.store';
import type { OutcomeCounts, RowOutcome, RowProblem } from './imports.types';

/** A worker without a sign of life for so long is taken for dead. */
export const leaseSeconds = 60;

/** Another worker took the import over: whatever this one still holds is not to be written. */
export class LeaseLost extends Error {}

/** What a worker carries from one chunk to the next. */
export interface Run {
  readonly token: string;
  /** How the seats stood when it last took some. */
  seats: SeatsSeen | null;
  /** Called while the database works on a chunk, with its rows, for what can be done meanwhile. */
  readonly meanwhile: (rows: readonly StoredRow[]) => void;
}

/** How far an import is after a chunk. */
type Mark = Pick<StoredImport, 'nextRow' | 'outcomes'>;

/** The operation that a running import is. */
export function operationOf({ id, operationId }: StoredImport): number {
  if (operationId === null) throw new Error(`import ${id} runs without an operation`);
  return operationId;
}

/**
 * Applies the next rows of an import in one transaction with their outcomes and the mark of progress. Where one of them
 * spoils it, the halves are applied each by itself, down to the row that fails alone.
 * @param isHopeful as in `applyRows`; where the hope fails, the rows are looked at more closely
 * @throws LeaseLost
 */
export async function applyChunk(
  ctx: Context,
  stored: StoredImport,
  rows: readonly StoredRow[],
  run: Run,
  isHopeful = true,
): Promise<Mark> {
  try {
    const applied = await inTransaction(ctx, async (tx) => {
      const nextRow = await advance(tx, stored, rows, run);
      if (isConfirmerGone(stored)) throw notAdmin();
      const { results, seats } = await applyRows(tx, rows, {
        operationId: operationOf(stored),
        site: stored.totals.basis.site,
        seen: run.seats,
        isHopeful,
        onceBusy: () => run.meanwhile(rows),
      });
      return { mark: await finishRows(tx, stored, nextRow, rows, results), seats };
    });
    // Kept now only: what a transaction saw that was taken back is not true.
    run.seats = applied.seats;
    return applied.mark;
  } catch (error) {
    if (error instanceof LeaseLost || isDatabaseDown(error) || isClash(error)) throw error;
    if (isAppError(error, 'not_admin')) return stop(ctx, stored, rows, run);
    if (isHopeful && isTaken(error)) return applyChunk(ctx, stored, rows, run, false);
    const [only, ...others] = rows;
    if (only !== undefined && others.length === 0)
      return leaveOut(ctx, stored, only, run, sentenceFor(ctx, error, only));
    const middle = Math.ceil(rows.length / 2);
    const mark = await applyChunk(ctx, stored, rows.slice(0, middle), run, isHopeful);
    return applyChunk(ctx, { ...stored, ...mark }, rows.slice(middle), run, isHopeful);
  }
}

/** Somebody has an address or a username that was to be given to somebody else. */
const isTaken = (error: unknown): boolean => isAppError(error, 'email_taken') || isDuplicate(error);

/** Moves the mark of progress behind these rows, which the transaction's end makes true. */
async function advance(tx: TxContext, stored: StoredImport, rows: readonly StoredRow[], run: Run): Promise<number> {
  const nextRow = (rows[rows.length - 1]?.position ?? stored.nextRow - 1) + 1;
  if (!(await advanceImport(tx.db, stored.id, run.token, stored.nextRow, nextRow, leaseSeconds))) throw new LeaseLost();
  return nextRow;
}

/** Writes what became of rows: one by one for those that ended otherwise than planned, and the counts of all. */
async function finishRows(
  tx: TxContext,
  stored: StoredImport,
  nextRow: number,
  rows: readonly StoredRow[],
  results: readonly RowResult[],
): Promise<Mark> {
  const planned = new Map(rows.map(({ position, action }) => [position, plannedOutcome[action]]));
  const outcomes: Record<RowOutcome, number> = { ...stored.outcomes };
  for (const { outcome } of results) outcomes[outcome] += 1;
  await updateOutcomes(
    tx.db,
    stored.id,
    results.filter(({ position, outcome }) => outcome !== planned.get(position)),
  );
  await updateOutcomeCounts(tx.db, stored.id, outcomes);
  return { nextRow, outcomes: outcomes satisfies OutcomeCounts };
}

const stopped =
  'The import stopped, because it was confirmed by somebody who is no admin any more. Nothing was done from there on; an admin can import what is left again.';

/** Lets rows fail together, because nobody who may do it stands behind the import any more. */
async function stop(ctx: Context, stored: StoredImport, rows: readonly StoredRow[], run: Run): Promise<Mark> {
  const sentence = 'This row was left out, for the import was confirmed by somebody who is no admin any more.';
  return inTransaction(ctx, async (tx) => {
    const nextRow = await advance(tx, stored, rows, run);
    await updateProblem(tx.db, stored.id, stopped);
    return failRows(tx, stored, nextRow, rows, sentence);
  });
}

async function leaveOut(ctx: Context, stored: StoredImport, row: StoredRow, run: Run, sentence: string): Promise<Mark> {
  return inTransaction(ctx, async (tx) => failRows(tx, stored, await advance(tx, stored, [row], run), [row], sentence));
}

/** Rows that fail for one reason. One that failed in the plan keeps the problems that it had there. */
async function failRows(
  tx: TxContext,
  stored: StoredImport,
  nextRow: number,
  rows: readonly StoredRow[],
  sentence: string,
): Promise<Mark> {
  const problemsOf = ({ action }: StoredRow): RowProblem[] => (action === 'fail' ? [] : [{ field: null, sentence }]);
  const results = rows.map(
    (row): RowResult => ({
      position: row.position,
      outcome: 'failed',
      userId: row.userId,
      problems: problemsOf(row),
    }),
  );
  return finishRows(tx, stored, nextRow, rows, results);
}

/** Why one row could not be applied, for its person to read. */
function sentenceFor(ctx: Context, error: unknown, row: StoredRow): string {
  if (isTaken(error))
    return 'Somebody else added or changed this person at the same moment. Import the row again to see what it does now.';
  if (isAppError(error)) return shorten(error.message, 500);
  const errorId = randomUUID();
  ctx.log.error({ err: error, errorId, rowNumber: row.rowNumber }, 'import row failed');
  return `Something unexpected went wrong with this row, and nothing of it was done. It stands in the log as ${errorId}.`;
}
