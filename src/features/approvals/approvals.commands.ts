import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { actingAs, type Context } from '../../platform/context';
import { isDatabaseDown } from '../../platform/db/transaction';
import { invalidInput, isAppError } from '../../platform/errors';
import type { ChatTemplate } from '../../platform/mail/delivery.types';
import { noticeModal, type SlackMessage } from '../../platform/slack/blocks';
import type { SlackEdge } from '../../platform/slack/definitions';
import { errorMessage } from '../../platform/slack/error-messages';
import type { SlackGateway } from '../../platform/slack/gateway';
import { wasBegun } from '../operations/operations.service';
import { readApproval } from './approval-cards.service';
import { readReason, refuseCallback, refuseModal } from './approvals.modals';
import { approvalAsked, approvalEnded, decisionReply } from './approvals.text';
import { type Approval, type ApprovalKind, approvalKey } from './approvals.types';
import { approve, callOff, finishApproval, refuse } from './decide-approvals.service';
import { drawApproval } from './draw-approval';

/** Why nothing of what was approved was done, in a sentence, and what whoever asked is told besides. */
export interface NotCarriedOut {
  readonly problem: string;
  readonly said: SlackMessage;
}

/**
 * Does what was approved and says how it went, without links or other secrets. The context acts as whoever asked for
 * it, whose privilege is to be read again; `approvalKey(approval)` is the idempotency key to begin with. Null where it
 * goes on by itself: what carries it on announces `approval_given` once more when it has ended.
 */
export type ApprovalExecutor = (
  ctx: Context,
  payload: unknown,
  approval: Approval,
) => Promise<SlackMessage | NotCarriedOut | null>;
export type ApprovalExecutors = Readonly<Record<ApprovalKind, ApprovalExecutor>>;

const approvalId = z.coerce.number().int().positive();

/**
 * Carries out what was approved. A second run of the same approval does nothing: what it began is known by its key.
 * An unreachable database leaves it as approved, and the job goes on with it.
 */
export async function carryOut(
  ctx: Context,
  slack: SlackGateway,
  executors: ApprovalExecutors,
  id: number,
): Promise<void> {
  const approval = await readApproval(ctx, id);
  if (approval?.state !== 'approved') return;
  await drawApproval(ctx, slack, id).catch((error: unknown) => ctx.log.warn({ err: error }, 'approval not shown'));
  const { userId, email, slackId } = approval.requester;
  try {
    const requester = actingAs(ctx, { kind: 'user', userId: userId ?? 0, email, slackId });
    const ended = await executors[approval.kind](requester, approval.payload, approval);
    if (ended === null) return;
    if ('problem' in ended) await finishApproval(ctx, id, { state: 'failed', reason: ended.problem, said: ended.said });
    else await finishApproval(ctx, id, { state: 'done', reason: null, said: ended });
  } catch (error) {
    if (isDatabaseDown(error)) throw error;
    if (isAppError(error, 'conflict') && (await wasBegun(ctx, approvalKey(approval)))) {
      return finishApproval(ctx, id, { state: 'done', reason: null, said: null });
    }
    const reason = isAppError(error) ? error.message : errorMessage(ctx, error).text;
    await finishApproval(ctx, id, { state: 'failed', reason, said: null });
  }
}

/** Tells whoever asked how it ended. */
export const approvalEndedChat: ChatTemplate = {
  kind: 'chat',
  name: 'approval-ended',
  async render(ctx, payload) {
    const schema = z.object({ approvalId, said: z.object({ blocks: z.array(z.unknown()).optional() }).nullable() });
    const { approvalId: id, said } = schema.parse(payload);
    const approval = await readApproval(ctx, id);
    return approval === null ? null : approvalEnded(approval, (said?.blocks ?? []) as readonly KnownBlock[]);
  },
};

/** What the card of an approval offers, and the requester's way to take it back. */
export const approvalsEdge: SlackEdge = {
  actions: [
    {
      id: 'approve',
      access: 'admin',
      async handle(ctx, call) {
        const { approval, byThis } = await approve(ctx, approvalId.parse(call.value));
        if (!byThis || approval.state !== 'approved') await call.reply(decisionReply(approval));
      },
    },
    {
      id: 'refuse',
      access: 'admin',
      opensModal: () => 'Refuse this?',
      async handle(ctx, call) {
        const approval = await readApproval(ctx, approvalId.parse(call.value));
        if (approval === null) throw invalidInput('This request does not exist any more.');
        await call.showModal(
          approval.state === 'pending'
            ? refuseModal(approval)
            : noticeModal('Refuse this?', ...decisionReply(approval).blocks),
        );
      },
    },
    {
      id: 'call-off-approval:',
      access: 'admin',
      async handle(ctx, call) {
        const { approval } = await callOff(ctx, approvalId.parse(call.value));
        // Both messages are drawn anew; one that was posted before Usher remembered it is so here alone.
        if (call.actionId.endsWith(':asked')) await call.replace(approvalAsked(approval, true));
        else await call.reply(decisionReply(approval));
      },
    },
  ],
  submissions: [
    {
      callbackId: refuseCallback,
      access: 'admin',
      check: (values) => (readReason(values) === '' ? { reason: 'Say in a few words why.' } : null),
      async handle(ctx, call) {
        const { approvalId: id } = z.object({ approvalId }).parse(call.metadata);
        const { approval } = await refuse(ctx, id, readReason(call.values));
        return noticeModal('Refuse this?', ...decisionReply(approval).blocks);
      },
    },
  ],
};
