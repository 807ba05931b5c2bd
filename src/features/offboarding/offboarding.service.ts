import { addTime, day } from '../../lib/duration';
import { emailKey } from '../../lib/email';
import { count } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { inTransaction } from '../../platform/db/transaction';
import { conflict, invalidInput, notFound } from '../../platform/errors';
import { siteTime } from '../../platform/mail/site-time';
import { approvalNeed, insertRequest } from '../approvals/approvals.service';
import { withdrawRequest } from '../approvals/decide-approvals.service';
import { type DeletionPlan, needsReplacement, needsTyping } from '../deletion/deletion.types';
import { planDeletion } from '../deletion/plan-deletion.service';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, finishOperation } from '../operations/operations.service';
import { recordUserChanges, requireAdmin } from '../users/users.service';
import {
  countOthersOf,
  countPlanned,
  endPlanned,
  insertOffboarding,
  type NewOffboarding,
  selectFailed,
  selectOffboarding,
  selectPlanned,
  selectPlannedOf,
  updatePlanned,
} from './offboarding.store';
import { requestWords } from './offboarding.text';
import type { Offboarding, OffboardingLists, PlannedOffboarding } from './offboarding.types';

/** How many a list names. */
const listed = 30;
const failedFor = 30 * day;

const told = (tx: TxContext, { dueAt, replacementEmail }: Pick<Offboarding, 'dueAt' | 'replacementEmail'>) => ({
  on: siteTime(dueAt, tx.config.timeZone),
  replacement: replacementEmail,
});

async function store(
  tx: TxContext,
  planned: NewOffboarding,
  before: Offboarding | null,
  state: 'asked' | 'planned',
): Promise<number> {
  const moved = () => conflict('Somebody else is planning for this person at this moment. Look with /users offboard.');
  if (before !== null) {
    if (!(await updatePlanned(tx.db, before.id, planned))) throw moved();
    return before.id;
  }
  try {
    return await insertOffboarding(tx.db, planned, state, tx.clock.now());
  } catch (error) {
    if (isDuplicate(error)) throw moved();
    throw error;
  }
}

/**
 * Whether it may be planned at once, or waits for a second admin: as for deletions now, one person is free.
 * @throws AppError `conflict` for a plan that has to be called off first; `invalid_input` where nobody could agree
 */
async function stateFor(
  tx: TxContext,
  user: { readonly id: number; readonly email: string },
  requesterId: number,
  before: Offboarding | null,
): Promise<'asked' | 'planned'> {
  const anew = `Call it off with /users offboard ${user.email} off:yes, then plan it anew.`;
  if (before?.state === 'asked')
    throw conflict(`The deletion of ${user.email} waits for a second admin. ${anew} Nothing was changed.`);
  // Another moment for one's own plan deletes nobody more.
  if (before !== null && before.requestedByUserId === requesterId) return 'planned';
  const others = await countOthersOf(tx.db, requesterId, user.id);
  const need = await approvalNeed(tx, 'delete_users', others + 1);
  if (need === 'none') return 'planned';
  if (need === 'phrase')
    throw invalidInput(
      'You have planned a deletion already. A site with one admin plans one at a time: wait for it, or call it off. Nothing was planned.',
    );
  if (before !== null)
    throw conflict(
      `${before.requestedByEmail} planned the deletion of ${user.email}, and you have planned one already. ${anew} Nothing was changed.`,
    );
  return 'asked';
}

/** What its approval is known by. */
export const requestKey = (offboardingId: number): string => `offboarding:${offboardingId}`;

/** Asks together with the plan. @returns the approval's id, to be announced after the commit */
async function askSecondAdmin(tx: TxContext, offboarding: Offboarding, plan: DeletionPlan): Promise<number> {
  const { approval } = await insertRequest(tx, {
    kind: 'delete_users',
    payload: { offboardingId: offboarding.id },
    ...requestWords(offboarding, plan, tx.config.timeZone),
    idempotencyKey: requestKey(offboarding.id),
  });
  return approval.id;
}

/**
 * Plans somebody's deletion for a moment to come, or changes the plan there is. What it does is counted when it runs.
 * @throws AppError as planDeletion; `invalid_input` when there is open work and nobody to take it over, when much
 *   moves and the address was not typed, and as stateFor
 */
export async function planOffboarding(
  ctx: Context,
  input: {
    readonly userId: number;
    readonly replacementId: number | null;
    readonly dueAt: Date;
    /** The address, typed again: needed where much moves. */
    readonly typed: string | null;
    readonly idempotencyKey: string;
  },
): Promise<PlannedOffboarding> {
  const { userId, replacementId, dueAt } = input;
  const { planned, approvalId } = await inTransaction(ctx, async (tx) => {
    // Before anything is read: whoever loses the privilege at this moment has lost it.
    await oneAtATime(tx);
    await requireAdmin(tx);
    const operationId = await beginOperation(tx, 'offboard', input.idempotencyKey, { userId, replacementId, dueAt });
    const plan = await planDeletion(tx, userId, replacementId);
    const { user, replacement } = plan;
    if (replacement === null && needsReplacement(plan))
      throw invalidInput(
        `${user.email} has open work. Name who takes it over with replacement:EMAIL. Nothing was planned.`,
        'replacement',
      );
    if (needsTyping(plan) && emailKey(input.typed ?? '') !== user.emailKey)
      throw invalidInput(
        `${count(plan.runs, 'test run')} and ${count(plan.casesMoved, 'run case')} of ${user.email} would move. If you mean it, write confirm:${user.email} as well. Nothing was planned.`,
        'confirm',
      );
    if (tx.actor.kind !== 'user') throw new Error('an offboarding is planned by a person');
    const before = await selectPlannedOf(tx.db, userId);
    const state = await stateFor(tx, user, tx.actor.userId, before);
    const id = await store(
      tx,
      {
        userId,
        userEmail: user.email,
        replacementId,
        replacementEmail: replacement?.email ?? null,
        dueAt,
        requestedByUserId: tx.actor.userId,
        requestedByEmail: tx.actor.email,
        requestedBySlackId: tx.actor.slackId,
      },
      before,
      state,
    );
    const offboarding = await selectOffboarding(tx.db, id);
    if (offboarding === null) throw new Error(`offboarding ${id} is not there`);
    await recordUserChanges(
      tx,
      [
        {
          action:
            state === 'asked'
              ? 'user.offboarding_asked'
              : before === null
                ? 'user.offboarding_planned'
                : 'user.offboarding_changed',
          user,
          before: before === null ? null : told(tx, before),
          after: told(tx, offboarding),
        },
      ],
      operationId,
    );
    await finishOperation(tx, operationId, [{ userId, subject: user.email, outcome: 'done', reason: null }]);
    const approvalId = state === 'asked' ? await askSecondAdmin(tx, offboarding, plan) : null;
    return { planned: { offboarding, plan, before: before?.dueAt ?? null }, approvalId };
  });
  if (approvalId !== null) await ctx.announce({ kind: 'approval_changed', approvalId });
  await ctx.announce({ kind: 'users_changed' });
  return planned;
}

/**
 * Calls a planned deletion off; nothing happens to the person.
 * @returns it as it was; `calledOff` is false when it is over already, which is told instead
 * @throws AppError `not_admin`, `not_found`
 */
export async function callOffOffboarding(
  ctx: Context,
  id: number,
): Promise<{ readonly offboarding: Offboarding; readonly calledOff: boolean }> {
  const result = await inTransaction(ctx, async (tx) => {
    // As where it is decided: of an approval and this, the second one sees the first.
    await oneAtATime(tx);
    await requireAdmin(tx);
    const end = { state: 'called_off' as const, problem: null, at: tx.clock.now() };
    const calledOff = await endPlanned(tx.db, id, end, null, ['asked', 'planned']);
    const offboarding = await selectOffboarding(tx.db, id);
    if (offboarding === null) throw notFound('offboarding', 'This planned deletion is not there any more.');
    if (calledOff && offboarding.userId !== null) {
      await recordUserChanges(
        tx,
        [
          {
            action: 'user.offboarding_called_off',
            user: { id: offboarding.userId, email: offboarding.userEmail },
            before: told(tx, offboarding),
            after: null,
          },
        ],
        null,
      );
    }
    const approvalId = calledOff ? await withdrawRequest(tx, requestKey(id), null) : null;
    return { offboarding, calledOff, approvalId };
  });
  if (result.approvalId !== null) await ctx.announce({ kind: 'approval_changed', approvalId: result.approvalId });
  if (result.calledOff) await ctx.announce({ kind: 'users_changed' });
  return result;
}

/** The one that is planned for a person. @throws AppError `not_admin`, `not_found` when there is none */
export async function plannedOffboardingOf(
  ctx: Context,
  user: { readonly id: number; readonly email: string },
): Promise<Offboarding> {
  await requireAdmin(ctx);
  const planned = await selectPlannedOf(ctx.db, user.id);
  if (planned === null)
    throw notFound('offboarding', `No deletion is planned for ${user.email}. See /users offboard for those that are.`);
  return planned;
}

/** What is planned, the next first, and what failed in the last month. @throws AppError `not_admin` */
export async function listOffboardings(ctx: Context): Promise<OffboardingLists> {
  await requireAdmin(ctx);
  return {
    planned: await selectPlanned(ctx.db, listed),
    total: await countPlanned(ctx.db),
    failed: await selectFailed(ctx.db, addTime(ctx.clock.now(), -failedFor), 5),
  };
}

/** One by its id, for the message that tells of it. */
export async function findOffboarding(ctx: Context, id: number): Promise<Offboarding | null> {
  return selectOffboarding(ctx.db, id);
}
