import { shorten } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { findImport, findImportWithRows } from './find-import.service';
import { previewOf, progressOf } from './import-views.service';
import {
  countOpen,
  type StoredImport,
  selectImportByDelivery,
  selectLatestImports,
  selectOpenImports,
  updateMessage,
  updateReported,
} from './imports.store';
import type { ImportPreview, ImportProgress, UploadedFile } from './imports.types';
import { readImport, waitForReading } from './read-import.service';
import { contentHashOf } from './read-import-file';

/**
 * Reads a file and plans every row against the data of now; nothing is changed but the import's own rows. A file that
 * cannot be imported gives a preview in state `refused` with a sentence. The same delivery twice gives one import, and
 * the second call waits for the first one.
 */
export async function planImport(ctx: Context, file: UploadedFile): Promise<ImportPreview> {
  const deliveryKey = file.slackFileId === null ? null : `${file.slackFileId}:${file.conversationId ?? ''}`;
  const ofDelivery = async () => (deliveryKey === null ? null : selectImportByDelivery(ctx.db, deliveryKey));
  const shown = async (known: StoredImport) => previewOf(ctx, await waitForReading(ctx, known));
  const known = await ofDelivery();
  if (known !== null) return shown(known);
  const contentHash = await contentHashOf(file.path);
  try {
    const id = await readImport(ctx, file.path, {
      fileName: shorten(file.fileName, 255),
      fileSize: file.fileSize,
      contentHash,
      slackFileId: file.slackFileId,
      deliveryKey,
      uploaderSlackId: file.uploaderSlackId,
      uploaderUserId: file.uploaderUserId,
      conversationId: file.conversationId,
      createdAt: ctx.clock.now(),
    });
    return await readPreview(ctx, id);
  } catch (error) {
    const other = isDuplicate(error) ? await ofDelivery() : null;
    // Slack delivered the same file to two replicas at once, and the other one was quicker.
    if (other === null) throw error;
    return shown(other);
  }
}

/** @throws AppError `not_found` */
export async function readPreview(ctx: Context, id: number): Promise<ImportPreview> {
  return previewOf(ctx, await findImport(ctx, id));
}

/** Remembers the one message that shows the import. */
export async function recordImportMessage(
  ctx: Context,
  id: number,
  message: { readonly conversationId: string; readonly messageTs: string },
): Promise<void> {
  await updateMessage(ctx.db, id, message);
}

/** @throws AppError `not_found` */
export async function importProgress(ctx: Context, id: number): Promise<ImportProgress> {
  return progressOf(await findImport(ctx, id));
}

/** Like importProgress, where its rows are to be read too. @throws AppError `conflict` when they are not kept any more */
export async function importToHandOut(ctx: Context, id: number): Promise<ImportProgress> {
  return progressOf(await findImportWithRows(ctx, id));
}

/** The newest imports first. */
export async function listImports(ctx: Context, limit: number): Promise<ImportProgress[]> {
  return (await selectLatestImports(ctx.db, limit)).map(progressOf);
}

/** Those that wait for a decision or are carried out, the newest first. */
export async function listOpenImports(ctx: Context, limit: number): Promise<ImportProgress[]> {
  return (await selectOpenImports(ctx.db, limit)).map(progressOf);
}

/** How many wait for a decision or are carried out. */
export async function countOpenImports(ctx: Context): Promise<number> {
  return countOpen(ctx.db);
}

/** Remembers that a part of the end was delivered, so that another try does not deliver it again. */
export async function recordReported(ctx: Context, id: number, part: 'summary' | 'errors' | 'notice'): Promise<void> {
  const { reported } = await findImport(ctx, id);
  await updateReported(ctx.db, id, { ...reported, [part]: true });
}
