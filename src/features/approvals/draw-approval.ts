import type { Context } from '../../platform/context';
import type { SlackGateway } from '../../platform/slack/gateway';
import { approvalCards, readApproval, rememberCard, takeCard, whoCanDecide } from './approval-cards.service';
import { approvalAsked, approvalCard } from './approvals.text';
import type { Approval } from './approvals.types';

/**
 * Shows an approval as it stands: posts its card where there is none yet, draws the ones that there are anew. The card
 * goes to the admin channel; without one, or where Usher may not post there, to each other admin directly.
 */
export async function drawApproval(ctx: Context, slack: SlackGateway, id: number): Promise<void> {
  const approval = await readApproval(ctx, id);
  if (approval === null) return;
  const cards = await approvalCards(ctx, id);
  if (cards.length > 0) {
    for (const { conversationId, ts } of cards) await slack.update(conversationId, ts, approvalCard(approval));
    return;
  }
  if (approval.state !== 'pending') return;
  const claim = await takeCard(ctx, id);
  if (claim === null) return;
  const isReached = await postCards(ctx, slack, approval);
  if (!isReached) ctx.log.error({ approvalId: id }, 'no admin could be asked to approve');
  // The job tries again every few minutes; who asked hears of it once.
  if (claim === 'first') await tellWhoAsked(ctx, slack, approval, isReached);
}

/** Whether anybody was reached. */
async function postCards(ctx: Context, slack: SlackGateway, approval: Approval): Promise<boolean> {
  const channel = ctx.config.slack?.adminChannel ?? null;
  if (channel !== null && (await post(ctx, slack, approval, channel))) return true;
  let reached = 0;
  for (const email of await whoCanDecide(ctx, approval)) {
    const conversationId = await directConversation(slack, email);
    if (conversationId !== null && (await post(ctx, slack, approval, conversationId))) reached += 1;
  }
  return reached > 0;
}

async function post(ctx: Context, slack: SlackGateway, approval: Approval, conversationId: string): Promise<boolean> {
  try {
    const ts = await slack.post(conversationId, approvalCard(approval));
    await rememberCard(ctx, approval.id, { conversationId, ts });
    return true;
  } catch (error) {
    ctx.log.warn({ err: error, approvalId: approval.id }, 'approval card not posted');
    return false;
  }
}

/** So that whoever asked can call it off, whatever channel the card is in. */
async function tellWhoAsked(ctx: Context, slack: SlackGateway, approval: Approval, isReached: boolean): Promise<void> {
  const slackUserId = approval.requester.slackId?.split('/')[1];
  if (slackUserId === undefined) return;
  try {
    await slack.post(await slack.directConversation(slackUserId), approvalAsked(approval, isReached));
  } catch (error) {
    ctx.log.warn({ err: error, approvalId: approval.id }, 'who asked was not told that it waits');
  }
}

/** The conversation with the member of the workspace who has this address, or null. */
async function directConversation(slack: SlackGateway, email: string): Promise<string | null> {
  try {
    const { user } = await slack.client.users.lookupByEmail({ email });
    return user?.id && !user.deleted ? await slack.directConversation(user.id) : null;
  } catch {
    return null;
  }
}
