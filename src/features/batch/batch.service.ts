import { day } from '../../lib/duration';
import { count } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { conflict, invalidInput, notFound } from '../../platform/errors';
import { acceptPhrase, approvalByKey, approvalNeed, insertRequest, phraseFor } from '../approvals/approvals.service';
import { type Approval, type ApprovalNeed, approvalKey, freeDisablings } from '../approvals/approvals.types';
import { oneAtATime, takeSeats } from '../licences/licences.service';
import { beginOperation } from '../operations/operations.service';
import { findUsers, requireAdmin } from '../users/users.service';
import type { User } from '../users/users.types';
import {
  countAhead,
  insertBatch,
  moveBatch,
  selectBatch,
  selectBatchPeople,
  updateMessage,
  updateTold,
} from './batch.store';
import { type Batch, type BatchAction, type BatchInput, batchLimit, noInput } from './batch.types';
import { tooMany } from './find-people.service';

/** A plan that nobody confirmed is not carried out any more after this time. */
const planLife = 1 * day;

/**
 * Writes down whom a batch will work on: exactly these people, whatever is chosen or changed later (R47).
 * @throws AppError `not_admin`, `invalid_input`
 */
export async function draftBatch(ctx: Context, action: BatchAction, users: readonly User[]): Promise<number> {
  if (users.length === 0) throw invalidInput('Nobody was chosen. Choose at least one person.', 'people');
  if (users.length > batchLimit) throw tooMany(users.length);
  const { actor } = ctx;
  return inTransaction(ctx, async (tx) => {
    await requireAdmin(tx);
    return insertBatch(tx.db, {
      action,
      input: noInput,
      owner:
        actor.kind === 'user'
          ? { userId: actor.userId, email: actor.email, slackId: actor.slackId }
          : { userId: null, email: actor.kind === 'system' ? actor.name : 'operator', slackId: null },
      people: users.map(({ id, email }) => ({ userId: id, email })),
      createdAt: tx.clock.now(),
    });
  });
}

/**
 * A batch of the acting admin's own.
 * @throws AppError `not_admin`, `not_found`
 */
export async function ownBatch(ctx: Context, id: number): Promise<Batch> {
  await requireAdmin(ctx);
  const batch = await selectBatch(ctx.db, id);
  const isOwn = ctx.actor.kind !== 'user' || batch?.owner.userId === ctx.actor.userId;
  if (batch === null || !isOwn)
    throw notFound('batch', 'This plan is not there any more. Nothing was changed; begin anew.');
  return batch;
}

/** What came of a confirmation. */
export type Confirmed =
  | { readonly kind: 'started'; readonly batch: Batch }
  /** It was confirmed before: it runs or is done. */
  | { readonly kind: 'already'; readonly batch: Batch }
  /** A second admin was asked. */
  | { readonly kind: 'asked'; readonly batch: Batch };

/**
 * Begins a planned batch, once however often it is confirmed. What one admin alone may not do is asked of a second one.
 * @param phrase what was typed where the site has no second admin
 * @throws AppError `not_admin`, `not_found`, `conflict` when it was cancelled or is too old, `invalid_input` for the phrase
 */
export async function confirmBatch(ctx: Context, id: number, phrase: string): Promise<Confirmed> {
  const batch = await ownBatch(ctx, id);
  if (batch.state !== 'planned') return confirmedBefore(batch);
  if (ctx.clock.now().getTime() - batch.createdAt.getTime() > planLife)
    throw conflict('This plan is older than a day, so it was not carried out. Nothing was changed; begin anew.');
  const result = await inTransaction(ctx, async (tx): Promise<{ started: boolean; asked: AskedApproval | null }> => {
    // Of confirmations at the same moment each counts whom those before it disable.
    if (batch.action === 'disable') await oneAtATime(tx);
    await requireAdmin(tx);
    const need = await secondAdmin(tx, batch);
    if (need === 'second_admin') return { started: false, asked: await askSecondAdmin(tx, batch) };
    if (need === 'phrase') {
      const kind = 'disable_users' as const;
      const summary = await summaryOf(tx, batch);
      await acceptPhrase(tx, { kind, count: batch.total, typed: phrase, summary });
    }
    if (batch.action === 'activate') await refuseWithoutSeats(tx, batch);
    return { started: await begin(tx, batch, { key: `batch:${id}`, approvedBy: null }), asked: null };
  });
  if (result.asked?.isNew) await ctx.announce({ kind: 'approval_changed', approvalId: result.asked.approval.id });
  const now = await ownBatch(ctx, id);
  if (result.asked !== null) return { kind: 'asked', batch: now };
  return result.started ? { kind: 'started', batch: now } : confirmedBefore(now);
}

/** Lets a batch run from now on, under this key; false when it is not in the state that it was read in any more. */
async function begin(
  tx: TxContext,
  { id, state, action, input }: Batch,
  { key, approvedBy }: { readonly key: string; readonly approvedBy: string | null },
): Promise<boolean> {
  // The state first: of two confirmations at once the slower one finds it changed.
  if (!(await moveBatch(tx.db, id, [state], 'running', tx.clock.now()))) return false;
  const said = { batchId: id, ...(approvedBy === null ? {} : { approvedBy }), ...input };
  const operationId = await beginOperation(tx, operationKinds[action], key, said);
  await moveBatch(tx.db, id, ['running'], 'running', tx.clock.now(), { operationId });
  return true;
}

/**
 * Begins a batch to which a second admin agreed, once; the context acts as whoever asked for it.
 * @returns the batch as it is now, whether this call began it or an earlier one did
 * @throws AppError `not_admin`, `not_found`, `conflict`; nothing was begun then
 */
export async function beginApproved(
  ctx: Context,
  id: number,
  approval: Approval,
): Promise<{ readonly batch: Batch; readonly isNew: boolean }> {
  const known = await selectBatch(ctx.db, id);
  if (known?.state === 'running' || known?.state === 'done') return { batch: known, isNew: false };
  const isNew = await inTransaction(ctx, async (tx) => {
    await oneAtATime(tx);
    const batch = await ownBatch(tx, id);
    if (batch.state !== 'asked') return false;
    return begin(tx, batch, { key: approvalKey(approval), approvedBy: approval.decider?.email ?? null });
  });
  const batch = await ownBatch(ctx, id);
  if (batch.state !== 'running' && batch.state !== 'done') confirmedBefore(batch);
  return { batch, isNew };
}

/** The request by which a batch was allowed, or is to be; null where it needed none. */
export async function approvalOf(ctx: Context, { id, action }: Batch): Promise<Approval | null> {
  return action === 'disable' ? approvalByKey(ctx, requestKey(id)) : null;
}

const requestKey = (id: number) => `batch:${id}`;

/** @throws AppError `conflict` when it was not confirmed but cancelled */
function confirmedBefore(batch: Batch): Confirmed {
  if (batch.state === 'asked' || batch.state === 'running' || batch.state === 'done') return { kind: 'already', batch };
  throw conflict('This was cancelled. Nothing was changed; begin anew.');
}

/** @throws AppError `seats_exhausted` when not all of them fit; seats that vanish later fail person by person */
async function refuseWithoutSeats(tx: TxContext, batch: Batch): Promise<void> {
  const users = await findUsers(tx, await batchUserIds(tx, batch));
  await takeSeats(tx, users.filter(({ status }) => status === 'disabled').length);
}

const operationKinds: Readonly<Record<BatchAction, string>> = {
  assign_projects: 'assign_projects',
  reset_passwords: 'reset',
  export: 'export',
  update: 'update',
  activate: 'activate',
  disable: 'disable',
  resend: 'resend',
};

/** The one place that asks whether a batch needs a second admin. */
async function secondAdmin(ctx: Context, batch: Batch): Promise<ApprovalNeed> {
  if (batch.action !== 'disable') return 'none';
  const { actor } = ctx;
  const ownerUserId = actor.kind === 'user' ? actor.userId : null;
  // Whom a small batch that runs right now has not come to yet is as good as disabled.
  const ahead =
    ownerUserId === null ? 0 : await countAhead(ctx.db, { ownerUserId, action: 'disable', mostPeople: freeDisablings });
  return approvalNeed(ctx, 'disable_users', batch.total + ahead);
}

/** What whoever confirms has to type, on a site without a second admin; null: nothing. */
export async function neededPhrase(ctx: Context, batch: Batch): Promise<string | null> {
  return (await secondAdmin(ctx, batch)) === 'phrase' ? phraseFor('disable_users', batch.total) : null;
}

/** Whether a second admin will be asked. */
export async function asksSecondAdmin(ctx: Context, batch: Batch): Promise<boolean> {
  return (await secondAdmin(ctx, batch)) === 'second_admin';
}

type AskedApproval = Awaited<ReturnType<typeof insertRequest>>;

/** @returns null when it was confirmed or cancelled meanwhile */
async function askSecondAdmin(tx: TxContext, batch: Batch): Promise<AskedApproval | null> {
  // The state first: what was cancelled meanwhile must not be left for a second admin to approve.
  if (!(await moveBatch(tx.db, batch.id, ['planned'], 'asked', tx.clock.now()))) return null;
  return insertRequest(tx, {
    kind: 'disable_users',
    payload: { batchId: batch.id },
    summary: await summaryOf(tx, batch),
    idempotencyKey: requestKey(batch.id),
  });
}

/** `Disable 12 people: ada@example.com, …`. */
async function summaryOf(ctx: Context | TxContext, batch: Batch): Promise<string> {
  const people = await selectBatchPeople(ctx.db, batch.id, 0, 5);
  const more = batch.total - people.length;
  const named = `Disable ${count(batch.total, 'person', 'people')}: ${people.map(({ email }) => email).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return batch.total > freeDisablings ? named : `${named} (beside others within ten minutes)`;
}

/** Puts a plan away; one that was confirmed stays as it is. */
export async function cancelBatch(ctx: Context, id: number): Promise<Batch> {
  const batch = await ownBatch(ctx, id);
  await inTransaction(ctx, (tx) => moveBatch(tx.db, batch.id, ['draft', 'planned'], 'cancelled', tx.clock.now()));
  return ownBatch(ctx, id);
}

/** Stores what the action is told. @throws AppError `conflict` once it was confirmed or cancelled */
export async function storeInput(ctx: Context, id: number, input: BatchInput): Promise<Batch> {
  await ownBatch(ctx, id);
  const stored = await inTransaction(ctx, (tx) =>
    moveBatch(tx.db, id, ['draft', 'planned'], 'planned', tx.clock.now(), { input }),
  );
  if (!stored) throw conflict('This was confirmed or cancelled meanwhile. Begin anew for another change.');
  return ownBatch(ctx, id);
}

/** Remembers where the batch shows how far it is. */
export async function recordBatchMessage(
  ctx: Context,
  id: number,
  message: { readonly conversationId: string; readonly ts: string },
): Promise<void> {
  await updateMessage(ctx.db, id, message);
}

/** Remembers that whoever confirmed the batch was shown how it ended. */
export async function recordTold(ctx: Context, id: number): Promise<void> {
  await updateTold(ctx.db, id);
}

/** Users that a batch names and that are there still, in its order. */
export async function batchUserIds(ctx: Context, batch: Batch): Promise<number[]> {
  const people = await selectBatchPeople(ctx.db, batch.id, 0, batch.total);
  return people.flatMap(({ userId }) => userId ?? []);
}
