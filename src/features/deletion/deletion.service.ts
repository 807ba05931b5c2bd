import { emailKey } from '../../lib/email';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { conflict, invalidInput } from '../../platform/errors';
import { withdrawMessages } from '../../platform/mail/outbox';
import { addMemberships } from '../access/access.service';
import { voidLinks } from '../credentials/links.service';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, finishOperation } from '../operations/operations.service';
import { holdUsers, recordUserChanges, requireAdmin } from '../users/users.service';
import { handOverWork } from '../work/work.service';
import { deleteUserRow } from './deletion.store';
import {
  type DeletionInput,
  type DeletionPlan,
  type DeletionReport,
  needsReplacement,
  needsTyping,
} from './deletion.types';
import { countDeletion, planDeletion } from './plan-deletion.service';

/** Somebody finished or handed over something between counting and moving: nothing may happen, and it is counted anew. */
class PlanMoved extends Error {}

/**
 * The deletion itself, in the caller's transaction: counted again under locks, then done in a fixed number of statements,
 * whatever the number of runs and cases. Announcing it is the caller's.
 * @throws as deleteUser; PlanMoved, which deleteUser turns into the new plan
 */
export async function carryOutDeletion(tx: TxContext, input: DeletionInput): Promise<DeletionReport> {
  const { userId, replacementId } = input;
  // The licence first, the operation (which holds the actor's row) next, then both people: everybody in this order.
  await oneAtATime(tx);
  await requireAdmin(tx);
  const operationId = await beginOperation(tx, 'delete', input.idempotencyKey, { userId, replacementId });
  await holdUsers(tx, replacementId === null ? [userId] : [userId, replacementId]);
  const { plan, work } = await countDeletion(tx, userId, replacementId);
  if (input.digest !== null && ![plan.digest, plan.workDigest].includes(input.digest)) throw new PlanMoved();
  const { user, replacement } = plan;
  if (replacement === null && needsReplacement(plan))
    throw invalidInput(`${user.email} has open work. Choose who takes it over; nothing was changed.`, 'replacement');
  if (input.typed !== null && needsTyping(plan) && emailKey(input.typed) !== user.emailKey)
    throw invalidInput(`To confirm, type ${user.email} exactly. Nothing was changed.`, 'typed');

  const moved = await handOverWork(tx, userId, replacement?.id ?? null, work, `Deleted user #${userId}`);
  if (moved.runs !== plan.runs || moved.cases !== plan.casesMoved || moved.casesLeft !== plan.casesLeft)
    throw new PlanMoved();
  if (replacement !== null) {
    await addMemberships(
      tx,
      plan.gains.map(({ projectId, profileId }) => ({ userId: replacement.id, projectId, profileId })),
    );
  }
  await voidLinks(tx, [userId], 'deleted');
  await withdrawMessages(tx, [user.email, `person:${user.email}`]);
  // The line of the result goes in before the row goes out, and stays with the address alone.
  await finishOperation(tx, operationId, [{ userId, subject: user.email, outcome: 'done', reason: null }]);
  await recordDeletion(tx, plan, operationId);
  if ((await deleteUserRow(tx.db, userId)) !== 1) throw new PlanMoved();
  return { operationId, plan };
}

async function recordDeletion(tx: TxContext, plan: DeletionPlan, operationId: number): Promise<void> {
  const { user, replacement, runs, casesMoved, casesLeft, sessions, tokens } = plan;
  const projects = Object.fromEntries(plan.gains.map(({ project, profile }) => [project, profile]));
  await recordUserChanges(
    tx,
    [
      {
        action: 'user.deleted',
        user,
        before: {
          name: `${user.firstName} ${user.lastName}`.trim(),
          status: user.status,
          admin: user.isAdmin,
          projects: plan.memberships,
        },
        after: { replacement: replacement?.email ?? null, runs, cases: casesMoved, casesLeft, sessions, tokens },
      },
      ...(replacement === null
        ? []
        : [
            {
              action: 'user.took_over' as const,
              user: replacement,
              before: null,
              after: { from: user.email, runs, cases: casesMoved, projects },
            },
          ]),
    ],
    operationId,
  );
}

/**
 * Deletes somebody for good and hands their open work over (R93–R96). When anything differs from the plan that was shown,
 * nothing happens and the new plan comes back.
 * @param together stands or falls with the deletion, and comes first
 * @throws AppError `not_admin`, `not_found`, `last_admin`, `conflict` for a repeat; `invalid_input` for oneself, for a
 *   replacement that cannot take over or is missing (field `replacement`), for a wrong confirmation (field `typed`)
 */
export async function deleteUser(
  ctx: Context,
  input: DeletionInput,
  together: ((tx: TxContext) => Promise<void>) | null = null,
): Promise<{ readonly deleted: DeletionReport } | { readonly changed: DeletionPlan }> {
  try {
    const deleted = await inTransaction(ctx, async (tx) => {
      await oneAtATime(tx);
      await together?.(tx);
      return carryOutDeletion(tx, input);
    });
    await ctx.announce({ kind: 'users_changed' });
    return { deleted };
  } catch (error) {
    if (!(error instanceof PlanMoved)) throw error;
    return { changed: await planDeletion(ctx, input.userId, input.replacementId) };
  }
}

/** Carries a deletion out that nobody looks at: counted where it runs, and put off when somebody moves work meanwhile. */
export async function deleteCounted(
  tx: TxContext,
  input: Omit<DeletionInput, 'digest' | 'typed'>,
): Promise<DeletionReport> {
  try {
    return await carryOutDeletion(tx, { ...input, digest: null, typed: null });
  } catch (error) {
    if (error instanceof PlanMoved) throw conflict('The work of this person is changing at this moment.');
    throw error;
  }
}
