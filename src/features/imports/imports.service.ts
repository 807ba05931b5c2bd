import { shorten } from '../../lib/plain-text';
import { type Actor, actingAs, type Context, type TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { inTransaction } from '../../platform/db/transaction';
import { conflict, notFound } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { takeSeats } from '../licences/licences.service';
import { beginOperation } from '../operations/operations.service';
import { requireAdmin } from '../users/users.service';
import { deleteRows, insertRows, type NewRow, selectRows } from './import-rows.store';
import { previewOf, progressOf } from './import-views.service';
import {
  countOpen,
  decideImport,
  insertImport,
  replacePlan,
  type StoredImport,
  selectImport,
  selectImportByDelivery,
  selectLatestImports,
  selectOpenImports,
  updateFirstConfirmed,
  updateMessage,
  updateOperation,
  updateReported,
} from './imports.store';
import type {
  ConfirmResult,
  ImportPerson,
  ImportPreview,
  ImportProgress,
  ImportRow,
  UploadedFile,
} from './imports.types';
import { inOrderOfApplication, type PlannedRow, planRows } from './plan-import.service';
import { readImportFile } from './read-import-file';
import { acceptImportPhrase, confirmerOf, needOf, reasonFor } from './second-admin.service';

/**
 * Reads a file whole and plans every row against the data of now; nothing is changed but the import's own rows. A file
 * that cannot be imported gives a preview in state `refused` with a sentence. The same delivery twice gives one import.
 */
export async function planImport(ctx: Context, file: UploadedFile): Promise<ImportPreview> {
  const deliveryKey = file.slackFileId === null ? null : `${file.slackFileId}:${file.conversationId ?? ''}`;
  const known = deliveryKey === null ? null : await selectImportByDelivery(ctx.db, deliveryKey);
  if (known !== null) return previewOf(ctx, known);
  const read = await readImportFile(file.path);
  const planned = 'rows' in read ? await planRows(ctx, inOrderOfApplication(read.rows)) : null;
  const problem = 'problem' in read ? read.problem : null;
  try {
    const id = await inTransaction(ctx, async (tx) => {
      const importId = await insertImport(tx.db, {
        state: planned === null ? 'refused' : 'preview',
        fileName: shorten(file.fileName, 255),
        fileKind: read.kind,
        fileSize: file.fileSize,
        contentHash: read.contentHash,
        slackFileId: file.slackFileId,
        deliveryKey,
        uploaderSlackId: file.uploaderSlackId,
        uploaderUserId: file.uploaderUserId,
        conversationId: file.conversationId,
        planDigest: planned?.digest ?? null,
        totals: planned?.totals ?? null,
        warnings: 'warnings' in read ? read.warnings : [],
        problem: problem === null ? null : shorten(problem, 500),
        createdAt: tx.clock.now(),
      });
      await insertRows(tx.db, importId, (planned?.rows ?? []).map(toNewRow));
      return importId;
    });
    return await readPreview(ctx, id);
  } catch (error) {
    const other = deliveryKey !== null && isDuplicate(error) ? await selectImportByDelivery(ctx.db, deliveryKey) : null;
    // Slack delivered the same file to two replicas at once, and the other one was quicker.
    if (other === null) throw error;
    return previewOf(ctx, other);
  }
}

function toNewRow({ plan, ...row }: PlannedRow): NewRow {
  return {
    position: row.position,
    rowNumber: row.rowNumber,
    cells: row.cells,
    email: row.email,
    userId: plan.userId,
    action: plan.action,
    change: plan.change,
    differences: plan.differences,
    problems: plan.problems,
  };
}

async function findImport(ctx: Context, id: number): Promise<StoredImport> {
  const found = await selectImport(ctx.db, id);
  if (found === null) throw notFound('import', 'This import is not there any more. Drop the file again.');
  return found;
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

/**
 * Starts an import whose preview was shown, if the data still give the same plan for the confirming admin. Where it makes
 * admins or disables many, the first admin's confirmation waits for another's, which starts it on behalf of the first.
 * @param phrase what the only admin typed instead of asking another; null where nothing was asked for
 * @throws AppError `not_admin`, `not_found`, `conflict` (decided already, by whom), `seats_exhausted`, `invalid_input` for
 *   the phrase; nothing happened then
 */
export async function confirmImport(ctx: Context, id: number, phrase: string | null = null): Promise<ConfirmResult> {
  await requireAdmin(ctx);
  const stored = await findImport(ctx, id);
  if (stored.state !== 'preview') throw alreadyDecided(stored);
  const confirmer = await confirmerOf(ctx, stored);
  const planned = await planRows(actingAs(ctx, confirmer), await readRows(ctx, id));
  const changed = planned.digest !== stored.planDigest;
  const outcome = await inTransaction(ctx, async (tx) => {
    await requireAdmin(tx);
    if (changed) {
      if (!(await replacePlan(tx.db, id, stored.planDigest, planned))) await refuseSecond(tx, id);
      await deleteRows(tx.db, id);
      await insertRows(tx.db, id, planned.rows.map(toNewRow));
      return 'changed';
    }
    const need = await needOf(tx, planned.totals);
    if (need === 'second_admin' && isSamePerson(confirmer, tx.actor)) {
      await confirmFirst(tx, stored);
      return 'waiting';
    }
    if (need === 'phrase') {
      if (phrase === null) return 'alone';
      await acceptImportPhrase(tx, stored, phrase);
    }
    const at = tx.clock.now();
    if (!(await decideImport(tx.db, stored, 'running', personOf(confirmer), at))) await refuseSecond(tx, id);
    // Nobody is added here: this asks whether the whole file fits, before the first row is applied.
    await takeSeats(tx, planned.totals.seatsNeeded);
    const operationId = await beginOperation(tx, 'import', `import:${id}`, { importId: id, fileName: stored.fileName });
    await updateOperation(tx.db, id, operationId);
    await recordDecision(tx, stored, 'import.confirmed', operationId, {
      ...(need === 'second_admin' && { 'confirmed first by': personOf(confirmer).label }),
      ...(need === 'phrase' && { why: 'no second admin' }),
    });
    return 'started';
  });
  const preview = await readPreview(ctx, id);
  switch (outcome) {
    case 'changed':
      return { changed: preview };
    case 'waiting':
      return { waiting: preview };
    case 'alone':
      return { alone: preview };
    case 'started':
      return { started: preview };
  }
}

const isSamePerson = (one: Actor, other: Actor) =>
  one.kind === 'user' && other.kind === 'user' ? one.userId === other.userId : one.kind === other.kind;

/** The confirmation that waits for a second one. @throws AppError `conflict` when it is the same admin's again */
async function confirmFirst(tx: TxContext, stored: StoredImport): Promise<void> {
  const by = personOf(tx.actor);
  if (stored.firstConfirmedBy !== null && stored.firstConfirmedBy.userId === by.userId) {
    throw conflict(
      `You have confirmed this import already. It needs a second admin, because ${reasonFor(stored.totals)}: another admin starts it with Confirm.`,
    );
  }
  if (!(await updateFirstConfirmed(tx.db, stored, by))) await refuseSecond(tx, stored.id);
  await recordDecision(tx, stored, 'import.confirmed_first', null);
}

async function readRows(ctx: Context, id: number): Promise<ImportRow[]> {
  const size = 1000;
  const rows: ImportRow[] = [];
  for (;;) {
    const batch = await selectRows(ctx.db, id, rows.length, size);
    rows.push(...batch.map(({ position, rowNumber, cells }) => ({ position, rowNumber, cells })));
    if (batch.length < size) return rows;
  }
}

/** @throws AppError `not_admin`, `not_found`, `conflict` (decided already, by whom) */
export async function cancelImport(ctx: Context, id: number): Promise<ImportPreview> {
  await inTransaction(ctx, async (tx) => {
    await requireAdmin(tx);
    const stored = await findImport(tx, id);
    if (stored.state !== 'preview') throw alreadyDecided(stored);
    const at = tx.clock.now();
    if (!(await decideImport(tx.db, stored, 'cancelled', personOf(tx.actor), at))) await refuseSecond(tx, id);
    await recordDecision(tx, stored, 'import.cancelled', null);
  });
  return readPreview(ctx, id);
}

function personOf(actor: Actor): ImportPerson {
  switch (actor.kind) {
    case 'user':
      return { userId: actor.userId, label: actor.email, slackId: actor.slackId };
    case 'system':
      return { userId: null, label: actor.name, slackId: null };
    case 'operator':
      return { userId: null, label: 'operator', slackId: null };
  }
}

async function recordDecision(
  tx: TxContext,
  { id, fileName, totals }: StoredImport,
  action: 'import.confirmed' | 'import.confirmed_first' | 'import.cancelled',
  operationId: number | null,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  await recordAudit(tx, [
    {
      action,
      subjectType: 'import',
      subjectId: id,
      subjectLabel: shorten(fileName, 254),
      after: { ...totals.counts, ...more },
      operationId,
    },
  ]);
}

/** Another click came first: says whose, or that the plan on the screen is not the latest one. */
async function refuseSecond(tx: TxContext, id: number): Promise<never> {
  const now = await findImport(tx, id);
  throw now.state === 'preview'
    ? conflict('Somebody checked this import again a moment ago. Look at the message and press the button once more.')
    : alreadyDecided(now);
}

function alreadyDecided({ state, decidedBy, problem }: StoredImport) {
  const who = decidedBy?.label ?? 'Somebody';
  switch (state) {
    case 'cancelled':
      return conflict(
        `${who} has cancelled this import already. Nothing was changed; drop the file again to import it.`,
      );
    case 'expired':
      return conflict('This preview is too old. Nothing was changed; drop the file again to import it.');
    case 'refused':
      return conflict(problem ?? 'This file cannot be imported.');
    case 'preview':
    case 'running':
    case 'reporting':
    case 'done':
      return conflict(`${who} has confirmed this import already. It is carried out once only.`);
  }
}

/** @throws AppError `not_found` */
export async function importProgress(ctx: Context, id: number): Promise<ImportProgress> {
  const [progress] = await progressOf(ctx, [await findImport(ctx, id)]);
  return progress as ImportProgress;
}

/** The newest imports first. */
export async function listImports(ctx: Context, limit: number): Promise<ImportProgress[]> {
  return progressOf(ctx, await selectLatestImports(ctx.db, limit));
}

/** Those that wait for a decision or are carried out, the newest first. */
export async function listOpenImports(ctx: Context, limit: number): Promise<ImportProgress[]> {
  return progressOf(ctx, await selectOpenImports(ctx.db, limit));
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
