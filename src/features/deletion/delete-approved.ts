import { z } from 'zod';
import type { Context } from '../../platform/context';
import type { SlackMessage } from '../../platform/slack/blocks';
import type { NotCarriedOut } from '../approvals/approvals.commands';
import { type Approval, approvalKey } from '../approvals/approvals.types';
import { changedSince, planSeveral } from './plan-several-deletions.service';
import { deleteEach, wasAnyDeleted } from './several-deletions.service';
import { deletedMessage, movedMessage, movedSentence } from './several-deletions.text';

const number = z.number().int();
const payloadSchema = z.object({
  replacementId: number.nullable(),
  deletions: z.array(
    z.object({
      userId: number,
      email: z.string(),
      digest: z.string(),
      counts: z.object({
        runs: number,
        casesMoved: number,
        casesLeft: number,
        projects: number,
        sessions: number,
        tokens: number,
        seats: number,
      }),
    }),
  ),
});

/**
 * Deletes the people whom a second admin agreed to delete, as they were shown; acts as whoever asked. Where the work of
 * one of them is not what was shown, nobody is deleted, and whoever asked gets a button to look at it anew. People who
 * were deleted meanwhile are passed over.
 */
export async function deleteApproved(
  ctx: Context,
  payload: unknown,
  approval: Approval,
): Promise<SlackMessage | NotCarriedOut> {
  const { deletions, replacementId } = payloadSchema.parse(payload);
  const userIds = deletions.map(({ userId }) => userId);
  const idempotencyKey = approvalKey(approval);
  // Of a run that was stopped in the middle the rest goes on; what changed since then fails person by person.
  if (!(await wasAnyDeleted(ctx, userIds, idempotencyKey))) {
    const plan = await planSeveral(ctx, userIds, replacementId);
    const changed = changedSince(deletions, plan).filter(({ after }) => after !== null);
    if (changed.length > 0) {
      const value = JSON.stringify({ userIds, replacementId });
      return { problem: movedSentence(changed), said: movedMessage(changed, value) };
    }
  }
  return deletedMessage(await deleteEach(ctx, { deletions, replacementId, idempotencyKey, first: null }));
}
