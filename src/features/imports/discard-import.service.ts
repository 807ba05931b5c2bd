import type { Context } from '../../platform/context';
import { requireAdmin } from '../users/users.service';
import { deleteRowsFrom, deleteUndecided, highestPosition } from './discard-import.store';

/** Rows that are deleted in one statement. */
const slice = 5000;

/**
 * Forgets an import that nobody decided on, with all its rows, as if the file had never come. One that was decided on
 * stays as it is.
 * @throws AppError `not_admin`
 */
export async function discardImport(ctx: Context, id: number): Promise<void> {
  await requireAdmin(ctx);
  for (let from = await highestPosition(ctx.db, id); from !== null; from = await highestPosition(ctx.db, id)) {
    if ((await deleteRowsFrom(ctx.db, id, from - slice)) === 0) return;
  }
  await deleteUndecided(ctx.db, id);
}
