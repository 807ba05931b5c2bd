import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { addTime, day, minute } from '../../lib/duration';
import { inTurns } from '../../lib/in-turns';
import { shorten } from '../../lib/plain-text';
import { actingAs, type Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import type { News } from '../../platform/news';
import { recordAudit } from '../audit/audit.service';
import { closeOperation } from '../operations/operations.service';
import { applyChunk, LeaseLost, leaseSeconds, operationOf, type Run } from './apply-chunk.service';
import { claimImport, moveImport, prolongImport, releaseImport, selectAbandoned } from './import-leases.store';
import { confirmingActor } from './import-person';
import { type StoredRow, selectRows } from './import-rows.store';
import { expirePreviews, type StoredImport, selectImport, updateReported } from './imports.store';
import { previewLifeDays } from './imports.types';
import { patiently } from './patiently';
import { refuseInterrupted } from './read-import.service';
import { mailUploader } from './tell-uploader.service';
import { plannedInvitation } from './written-plan';

/** Rows that are applied in one transaction. */
export const rowsPerChunk = 1000;
/** Handing a summary and a workbook to Slack can take its time. */
const reportLeaseSeconds = 180;
/** After a summary that could not be delivered, it is tried again so much later. */
const reportAgainSeconds = 30;
/** With the pause doubled each time, up to an hour, the last try comes after some six hours. */
const mostReports = 12;
const newsEveryMs = 3000;

/**
 * Applies a confirmed import chunk by chunk, or takes up one whose worker died. Returns at once when another worker has
 * it. Resolves when the import is done or halted, or when `signal` let it go after its chunk. While the database is away it waits.
 */
export async function runImport(ctx: Context, id: number, signal: AbortSignal): Promise<void> {
  const token = randomUUID();
  const claimed = await patiently(ctx, signal, () =>
    claimImport(ctx.db, id, ['running', 'reporting'], token, leaseSeconds),
  );
  if (!claimed) return;
  try {
    await work(ctx, id, token, signal);
  } catch (error) {
    if (error instanceof LeaseLost) ctx.log.info({ importId: id }, 'import was taken from its worker');
    else if (!signal.aborted) throw error;
  } finally {
    // Where the database is away, the lease runs out by itself.
    if (signal.aborted) await releaseImport(ctx.db, id, token, 0).catch(() => undefined);
  }
}

async function work(ctx: Context, id: number, token: string, signal: AbortSignal): Promise<void> {
  const telling = startTelling(ctx, id);
  const chunks = chunkReader(ctx, id);
  const run: Run = { token, seats: null, meanwhile: chunks.readBehind };
  for (;;) {
    const stored = await patiently(ctx, signal, () => selectImport(ctx.db, id));
    if (stored === null || stored.token !== token) throw new LeaseLost();
    if (stored.state === 'reporting') {
      // Progress that arrives late would take the place of the summary.
      await telling.settled();
      return report(ctx, stored, token, signal);
    }
    if (signal.aborted) return;
    const acting = actingAs(ctx, confirmingActor(stored));
    const rows = await patiently(ctx, signal, () => chunks.from(stored.nextRow));
    try {
      if (rows.length === 0) await patiently(ctx, signal, () => finish(acting, stored, token));
      else await patiently(ctx, signal, () => applyChunk(acting, stored, rows, run));
    } catch (error) {
      // Also when the answer to a commit was lost: whose the import is stands in the database.
      if (!(error instanceof LeaseLost)) throw error;
    }
    telling.tell(stored);
    await nextTurn();
  }
}

/** Reads chunks of rows that are waiting, with their plans. */
function chunkReader(ctx: Context, id: number) {
  let ahead: { readonly from: number; readonly rows: Promise<StoredRow[]> } | null = null;
  const read = async (from: number) => {
    const rows = await selectRows(ctx.db, id, from, null, rowsPerChunk);
    await inTurns(rows, plannedInvitation);
    return rows;
  };
  return {
    /** The next rows from a position on. */
    async from(position: number): Promise<StoredRow[]> {
      const rows = ahead?.from === position ? ahead.rows : read(position);
      // Should it fail, it is begun anew.
      ahead = null;
      return rows;
    },
    /** Reads the chunk behind these rows, while the database works on them. */
    readBehind(rows: readonly StoredRow[]): void {
      const from = (rows[rows.length - 1]?.position ?? -1) + 1;
      if (ahead?.from === from) return;
      const next = read(from);
      next.catch(() => undefined);
      ahead = { from, rows: next };
    },
  };
}

async function finish(ctx: Context, stored: StoredImport, token: string): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    if (!(await moveImport(tx.db, stored.id, token, 'running', 'reporting', tx.clock.now()))) throw new LeaseLost();
    const { invited, updated, unchanged, failed } = stored.outcomes;
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
    await mailUploader(tx, stored);
  });
}

/** Ends the import once its summary is delivered; until then `resume-imports` tries again, but not for ever. */
async function report(ctx: Context, stored: StoredImport, token: string, signal: AbortSignal): Promise<void> {
  const { id } = stored;
  const held = await patiently(ctx, signal, () => prolongImport(ctx.db, id, token, reportLeaseSeconds));
  if (!held) throw new LeaseLost();
  await ctx.announce({ kind: 'users_changed' }).catch((error) => ctx.log.warn({ err: error }, 'news went nowhere'));
  // A workbook of a million rows takes longer than its lease.
  const prolonging = setInterval(() => {
    prolongImport(ctx.db, id, token, reportLeaseSeconds).catch((error: unknown) =>
      ctx.log.warn({ err: error, importId: id }, 'a lease was not prolonged'),
    );
  }, minute);
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
  } finally {
    clearInterval(prolonging);
  }
  const end = stored.haltedBy === null ? 'done' : 'stopped';
  await patiently(ctx, signal, () => moveImport(ctx.db, id, token, 'reporting', end, null));
}

/** Tells that the import moved on: at most every three seconds, never twice at a time, and nobody waits for it. */
function startTelling(ctx: Context, importId: number): { tell(now: StoredImport): void; settled(): Promise<void> } {
  let first: { readonly rows: number; readonly at: number } | null = null;
  let last = Number.NEGATIVE_INFINITY;
  let pending: Promise<void> | null = null;
  return {
    tell({ outcomes: { invited, updated, unchanged, failed } }) {
      const rows = invited + updated + unchanged + failed;
      first ??= { rows, at: performance.now() };
      if (pending !== null || performance.now() - last < newsEveryMs) return;
      last = performance.now();
      const rowsPerSecond = rows === first.rows ? null : ((rows - first.rows) * 1000) / (last - first.at);
      const news: News = { kind: 'import_moved', importId, rowsPerSecond };
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

/**
 * Takes up confirmed imports that no living worker has, refuses files whose reader died, and ends previews that nobody
 * decided on.
 */
export async function resumeImports(
  ctx: Context,
  signal: AbortSignal,
): Promise<{ readonly resumed: number; readonly expired: number; readonly interrupted: number }> {
  const expired = await expirePreviews(ctx.db, addTime(ctx.clock.now(), -previewLifeDays * day));
  const interrupted = await refuseInterrupted(ctx);
  const abandoned = await selectAbandoned(ctx.db, ['running', 'reporting'], 20);
  let resumed = 0;
  for (const id of abandoned) {
    if (signal.aborted) break;
    await runImport(ctx, id, signal);
    resumed += 1;
  }
  return { resumed, expired, interrupted };
}
