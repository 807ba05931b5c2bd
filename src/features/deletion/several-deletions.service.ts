import { inSlices } from '../../lib/in-turns';
import type { Context, TxContext } from '../../platform/context';
import { isDatabaseDown } from '../../platform/db/transaction';
import { invalidInput, isAppError } from '../../platform/errors';
import { acceptPhrase, isPhrase, phraseFor, requestApproval } from '../approvals/approvals.service';
import { wasBegun } from '../operations/operations.service';
import { findUsers } from '../users/users.service';
import { deleteUser } from './deletion.service';
import { countsOf } from './deletion.types';
import { changedSince, planSeveral } from './plan-several-deletions.service';
import { detailsOf, summaryOf } from './several-deletions.text';
import {
  type ChangedDeletion,
  type DeletedPerson,
  lacksReplacement,
  needsPhrase,
  type SeveralPlan,
  type ShownDeletion,
} from './several-deletions.types';

/** What came of a confirmation. */
export type SeveralOutcome =
  /** Nothing happened, because this is not what was shown; the plan is what would happen now. */
  | { readonly kind: 'changed'; readonly plan: SeveralPlan; readonly changed: readonly ChangedDeletion[] }
  /** A second admin was asked. */
  | { readonly kind: 'asked'; readonly plan: SeveralPlan }
  | { readonly kind: 'done'; readonly people: readonly DeletedPerson[] };

/**
 * Deletes several people as they were shown: after a second admin's approval, or at once by a typed phrase where there
 * is no second one. When anything differs from what was shown, nothing happens and it is told.
 * @throws AppError `not_admin`; `invalid_input` with the field `replacement` for somebody who is missing or cannot take
 *   over, with the field `typed` for a wrong phrase
 */
export async function deleteSeveral(
  ctx: Context,
  input: {
    readonly shown: readonly ShownDeletion[];
    readonly replacementId: number | null;
    readonly typed: string;
    readonly idempotencyKey: string;
  },
): Promise<SeveralOutcome> {
  const { shown, replacementId, typed, idempotencyKey } = input;
  const ids = shown.map(({ userId }) => userId);
  const plan = await planSeveral(ctx, ids, replacementId);
  const changed = changedSince(shown, plan);
  if (changed.length > 0) return { kind: 'changed', plan, changed };
  if (lacksReplacement(plan))
    throw invalidInput('There is open work. Choose who takes it over; nothing was changed.', 'replacement');
  const people = plan.plans.length;
  if (needsPhrase(plan) && !isPhrase('delete_users', people, typed))
    throw invalidInput(`Type “${phraseFor('delete_users', people)}” to go on. Nothing was changed.`, 'typed');
  if (plan.need === 'second_admin') {
    await requestApproval(ctx, {
      kind: 'delete_users',
      payload: {
        replacementId,
        deletions: plan.plans.map((one) => ({
          userId: one.user.id,
          email: one.user.email,
          digest: one.workDigest,
          counts: countsOf(one),
        })),
      },
      summary: summaryOf(plan),
      details: detailsOf(plan),
      idempotencyKey,
    });
    return { kind: 'asked', plan };
  }
  const phrase = { kind: 'delete_users' as const, count: people, typed, summary: summaryOf(plan) };
  return {
    kind: 'done',
    people: await deleteEach(ctx, {
      deletions: plan.plans.map(({ user, digest }) => ({ userId: user.id, email: user.email, digest })),
      replacementId,
      idempotencyKey,
      first: plan.need === 'phrase' ? (tx) => acceptPhrase(tx, phrase) : null,
    }),
  };
}

/**
 * Deletes people one after another, each in a transaction of their own and as they were shown: what goes wrong with one
 * undoes nothing of another. Of a run that was stopped in the middle, what was done stays done.
 * @param input.first stands or falls with the first deletion that happens
 * @throws whatever says that the database cannot be reached, or is no fact of the domain
 */
export async function deleteEach(
  ctx: Context,
  input: {
    readonly deletions: readonly (Pick<ShownDeletion, 'userId' | 'digest'> & { readonly email: string })[];
    readonly replacementId: number | null;
    readonly idempotencyKey: string;
    readonly first: ((tx: TxContext) => Promise<void>) | null;
  },
): Promise<DeletedPerson[]> {
  const { deletions, replacementId } = input;
  let { first } = input;
  const deleteOne = async ({ userId, email, digest }: (typeof deletions)[number]): Promise<DeletedPerson> => {
    const idempotencyKey = `${input.idempotencyKey}:${userId}`;
    const ended = (outcome: DeletedPerson['outcome'], reason: string | null): DeletedPerson => ({
      userId,
      subject: email,
      outcome,
      reason,
      counts: null,
    });
    try {
      if (await wasBegun(ctx, idempotencyKey)) return ended('done', null);
      if ((await findUsers(ctx, [userId])).length === 0) return ended('skipped', 'deleted');
      const done = await deleteUser(ctx, { userId, replacementId, digest, typed: null, idempotencyKey }, first);
      if ('changed' in done) return ended('failed', 'something of this person changed at that moment; delete anew');
      first = null;
      return { ...ended('done', null), counts: countsOf(done.deleted.plan) };
    } catch (error) {
      if (isDatabaseDown(error) || !isAppError(error)) throw error;
      return ended('failed', error.message);
    }
  };
  return (await inSlices(deletions, 1, async (slice) => Promise.all(slice.map(deleteOne)))).flat();
}

/** Whether a run with this key deleted any of them before it was stopped. */
export async function wasAnyDeleted(ctx: Context, userIds: readonly number[], key: string): Promise<boolean> {
  for (const userId of userIds) if (await wasBegun(ctx, `${key}:${userId}`)) return true;
  return false;
}
