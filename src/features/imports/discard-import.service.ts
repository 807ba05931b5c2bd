import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../../platform/context';
import { requireAdmin } from '../users/users.service';
import { deleteRowsFrom, deleteUndecided, highestPosition } from './discard-import.store';

/** Positions whose rows are deleted in one statement. */
const slice = 1000;

/**
 * Forgets an import that nobody decided on, with all its rows, as if the file had never come. One that was decided on
 * stays as it is.
 * @throws AppError `not_admin`
 */
export async function discardImport(ctx: Context, id: number): Promise<void> {
  await requireAdmin(ctx);
  await dropRows(ctx, id);
  await deleteUndecided(ctx.db, id);
}

/**
 * Deletes the rows of an import that nobody decided on, in small statements.
 * @param between is waited for after each of them
 */
export async function dropRows(ctx: Context, id: number, between: () => Promise<void> = nextTurn): Promise<void> {
  for (let from = await highestPosition(ctx.db, id); from !== null; from = await highestPosition(ctx.db, id)) {
    if ((await deleteRowsFrom(ctx.db, id, from - slice)) === 0) return;
    await between();
  }
}
