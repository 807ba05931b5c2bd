import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { addTime, day } from '../../lib/duration';
import { shorten } from '../../lib/plain-text';
import { type Actor, actingAs, type Context, type TxContext } from '../../platform/context';
import { isClash, isDuplicate } from '../../platform/db/driver-errors';
import { inTransaction, isDatabaseDown } from '../../platform/db/transaction';
import { isAppError, notAdmin } from '../../platform/errors';
import type { News } from '../../platform/news';
import { recordAudit } from '../audit/audit.service';
import { closeOperation, recordResults } from '../operations/operations.service';
import { applyRows } from './apply-rows.service';
import { type StoredRow, selectRows, updateOutcomes } from './import-rows.store';
import { progressOf } from './import-views.service';
import {
  advanceImport,
  claimImport,
  expirePreviews,
  moveImport,
  prolongImport,
  releaseImport,
  type StoredImport,
  selectAbandoned,
  selectImport,
  updateProblem,
  updateReported,
} from './imports.store';
import { previewLifeDays, type RowProblem } from './imports.types';
import { patiently } from './patiently';

/** Rows that are applied in one transaction. */
export const rowsPerChunk = 200;
/** A worker without a sign of life for so long is taken for dead. */
const leaseSeconds = 60;
/** Handing a summary and a workbook to Slack can take its time. */
const reportLeaseSeconds = 180;
/** After a summary that could not be delivered, it is tried again so much later. */
const reportAgainSeconds = 30;
/** With the pause doubled each time, up to an hour, the last try comes after some six hours. */
const mostReports = 12;
const newsEveryMs = 3000;

/** Another worker took the import over: whatever this one still holds is not to be written. */
class LeaseLost extends Error {}

/**
 * Applies a confirmed import chunk by chunk, or takes up one whose worker died. Returns at once when another worker has
 * it. Resolves when the import is done, or when `signal` let it go after its chunk. While the database is away it waits.
 */
export async function runImport(ctx: Context, id: number, signal: AbortSignal): Promise<void> {
  const token = randomUUID();
  const claimed = await patiently(ctx, signal, () => claimImport(ctx.db, id, token, leaseSeconds));
  if (!claimed) return;
  try {
    await work(ctx, id, token, signal);
  } catch (error) {
    if (error instanceof LeaseLost) ctx.log.warn({ importId: id }, 'import was taken over by another worker');
    else if (!signal.aborted) throw error;
  } finally {
    // Where the database is away, the lease runs out by itself.
    if (signal.aborted) await releaseImport(ctx.db, id, token, 0).catch(() => undefined);
  }
}

async function work(ctx: Context, id: number, token: string, signal: AbortSignal): Promise<void> {
  const telling = startTelling(ctx, id);
  for (;;) {
    const stored = await patiently(ctx, signal, () => selectImport(ctx.db, id));
    if (stored === null || stored.token !== token) throw new LeaseLost();
    if (stored.state === 'reporting') {
      // Progress that arrives late would take the place of the summary.
      await telling.settled();
      return report(ctx, stored, token, signal);
    }
    if (signal.aborted) return;
    const acting = actingAs(ctx, actorOf(stored));
    const rows = await patiently(ctx, signal, () => selectRows(ctx.db, id, stored.nextRow, rowsPerChunk));
    try {
      if (rows.length === 0) await patiently(ctx, signal, () => finish(acting, stored, token));
      else await patiently(ctx, signal, () => applyChunk(acting, stored, rows, token));
    } catch (error) {
      // Also when the answer to a commit was lost: whose the import is stands in the database.
      if (!(error instanceof LeaseLost)) throw error;
    }
    telling.tell();
    await nextTurn();
  }
}

/** Whoever confirmed it acts, also after a restart. */
function actorOf({ decidedBy }: StoredImport): Actor {
  if (decidedBy?.userId) {
    return { kind: 'user', userId: decidedBy.userId, email: decidedBy.label, slackId: decidedBy.slackId };
  }
  return decidedBy?.label === 'operator' ? { kind: 'operator' } : { kind: 'system', name: 'import' };
}

/** Applies rows in one transaction with their outcomes and the mark of progress; where one spoils it, each by itself. */
async function applyChunk(
  ctx: Context,
  stored: StoredImport,
  rows: readonly StoredRow[],
  token: string,
): Promise<void> {
  try {
    await inTransaction(ctx, async (tx) => {
      await advance(tx, stored.id, token, rows);
      if (isConfirmerGone(stored)) throw notAdmin();
      await updateOutcomes(tx.db, stored.id, await applyRows(tx, rows, operationOf(stored)));
    });
  } catch (error) {
    if (error instanceof LeaseLost || isDatabaseDown(error) || isClash(error)) throw error;
    if (isAppError(error, 'not_admin')) return stop(ctx, stored, rows, token);
    const [only, ...others] = rows;
    if (only !== undefined && others.length === 0)
      return leaveOut(ctx, stored, only, token, sentenceFor(ctx, error, only));
    for (const row of rows) await applyChunk(ctx, stored, [row], token);
  }
}

/** A user who was deleted leaves their label behind; the operator never was a user. */
const isConfirmerGone = ({ decidedBy }: StoredImport) => decidedBy?.userId === null && decidedBy.label !== 'operator';

const stopped =
  'The import stopped, because it was confirmed by somebody who is no admin any more. Nothing was done from there on; an admin can import what is left again.';

/** Lets rows fail together, because nobody who may do it stands behind the import any more. */
async function stop(ctx: Context, stored: StoredImport, rows: readonly StoredRow[], token: string): Promise<void> {
  const sentence = 'This row was left out, for the import was confirmed by somebody who is no admin any more.';
  // A row that failed in the plan keeps the problems that it had there.
  const problemsOf = ({ action }: StoredRow): RowProblem[] => (action === 'fail' ? [] : [{ field: null, sentence }]);
  await inTransaction(ctx, async (tx) => {
    await advance(tx, stored.id, token, rows);
    await updateProblem(tx.db, stored.id, stopped);
    await updateOutcomes(
      tx.db,
      stored.id,
      rows.map((row) => ({
        position: row.position,
        outcome: 'failed',
        userId: row.userId,
        problems: problemsOf(row),
      })),
    );
    await recordResults(
      tx,
      operationOf(stored),
      rows.map((row) => ({
        userId: row.userId,
        subject: shorten(row.email ?? '', 254),
        outcome: 'failed',
        reason: row.problems[0]?.sentence.slice(0, 500) ?? sentence,
      })),
    );
  });
}

function operationOf({ id, operationId }: StoredImport): number {
  if (operationId === null) throw new Error(`import ${id} runs without an operation`);
  return operationId;
}

async function advance(tx: TxContext, id: number, token: string, rows: readonly StoredRow[]): Promise<void> {
  const from = rows[0]?.position ?? 0;
  if (!(await advanceImport(tx.db, id, token, from, from + rows.length, leaseSeconds))) throw new LeaseLost();
}

async function leaveOut(
  ctx: Context,
  stored: StoredImport,
  row: StoredRow,
  token: string,
  sentence: string,
): Promise<void> {
  const problems: RowProblem[] = [{ field: null, sentence }];
  await inTransaction(ctx, async (tx) => {
    await advance(tx, stored.id, token, [row]);
    await updateOutcomes(tx.db, stored.id, [
      { position: row.position, outcome: 'failed', userId: row.userId, problems },
    ]);
    await recordResults(tx, operationOf(stored), [
      { userId: row.userId, subject: shorten(row.email ?? '', 254), outcome: 'failed', reason: sentence },
    ]);
  });
}

/** Why one row could not be applied, for its person to read. */
function sentenceFor(ctx: Context, error: unknown, row: StoredRow): string {
  if (isAppError(error, 'seats_exhausted'))
    return 'No seat was free any more when it was this row’s turn. Disable somebody or get more seats, then import it again.';
  if (isAppError(error, 'email_taken') || isDuplicate(error))
    return 'Somebody else added or changed this person at the same moment. Import the row again to see what it does now.';
  if (isAppError(error)) return shorten(error.message, 500);
  const errorId = randomUUID();
  ctx.log.error({ err: error, errorId, rowNumber: row.rowNumber }, 'import row failed');
  return `Something unexpected went wrong with this row, and nothing of it was done. It stands in the log as ${errorId}.`;
}

async function finish(ctx: Context, stored: StoredImport, token: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    if (!(await moveImport(tx.db, stored.id, token, 'running', 'reporting', tx.clock.now()))) throw new LeaseLost();
    const [progress] = await progressOf(tx, [stored]);
    const { invited = 0, updated = 0, unchanged = 0, failed = 0 } = progress?.outcomes ?? {};
    await closeOperation(tx, operationOf(stored), { done: invited + updated, unchanged, skipped: 0, failed });
    await recordAudit(tx, [
      {
        action: 'import.finished',
        subjectType: 'import',
        subjectId: stored.id,
        subjectLabel: shorten(stored.fileName, 254),
        after: { invited, updated, unchanged, failed },
        operationId: stored.operationId,
      },
    ]);
  });
}

/** Ends the import once its summary is delivered; until then `resume-imports` tries again, but not for ever. */
async function report(ctx: Context, stored: StoredImport, token: string, signal: AbortSignal): Promise<void> {
  const { id } = stored;
  const held = await patiently(ctx, signal, () => prolongImport(ctx.db, id, token, reportLeaseSeconds));
  if (!held) throw new LeaseLost();
  await ctx.announce({ kind: 'users_changed' }).catch((error) => ctx.log.warn({ err: error }, 'news went nowhere'));
  try {
    await ctx.announce({ kind: 'import_ended', importId: id });
  } catch (error) {
    const attempts = stored.reported.attempts + 1;
    if (attempts < mostReports) {
      ctx.log.warn({ err: error, importId: id, attempts }, 'import could not be reported yet');
      const { reported } = (await selectImport(ctx.db, id)) ?? stored;
      await updateReported(ctx.db, id, { ...reported, attempts });
      await releaseImport(ctx.db, id, token, Math.min(3600, reportAgainSeconds * 2 ** (attempts - 1)));
      return;
    }
    ctx.log.error({ err: error, importId: id, attempts }, 'import could not be reported and is given up');
  }
  await patiently(ctx, signal, () => moveImport(ctx.db, id, token, 'reporting', 'done', null));
}

/** Tells that the import moved on: at most every three seconds, never twice at a time, and nobody waits for it. */
function startTelling(ctx: Context, importId: number): { tell(): void; settled(): Promise<void> } {
  const news: News = { kind: 'import_moved', importId };
  let last = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | null = null;
  return {
    tell() {
      if (pending !== null || performance.now() - last < newsEveryMs) return;
      last = performance.now();
      pending = ctx
        .announce(news)
        .catch((error) => ctx.log.warn({ err: error, importId }, 'progress of an import went nowhere'))
        .finally(() => {
          pending = null;
        });
    },
    settled: async () => void (await pending),
  };
}

/** Takes up confirmed imports that no living worker has, and ends previews that nobody decided on. */
export async function resumeImports(
  ctx: Context,
  signal: AbortSignal,
): Promise<{ readonly resumed: number; readonly expired: number }> {
  const expired = await expirePreviews(ctx.db, addTime(ctx.clock.now(), -previewLifeDays * day));
  const abandoned = await selectAbandoned(ctx.db, 20);
  let resumed = 0;
  for (const id of abandoned) {
    if (signal.aborted) break;
    await runImport(ctx, id, signal);
    resumed += 1;
  }
  return { resumed, expired };
}
