import { z } from 'zod';
import type { Context } from '../../platform/context';
import { type SlackMessage, sentence } from '../../platform/slack/blocks';
import type { SlackGateway } from '../../platform/slack/gateway';
import type { Approval } from '../approvals/approvals.types';
import { countsSentence } from '../operations/operations.text';
import { beginApproved } from './batch.service';
import { batchReport } from './run-batch.service';
import { ownersConversation, runInBackground } from './show-batch';

const payloadSchema = z.object({ batchId: z.number().int() });

/**
 * Lets a batch run to which a second admin agreed: `{ batchId }`. The context acts as whoever asked for it, in whose
 * conversation the batch shows how far it is and how it ended.
 * @returns null while it runs; `approval_given` is announced again when it has ended
 */
export async function disableApproved(
  ctx: Context,
  slack: SlackGateway,
  payload: unknown,
  approval: Approval,
): Promise<SlackMessage | null> {
  const { batchId } = payloadSchema.parse(payload);
  const { batch, isNew } = await beginApproved(ctx, batchId, approval);
  const ended = await batchReport(ctx, batch);
  if (ended !== null) return sentence(`${countsSentence(ended.counts)}.`);
  if (isNew) {
    const conversationId = await ownersConversation(slack, batch).catch((error: unknown) => {
      // It goes on all the same; how it ended is said once Slack can be reached.
      ctx.log.warn({ err: error, batchId }, 'progress of a batch not shown');
      return null;
    });
    await runInBackground(ctx, slack, batch, conversationId);
  }
  return null;
}
