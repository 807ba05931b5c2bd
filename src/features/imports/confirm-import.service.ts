import { shorten } from '../../lib/plain-text';
import { type Actor, actingAs, type Context, type TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { conflict } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { takeSeats } from '../licences/licences.service';
import { beginOperation } from '../operations/operations.service';
import { requireAdmin } from '../users/users.service';
import { findImport } from './find-import.service';
import { personOf } from './import-person';
import { readPreview } from './imports.service';
import { decideImport, type StoredImport, updateFirstConfirmed, updateOperation } from './imports.store';
import type { ConfirmResult, ImportPreview } from './imports.types';
import { isPlanOfNow } from './plan-of-now.service';
import { planAnew } from './read-import.service';
import { acceptImportPhrase, confirmerOf, needOf, reasonFor } from './second-admin.service';

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
  const planning = actingAs(ctx, confirmer);
  if (!(await isPlanOfNow(planning, stored))) {
    await requireAdmin(ctx);
    if (!(await planAnew(planning, stored))) await refuseSecond(ctx, id);
    return { changed: await readPreview(ctx, id) };
  }
  const outcome = await inTransaction(ctx, async (tx) => {
    await requireAdmin(tx);
    const need = await needOf(tx, stored.totals);
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
    await takeSeats(tx, stored.totals.seatsNeeded);
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
async function refuseSecond(ctx: Context, id: number): Promise<never> {
  const now = await findImport(ctx, id);
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
    case 'reading':
      return conflict('This import is checked again at this moment. Look at its message when that is done.');
    case 'refused':
      return conflict(problem ?? 'This file cannot be imported.');
    case 'preview':
    case 'running':
    case 'paused':
    case 'reporting':
    case 'stopped':
    case 'done':
      return conflict(`${who} has confirmed this import already. It is carried out once only.`);
  }
}
