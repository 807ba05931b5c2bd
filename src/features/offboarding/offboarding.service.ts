import { addTime, day } from '../../lib/duration';
import type { Context, TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { inTransaction } from '../../platform/db/transaction';
import { conflict, invalidInput, notFound } from '../../platform/errors';
import { siteTime } from '../../platform/mail/site-time';
import { needsReplacement } from '../deletion/deletion.types';
import { planDeletion } from '../deletion/plan-deletion.service';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, finishOperation } from '../operations/operations.service';
import { recordUserChanges, requireAdmin } from '../users/users.service';
import {
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
import type { Offboarding, OffboardingLists, PlannedOffboarding } from './offboarding.types';

/** How many a list names. */
const listed = 30;
const failedFor = 30 * day;

const told = (tx: TxContext, { dueAt, replacementEmail }: Pick<Offboarding, 'dueAt' | 'replacementEmail'>) => ({
  on: siteTime(dueAt, tx.config.timeZone),
  replacement: replacementEmail,
});

async function store(tx: TxContext, planned: NewOffboarding, before: Offboarding | null): Promise<number> {
  const moved = () => conflict('Somebody else is planning for this person at this moment. Look with /users offboard.');
  if (before !== null) {
    if (!(await updatePlanned(tx.db, before.id, planned))) throw moved();
    return before.id;
  }
  try {
    return await insertOffboarding(tx.db, planned, tx.clock.now());
  } catch (error) {
    if (isDuplicate(error)) throw moved();
    throw error;
  }
}

/**
 * Plans somebody's deletion for a moment to come, or changes the plan there is. What it does is counted when it runs.
 * @throws AppError as planDeletion; `invalid_input` when there is open work and nobody to take it over
 */
export async function planOffboarding(
  ctx: Context,
  input: {
    readonly userId: number;
    readonly replacementId: number | null;
    readonly dueAt: Date;
    readonly idempotencyKey: string;
  },
): Promise<PlannedOffboarding> {
  const { userId, replacementId, dueAt } = input;
  const result = await inTransaction(ctx, async (tx) => {
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
    if (tx.actor.kind !== 'user') throw new Error('an offboarding is planned by a person');
    const before = await selectPlannedOf(tx.db, userId);
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
    );
    const offboarding = await selectOffboarding(tx.db, id);
    if (offboarding === null) throw new Error(`offboarding ${id} is not there`);
    await recordUserChanges(
      tx,
      [
        {
          action: before === null ? 'user.offboarding_planned' : 'user.offboarding_changed',
          user,
          before: before === null ? null : told(tx, before),
          after: told(tx, offboarding),
        },
      ],
      operationId,
    );
    await finishOperation(tx, operationId, [{ userId, subject: user.email, outcome: 'done', reason: null }]);
    return { offboarding, plan, before: before?.dueAt ?? null };
  });
  await ctx.announce({ kind: 'users_changed' });
  return result;
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
    await requireAdmin(tx);
    const calledOff = await endPlanned(tx.db, id, { state: 'called_off', problem: null, at: tx.clock.now() });
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
    return { offboarding, calledOff };
  });
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
