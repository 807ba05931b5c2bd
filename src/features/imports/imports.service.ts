import type { Context } from '../../platform/context';
import type { ConfirmResult, ImportPreview, ImportProgress, UploadedFile } from './imports.types';

/**
 * Reads a file whole and plans every row against the data of now; nothing is changed but the import's own rows. A file
 * that cannot be imported gives a preview in state `refused` with a sentence. The same delivery twice gives one import.
 */
export async function planImport(_ctx: Context, _file: UploadedFile): Promise<ImportPreview> {
  throw new Error('not written yet');
}

/** @throws AppError `not_found` */
export async function readPreview(_ctx: Context, _id: number): Promise<ImportPreview> {
  throw new Error('not written yet');
}

/** Remembers the one message that shows the import. */
export async function recordImportMessage(
  _ctx: Context,
  _id: number,
  _message: { readonly conversationId: string; readonly messageTs: string },
): Promise<void> {
  throw new Error('not written yet');
}

/**
 * Starts an import whose preview was shown, if the data still give the same plan for the confirming admin.
 * @throws AppError `not_admin`, `not_found`, `conflict` (decided already, by whom), `seats_exhausted`; nothing happened then
 */
export async function confirmImport(_ctx: Context, _id: number): Promise<ConfirmResult> {
  throw new Error('not written yet');
}

/** @throws AppError `not_admin`, `not_found`, `conflict` (decided already, by whom) */
export async function cancelImport(_ctx: Context, _id: number): Promise<ImportPreview> {
  throw new Error('not written yet');
}

/** @throws AppError `not_found` */
export async function importProgress(_ctx: Context, _id: number): Promise<ImportProgress> {
  throw new Error('not written yet');
}

/** The newest imports first. */
export async function listImports(_ctx: Context, _limit: number): Promise<ImportProgress[]> {
  throw new Error('not written yet');
}
