import type { Context } from '../../platform/context';
import { inBatches } from '../../platform/db/delete-past';
import type { ImportState } from './imports.types';
import { deleteRows, selectNextWithRows, selectPositions } from './purge-import-rows.store';

const ends: readonly ImportState[] = ['done', 'stopped', 'cancelled', 'expired', 'refused'];

/**
 * Forgets the rows of imports that ended before a moment, in small slices. The imports stay, with how many rows ended in
 * which way and the mark of their file, so that the same file is known again.
 * @returns how many rows that were
 */
export async function purgeImportRows(ctx: Context, before: Date, signal: AbortSignal): Promise<number> {
  let purged = 0;
  let found = await selectNextWithRows(ctx.db, 0);
  for (; found !== null && !signal.aborted; found = await selectNextWithRows(ctx.db, found.id)) {
    const { id, state, movedAt } = found;
    if (movedAt >= before || !ends.includes(state)) continue;
    purged += await inBatches(ctx, signal, async (size) => {
      const last = (await selectPositions(ctx.db, id, size)).at(-1);
      return last === undefined ? 0 : deleteRows(ctx.db, id, last);
    });
  }
  return purged;
}
