import type { Context } from '../../platform/context';
import { notFound } from '../../platform/errors';
import { type StoredImport, selectImport } from './imports.store';

/** @throws AppError `not_found` */
export async function findImport(ctx: Context, id: number): Promise<StoredImport> {
  const found = await selectImport(ctx.db, id);
  if (found === null) throw notFound('import', 'This import is not there any more. Drop the file again.');
  return found;
}
