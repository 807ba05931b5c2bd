import type { TxContext } from '../../platform/context';
import { activateIn, disableIn, resendIn } from '../invites/invites.service';
import type { OperationResult } from '../operations/operations.service';
import { resetIn } from '../resets/resets.service';
import { findUsers } from '../users/users.service';
import { approvalOf } from './batch.service';
import type { Batch, BatchPerson } from './batch.types';
import { changePeople } from './change-people.service';

/**
 * Carries the batch's action out for some of its people. Whoever is not there any more is skipped.
 * @throws whatever keeps the action from being carried out for all of them together
 */
export async function applyBatch(
  tx: TxContext,
  batch: Batch,
  people: readonly BatchPerson[],
  operationId: number,
): Promise<OperationResult[]> {
  const ids = people.flatMap(({ userId }) => userId ?? []);
  const results = await resultsFor(tx, batch, ids, operationId);
  const there = new Set(results.map(({ userId }) => userId));
  const gone = people.filter(({ userId }) => userId === null || !there.has(userId));
  return [
    ...results,
    ...gone.map(({ email }) => ({ userId: null, subject: email, outcome: 'skipped' as const, reason: 'deleted' })),
  ];
}

async function resultsFor(
  tx: TxContext,
  batch: Batch,
  ids: readonly number[],
  operationId: number,
): Promise<OperationResult[]> {
  const { action, input } = batch;
  switch (action) {
    case 'assign_projects':
    case 'update':
      return changePeople(tx, action, input, ids, operationId);
    case 'reset_passwords':
      return (await resetIn(tx, ids, operationId)).results;
    case 'export':
      return (await findUsers(tx, ids)).map(({ id, email }) => ({
        userId: id,
        subject: email,
        outcome: 'done',
        reason: null,
      }));
    case 'activate': {
      const { results, invitedAgain } = await activateIn(tx, ids, operationId);
      const again = new Set<number | null>(invitedAgain.map(({ user }) => user.id));
      return results.map((result) => (again.has(result.userId) ? { ...result, reason: 'invited_again' } : result));
    }
    case 'disable':
      return (await disableIn(tx, ids, operationId, await approverOf(tx, batch))).results;
    case 'resend':
      return (await resendIn(tx, ids, operationId)).results;
  }
}

/** Who agreed to it, for the audit; of a batch that needed nobody, nothing. */
async function approverOf(tx: TxContext, batch: Batch): Promise<Readonly<Record<string, string>>> {
  const decider = (await approvalOf(tx, batch))?.decider;
  return decider ? { 'approved by': decider.email } : {};
}
