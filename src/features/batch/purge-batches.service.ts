import type { Context } from '../../platform/context';
import { inBatches } from '../../platform/db/delete-past';
import { inTransaction } from '../../platform/db/transaction';
import { moveBatch } from './batch.store';
import type { BatchState } from './batch.types';
import { deletePeople, selectNextWithPeople, selectPositions } from './purge-batches.store';

const unconfirmed: readonly BatchState[] = ['draft', 'planned', 'asked'];

/**
 * Forgets on whom batches worked that ended before a moment, in small slices; what became of everybody stays with their
 * operations. A plan that nobody confirmed until then is cancelled.
 * @returns how many people that were
 */
export async function purgeBatchPeople(ctx: Context, before: Date, signal: AbortSignal): Promise<number> {
  let purged = 0;
  let batch = await selectNextWithPeople(ctx.db, 0);
  for (; batch !== null && !signal.aborted; batch = await selectNextWithPeople(ctx.db, batch.id)) {
    const { id, state, movedAt } = batch;
    if (movedAt >= before || state === 'running') continue;
    // Cancelled first: nobody may confirm it while its people go.
    if (
      unconfirmed.includes(state) &&
      !(await inTransaction(ctx, (tx) => moveBatch(tx.db, id, [state], 'cancelled', movedAt)))
    )
      continue;
    purged += await inBatches(ctx, signal, async (size) => {
      const last = (await selectPositions(ctx.db, id, size)).at(-1);
      return last === undefined ? 0 : deletePeople(ctx.db, id, last);
    });
  }
  return purged;
}
