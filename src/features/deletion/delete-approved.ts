import { z } from 'zod';
import type { Context } from '../../platform/context';
import { isDatabaseDown } from '../../platform/db/transaction';
import { isAppError } from '../../platform/errors';
import type { SlackMessage } from '../../platform/slack/blocks';
import { type Approval, approvalKey } from '../approvals/approvals.types';
import { wasBegun } from '../operations/operations.service';
import { type ResultLine, resultMessage } from '../operations/operations.text';
import { findUsers } from '../users/users.service';
import { deleteUser } from './deletion.service';

const payloadSchema = z.object({
  deletions: z.array(
    z.object({ userId: z.number().int(), email: z.string(), replacementId: z.number().int().nullable() }),
  ),
});
type Deletion = z.infer<typeof payloadSchema>['deletions'][number];

/**
 * Deletes the people whom a second admin agreed to delete, one after another: what goes wrong with one undoes nothing of
 * another. Each is counted where it runs. `{ deletions: [{ userId, email, replacementId }] }`; acts as whoever asked.
 */
export async function deleteApproved(ctx: Context, payload: unknown, approval: Approval): Promise<SlackMessage> {
  const { deletions } = payloadSchema.parse(payload);
  const results: ResultLine[] = [];
  for (const deletion of deletions) results.push(await deleteOne(ctx, deletion, approval));
  return resultMessage({ operationId: 0, title: 'Deletion', results, undoable: false });
}

async function deleteOne(ctx: Context, deletion: Deletion, approval: Approval): Promise<ResultLine> {
  const { userId, email, replacementId } = deletion;
  const idempotencyKey = `${approvalKey(approval)}:${userId}`;
  const ended = (outcome: ResultLine['outcome'], reason: string | null): ResultLine => ({
    subject: email,
    outcome,
    reason,
  });
  try {
    // Of a run that was stopped in the middle, what was done stays done.
    if (await wasBegun(ctx, idempotencyKey)) return ended('done', null);
    if ((await findUsers(ctx, [userId])).length === 0) return ended('skipped', 'deleted');
    const done = await deleteUser(ctx, { userId, replacementId, digest: null, typed: null, idempotencyKey });
    return 'deleted' in done ? ended('done', null) : ended('failed', 'the work of this person is changing right now');
  } catch (error) {
    if (isDatabaseDown(error) || !isAppError(error)) throw error;
    return ended('failed', error.message);
  }
}
