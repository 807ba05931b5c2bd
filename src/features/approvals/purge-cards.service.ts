import type { Context } from '../../platform/context';
import { inBatches } from '../../platform/db/delete-past';
import { deleteCards, selectPastCards } from './approvals.store';

/**
 * Forgets which messages show approvals that were over before a moment, in small batches; the approvals themselves stay.
 * @returns how many
 */
export async function purgeApprovalCards(ctx: Context, before: Date, signal: AbortSignal): Promise<number> {
  let purged = 0;
  await inBatches(ctx, signal, async (size) => {
    const ids = await selectPastCards(ctx.db, before, size);
    if (ids.length > 0) purged += await deleteCards(ctx.db, ids);
    return ids.length;
  });
  return purged;
}
