import { inSlices } from '../../lib/in-turns';
import { count } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { invalidInput, isAppError } from '../../platform/errors';
import { approvalNeed } from '../approvals/approvals.service';
import { findUsers, requireAdmin } from '../users/users.service';
import { countsOf, type DeletionPlan } from './deletion.types';
import { countDeletion } from './plan-deletion.service';
import {
  type ChangedDeletion,
  type LeftOut,
  type SeveralPlan,
  type ShownDeletion,
  severalLimit,
} from './several-deletions.types';

/** A short word for why this one is not deleted with the others, or null where that stops everybody. */
function whyLeftOut(error: unknown): string | null {
  if (isAppError(error, 'not_found')) return 'deleted';
  if (isAppError(error, 'last_admin')) return 'last_admin';
  if (isAppError(error, 'invalid_input') && error.facts.field !== 'replacement') return 'yourself';
  return null;
}

/**
 * Counts what deleting these people one after another would do; changes nothing. Who cannot be deleted is left out. A
 * project that the replacement enters for the first of them is no gain of the next.
 * @throws AppError `not_admin`; `invalid_input` for more than `severalLimit`, and with the field `replacement` for
 *   somebody who cannot take over, or is to be deleted as well
 */
export async function planSeveral(
  ctx: Context,
  userIds: readonly number[],
  replacementId: number | null,
): Promise<SeveralPlan> {
  await requireAdmin(ctx);
  const ids = [...new Set(userIds)];
  if (ids.length > severalLimit)
    throw invalidInput(
      `That is ${count(ids.length, 'person', 'people')}; at most ${severalLimit} are deleted at once, so that you see what happens to the work of each. Nothing was changed. Take them in parts.`,
    );
  const users = new Map((await findUsers(ctx, ids)).map((user) => [user.id, user]));
  if (replacementId !== null && ids.includes(replacementId))
    throw invalidInput(
      `${users.get(replacementId)?.email ?? 'The replacement'} is to be deleted as well, so cannot take over. Choose somebody else.`,
      'replacement',
    );
  const plans: DeletionPlan[] = [];
  const leftOut: LeftOut[] = [];
  await inSlices(ids, 1, async ([userId = 0]) => {
    const earlier = {
      userIds: plans.map(({ user }) => user.id),
      projectIds: plans.flatMap(({ gains }) => gains.map(({ projectId }) => projectId)),
    };
    try {
      plans.push((await countDeletion(ctx, userId, replacementId, earlier)).plan);
    } catch (error) {
      const reason = whyLeftOut(error);
      if (reason === null) throw error;
      leftOut.push({ userId, subject: users.get(userId)?.email ?? `Deleted user #${userId}`, reason });
    }
  });
  return {
    plans,
    replacement: plans[0]?.replacement ?? null,
    leftOut,
    need: await approvalNeed(ctx, 'delete_users', plans.length),
  };
}

/** What differs from what was shown, person by person; nothing when all is as it was. */
export function changedSince(shown: readonly ShownDeletion[], { plans, leftOut }: SeveralPlan): ChangedDeletion[] {
  return shown.flatMap(({ userId, digest, counts }): ChangedDeletion[] => {
    const plan = plans.find(({ user }) => user.id === userId);
    if (plan === undefined) {
      const subject = leftOut.find((person) => person.userId === userId)?.subject ?? `Deleted user #${userId}`;
      return [{ subject, before: counts, after: null }];
    }
    if (digest === plan.digest || digest === plan.workDigest) return [];
    return [{ subject: plan.user.email, before: counts, after: countsOf(plan) }];
  });
}
