import type { Context } from '../../platform/context';
import { conflict, notFound } from '../../platform/errors';
import { highestPosition } from './discard-import.store';
import { type StoredImport, selectImport } from './imports.store';
import { rowsIn } from './imports.types';

/** @throws AppError `not_found` */
export async function findImport(ctx: Context, id: number): Promise<StoredImport> {
  const found = await selectImport(ctx.db, id);
  if (found === null) throw notFound('import', 'This import is not there any more. Drop the file again.');
  return found;
}

/** An import whose rows are still there. @throws AppError `not_found`; `conflict` where they were purged since it ended */
export async function findImportWithRows(ctx: Context, id: number): Promise<StoredImport> {
  const found = await findImport(ctx, id);
  if (rowsIn(found.totals.counts) > 0 && (await highestPosition(ctx.db, id)) === null)
    throw conflict(
      'The rows of this import are not kept any more: it ended long ago. What it came to stands in /usher imports.',
    );
  return found;
}
