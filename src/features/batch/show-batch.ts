import { type Actor, actingAs, type Context } from '../../platform/context';
import { isDatabaseDown } from '../../platform/db/transaction';
import type { SlackMessage } from '../../platform/slack/blocks';
import type { SlackGateway } from '../../platform/slack/gateway';
import { uploadWritten } from '../../platform/slack/own-file';
import { isLastingRefusal } from '../../platform/slack/wiring';
import { writeUsersWorkbook } from '../exports/exports.service';
import { resultsOf } from '../operations/operations.service';
import { needsWorkbook } from '../operations/operations.text';
import { approvalOf, batchUserIds, confirmBatch, ownBatch, recordBatchMessage, recordTold } from './batch.service';
import {
  batchAskedMessage,
  batchProgressMessage,
  batchResultMessage,
  batchRunningMessage,
  linksAtOnce,
  type WorkbookState,
  workbookAgainMessage,
} from './batch.text';
import { type Batch, type BatchReport, peoplePerChunk } from './batch.types';
import { writeResultWorkbook } from './result-workbook.service';
import { batchLinks, batchReport, runBatch, takeUntold } from './run-batch.service';

const newsEveryMs = 3000;

/** Puts what there is to say where whoever confirmed looks; null where another click will say it. */
type Show = (said: SlackMessage | null) => Promise<void>;

/** Confirms a plan and says what comes of it: how it ended, where it is soon done; else where to look. */
export async function confirmAndShow(
  ctx: Context,
  slack: SlackGateway,
  given: { readonly slackUserId: string; readonly batchId: number; readonly phrase: string },
  show: Show,
): Promise<void> {
  const { kind, batch } = await confirmBatch(ctx, given.batchId, given.phrase);
  if (kind === 'asked' || batch.state === 'asked') return show(batchAskedMessage(batch, await approvalOf(ctx, batch)));
  const small = batch.total <= peoplePerChunk;
  if (kind === 'already') {
    const ended = await batchReport(ctx, batch);
    if (ended !== null) return show(await resultMessageOf(ctx, ended, 'unknown', true));
    return show(small ? null : batchRunningMessage(batch));
  }
  const conversationId = await slack.directConversation(given.slackUserId);
  if (!small) {
    await runInBackground(ctx, slack, batch, conversationId);
    return show(batchRunningMessage(batch));
  }
  const ended = await runBatch(ctx, batch.id, new AbortController().signal, () => undefined);
  if (ended === null) return show(null);
  const workbook = await deliverWorkbook(ctx, slack, conversationId, ended);
  await show(await resultMessageOf(ctx, ended, workbook, true));
  await recordTold(ctx, batch.id);
}

/** Lets a batch that was begun run, with one message there that shows how far it is. */
export async function runInBackground(
  ctx: Context,
  slack: SlackGateway,
  batch: Batch,
  conversationId: string | null,
): Promise<void> {
  try {
    if (conversationId !== null) {
      const ts = await slack.post(conversationId, batchProgressMessage(batch));
      await recordBatchMessage(ctx, batch.id, { conversationId, ts });
    }
  } catch (error) {
    if (isDatabaseDown(error)) throw error;
    ctx.log.warn({ err: error, batchId: batch.id }, 'progress of a batch not shown');
  }
  await ctx.announce({ kind: 'batch_confirmed', batchId: batch.id });
}

/**
 * Runs a confirmed batch, or takes one up whose worker died, with one message that shows how far it is. Of one that
 * ended without anybody being told it says how.
 */
export async function runAndShow(
  ctx: Context,
  slack: SlackGateway,
  batchId: number,
  signal: AbortSignal,
): Promise<void> {
  let last = performance.now();
  let showing: Promise<void> = Promise.resolve();
  let isShowing = false;
  const moved = (batch: Batch) => {
    if (isShowing || batch.message === null || performance.now() - last < newsEveryMs) return;
    last = performance.now();
    isShowing = true;
    showing = slack
      .update(batch.message.conversationId, batch.message.ts, batchProgressMessage(batch))
      .catch((error: unknown) => ctx.log.warn({ err: error, batchId }, 'progress of a batch not shown'))
      .finally(() => {
        isShowing = false;
      });
  };
  const ended = await runBatch(ctx, batchId, signal, moved);
  // The last word comes after the last figure.
  await showing;
  if (ended !== null) await announceApproved(ctx, ended.batch);
  const untold = ended ?? (await takeUntold(ctx, batchId));
  if (untold !== null) await tell(ctx, slack, untold);
}

/** What a second admin agreed to was carried out: their card, and whoever asked, are due to hear of it. */
async function announceApproved(ctx: Context, batch: Batch): Promise<void> {
  const approval = await approvalOf(ctx, batch);
  if (approval !== null) await ctx.announce({ kind: 'approval_given', approvalId: approval.id });
}

/** Says how a batch ended, in the conversation of whoever confirmed it. */
async function tell(ctx: Context, slack: SlackGateway, ended: BatchReport): Promise<void> {
  try {
    await tellOwner(ctx, slack, ended);
  } catch (error) {
    if (!isLastingRefusal(error)) throw error;
    ctx.log.error({ err: error, batchId: ended.batch.id }, 'nobody can be told how a batch ended');
  }
  await recordTold(ctx, ended.batch.id);
}

async function tellOwner(ctx: Context, slack: SlackGateway, ended: BatchReport): Promise<void> {
  const { batch } = ended;
  const acting = actingAs(ctx, ownerOf(batch));
  const conversationId = batch.message?.conversationId ?? (await ownersConversation(slack, batch));
  if (conversationId === null) return;
  const workbook = await deliverWorkbook(acting, slack, conversationId, ended);
  const said = await resultMessageOf(acting, ended, workbook, false);
  if (!(await isShownInstead(ctx, slack, batch, said))) await slack.post(conversationId, said);
}

/** In the place of the progress; false where there is no such message, or not any more. */
async function isShownInstead(
  ctx: Context,
  slack: SlackGateway,
  { id, message }: Batch,
  said: SlackMessage,
): Promise<boolean> {
  if (message === null) return false;
  try {
    await slack.update(message.conversationId, message.ts, said);
    return true;
  } catch (error) {
    if (!isLastingRefusal(error)) throw error;
    ctx.log.warn({ err: error, batchId: id }, 'the message of a batch cannot be drawn anew');
    return false;
  }
}

function ownerOf({ owner }: Batch): Actor {
  return { kind: 'user', userId: owner.userId ?? 0, email: owner.email, slackId: owner.slackId };
}

/** The direct conversation with whoever confirmed it; null where they have no Slack account. */
export async function ownersConversation(slack: SlackGateway, { owner }: Batch): Promise<string | null> {
  const slackUserId = owner.slackId?.split('/')[1];
  return slackUserId === undefined ? null : slack.directConversation(slackUserId);
}

/** Sends the workbook of a batch that is done to its owner once more, and says whether that worked. */
export async function sendWorkbookAgain(
  ctx: Context,
  slack: SlackGateway,
  slackUserId: string,
  batchId: number,
): Promise<SlackMessage> {
  const ended = await batchReport(ctx, await ownBatch(ctx, batchId));
  const workbook =
    ended === null ? 'none' : await deliverWorkbook(ctx, slack, await slack.directConversation(slackUserId), ended);
  return workbookAgainMessage(batchId, workbook);
}

/** @param privately only the acting admin sees it, so that links may stand in it */
async function resultMessageOf(
  ctx: Context,
  report: BatchReport,
  workbook: WorkbookState,
  privately: boolean,
): Promise<SlackMessage> {
  const results = await resultsOf(ctx, report.operationId, 0, report.batch.total);
  // Whoever lost the privilege meanwhile still learns how it ended, without links.
  const links = await batchLinks(ctx, report.batch, 0, linksAtOnce).catch(() => ({ sent: [], next: 0, total: 0 }));
  return batchResultMessage({
    report,
    results,
    links: privately ? links.sent : [],
    linksInAll: links.total,
    workbook: report.batch.action === 'export' || needsWorkbook(report.batch.total) ? workbook : 'none',
  });
}

/** Puts the workbook of a batch that has one into the conversation, and says whether it lies there. */
async function deliverWorkbook(
  ctx: Context,
  slack: SlackGateway,
  conversationId: string,
  { batch, operationId }: BatchReport,
): Promise<WorkbookState> {
  const send = async (file: { name: string; comment: string }, write: (path: string) => Promise<void>) =>
    (await uploadWritten(slack, conversationId, file, write)) ? 'sent' : 'failed';
  try {
    if (batch.action === 'export') {
      const ids = await batchUserIds(ctx, batch);
      const comment = 'The people you chose. Edited and sent back to me, the file updates them.';
      return await send({ name: 'People.xlsx', comment }, (path) => writeUsersWorkbook(ctx, ids, path));
    }
    if (!needsWorkbook(batch.total)) return 'none';
    const comment = 'How it ended for each person.';
    return await send({ name: 'Results.xlsx', comment }, (path) => writeResultWorkbook(ctx, operationId, path));
  } catch (error) {
    // What was done is done, and is said; the file can be had again.
    ctx.log.error({ err: error, batchId: batch.id }, 'workbook of a batch not delivered');
    return 'failed';
  }
}
