import type { Context } from '../../platform/context';
import type { SlackGateway } from '../../platform/slack/gateway';
import {
  approvalCards,
  readApproval,
  rememberAsked,
  rememberCard,
  takeCard,
  whoCanDecide,
} from './approval-cards.service';
import { approvalAsked, approvalCard } from './approvals.text';
import type { Approval } from './approvals.types';

/**
 * Shows an approval as it stands: posts its card where there is none yet, draws the ones that there are anew, and once
 * it is decided what whoever asked was told, too. The card goes to the admin channel; without one, or where Usher may not
 * post there, to each other admin directly.
 */
export async function drawApproval(ctx: Context, slack: SlackGateway, id: number): Promise<void> {
  const approval = await readApproval(ctx, id);
  if (approval === null) return;
  const cards = await approvalCards(ctx, id);
  for (const { conversationId, ts } of cards) await slack.update(conversationId, ts, approvalCard(approval));
  if (approval.state !== 'pending') return drawAsked(slack, approval);
  if (cards.length > 0) return;
  const claim = await takeCard(ctx, id);
  if (claim === null) return;
  const isReached = await postCards(ctx, slack, approval);
  if (!isReached) ctx.log.error({ approvalId: id }, 'no admin could be asked to approve');
  // The job tries again every few minutes; who asked hears of it once, and sees in that message when somebody was reached.
  if (claim === 'first') await tellWhoAsked(ctx, slack, approval, isReached);
  else if (isReached) await drawAsked(slack, approval);
}

/** Draws what whoever asked was told; somebody was reached by then. */
async function drawAsked(slack: SlackGateway, approval: Approval): Promise<void> {
  if (approval.askedMessage === null) return;
  const { conversationId, ts } = approval.askedMessage;
  await slack.update(conversationId, ts, approvalAsked(approval, true));
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
    const conversationId = await slack.directConversation(slackUserId);
    const ts = await slack.post(conversationId, approvalAsked(approval, isReached));
    await rememberAsked(ctx, approval.id, { conversationId, ts });
    // Somebody may have decided while it was posted.
    const now = await readApproval(ctx, approval.id);
    if (now !== null && now.state !== 'pending') await drawAsked(slack, now);
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
