import { shorten } from '../../lib/plain-text';
import { actingAs, type Context, type TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { conflict, isAppError } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { closeOperation } from '../operations/operations.service';
import { requireAdmin } from '../users/users.service';
import { operationOf } from './apply-chunk.service';
import { findImport } from './find-import.service';
import { takeImport } from './halt-import.store';
import { confirmingActor, isConfirmerGone, personOf } from './import-person';
import { progressOf } from './import-views.service';
import type { StoredImport } from './imports.store';
import type { ImportProgress } from './imports.types';
import { mailUploader } from './tell-uploader.service';

/**
 * Lets a running import rest: the chunk that is being applied is the last one until somebody continues it.
 * @throws AppError `not_admin`, `not_found`, `conflict` where it does not run
 */
export async function pauseImport(ctx: Context, id: number): Promise<ImportProgress> {
  return inTransaction(ctx, async (tx) => {
    // The import first and the people then, as a chunk locks them.
    const isPaused = await takeImport(tx.db, id, ['running'], { state: 'paused', haltedBy: personOf(tx.actor) });
    await requireAdmin(tx);
    const stored = await findImport(tx, id);
    if (!isPaused) throw conflict(whyNot(stored));
    await record(tx, stored, 'import.paused');
    return progressOf(stored);
  });
}

/**
 * Lets a paused import go on where it rests, for whoever confirmed it; a worker has to be told.
 * @throws AppError `not_admin`, `not_found`, `conflict` where it is not paused, or nobody stands behind it any more
 */
export async function continueImport(ctx: Context, id: number): Promise<ImportProgress> {
  return inTransaction(ctx, async (tx) => {
    const isRunning = await takeImport(tx.db, id, ['paused'], { state: 'running', haltedBy: null });
    await requireAdmin(tx);
    const stored = await findImport(tx, id);
    if (!isRunning) throw conflict(whyNot(stored));
    await requireConfirmer(tx, stored);
    await record(tx, stored, 'import.continued');
    return progressOf(stored);
  });
}

/**
 * Ends a running or paused import early: what is applied stays, the rows that are left are not run. A worker has to be
 * told, to report it.
 * @throws AppError `not_admin`, `not_found`, `conflict` where it has ended
 */
export async function stopImport(ctx: Context, id: number): Promise<ImportProgress> {
  return inTransaction(ctx, async (tx) => {
    const isStopped = await takeImport(tx.db, id, ['running', 'paused'], {
      state: 'reporting',
      haltedBy: personOf(tx.actor),
      finishedAt: tx.clock.now(),
    });
    await requireAdmin(tx);
    const stored = await findImport(tx, id);
    if (!isStopped) throw conflict(whyNot(stored));
    const progress = progressOf(stored);
    const { invited, updated, unchanged, failed, pending } = progress.outcomes;
    const counts = { done: invited + updated, unchanged, skipped: pending, failed };
    await closeOperation(tx, operationOf(stored), counts);
    await record(tx, stored, 'import.stopped');
    await mailUploader(tx, stored);
    return progress;
  });
}

/** Without an admin behind it every row would fail. */
async function requireConfirmer(tx: TxContext, stored: StoredImport): Promise<void> {
  const gone = conflict(
    `${stored.decidedBy?.label ?? 'Whoever confirmed this import'} confirmed this import and is no admin any more, so it cannot go on. Stop it, and import the workbook with the rest that you get then.`,
  );
  if (isConfirmerGone(stored)) throw gone;
  try {
    await requireAdmin(actingAs(tx, confirmingActor(stored)));
  } catch (error) {
    throw isAppError(error, 'not_admin') ? gone : error;
  }
}

async function record(
  tx: TxContext,
  stored: StoredImport,
  action: 'import.paused' | 'import.continued' | 'import.stopped',
): Promise<void> {
  const { pending, ...outcomes } = progressOf(stored).outcomes;
  await recordAudit(tx, [
    {
      action,
      subjectType: 'import',
      subjectId: stored.id,
      subjectLabel: shorten(stored.fileName, 254),
      after: { ...outcomes, 'not run': pending },
      operationId: stored.operationId,
    },
  ]);
}

/** Why an import cannot be paused, continued or stopped as it stands: somebody was quicker, or it is no running one. */
function whyNot({ state, haltedBy, finishedAt }: StoredImport): string {
  const who = haltedBy?.label ?? 'Somebody';
  switch (state) {
    case 'running':
      return 'This import runs already; its message shows how far it is.';
    case 'paused':
      return `${who} has paused this import already.`;
    case 'reporting':
    case 'done':
    case 'stopped':
      return haltedBy === null || finishedAt === null
        ? 'This import has come to its end already: every row of the file had its turn.'
        : `${who} has stopped this import already.`;
    case 'reading':
    case 'preview':
      return 'This import has not started: an admin confirms it below its preview first.';
    case 'refused':
    case 'cancelled':
    case 'expired':
      return 'This import was never started, and nothing of it was done.';
  }
}
