import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Actor, actingAs, type Context } from '../../platform/context';
import type { SlackMessage } from '../../platform/slack/blocks';
import type { SlackGateway } from '../../platform/slack/gateway';
import { writeUsersWorkbook } from '../exports/exports.service';
import { resultsOf } from '../operations/operations.service';
import { needsWorkbook } from '../operations/operations.text';
import { batchUserIds, confirmBatch, recordBatchMessage } from './batch.service';
import {
  batchAskedMessage,
  batchProgressMessage,
  batchResultMessage,
  batchRunningMessage,
  linksAtOnce,
} from './batch.text';
import { type Batch, type BatchReport, peoplePerChunk } from './batch.types';
import { writeResultWorkbook } from './result-workbook.service';
import { batchLinks, batchReport, runBatch } from './run-batch.service';

const newsEveryMs = 3000;

/**
 * Confirms a plan and says what comes of it: how it ended, where it is soon done; else where to look.
 * @returns null where another click runs it at this moment and will say how it ended
 */
export async function confirmAndShow(
  ctx: Context,
  slack: SlackGateway,
  slackUserId: string,
  batchId: number,
  phrase: string,
): Promise<SlackMessage | null> {
  const { kind, batch } = await confirmBatch(ctx, batchId, phrase);
  if (kind === 'asked' || batch.state === 'asked') return batchAskedMessage(batch);
  const small = batch.total <= peoplePerChunk;
  if (kind === 'already') {
    const ended = await batchReport(ctx, batch);
    if (ended !== null) return resultMessageOf(ctx, ended, true);
    return small ? null : batchRunningMessage(batch);
  }
  const conversationId = await slack.directConversation(slackUserId);
  if (!small) {
    const ts = await slack.post(conversationId, batchProgressMessage(batch));
    await recordBatchMessage(ctx, batchId, { conversationId, ts });
    await ctx.announce({ kind: 'batch_confirmed', batchId });
    return batchRunningMessage(batch);
  }
  const ended = await runBatch(ctx, batchId, new AbortController().signal, () => undefined);
  if (ended === null) return null;
  await deliverFiles(ctx, slack, conversationId, ended);
  return resultMessageOf(ctx, ended, true);
}

/** Runs a confirmed batch, or takes one up whose worker died, with one message that shows how far it is. */
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
  if (ended === null) return;
  const acting = actingAs(ctx, ownerOf(ended.batch));
  const conversationId = ended.batch.message?.conversationId ?? (await ownersConversation(slack, ended.batch));
  if (conversationId === null) return;
  const said = await resultMessageOf(acting, ended, false);
  if (ended.batch.message !== null) await slack.update(conversationId, ended.batch.message.ts, said);
  else await slack.post(conversationId, said);
  await deliverFiles(acting, slack, conversationId, ended);
}

function ownerOf({ owner }: Batch): Actor {
  return { kind: 'user', userId: owner.userId ?? 0, email: owner.email, slackId: owner.slackId };
}

async function ownersConversation(slack: SlackGateway, { owner }: Batch): Promise<string | null> {
  const slackUserId = owner.slackId?.split('/')[1];
  return slackUserId === undefined ? null : slack.directConversation(slackUserId);
}

/** @param privately only the acting admin sees it, so that links may stand in it */
async function resultMessageOf(ctx: Context, report: BatchReport, privately: boolean): Promise<SlackMessage> {
  const results = await resultsOf(ctx, report.operationId, 0, report.batch.total);
  // Whoever lost the privilege meanwhile still learns how it ended, without links.
  const links = await batchLinks(ctx, report.batch, 0, linksAtOnce).catch(() => ({ sent: [], next: 0, total: 0 }));
  return batchResultMessage({
    report,
    results,
    links: privately ? links.sent : [],
    linksInAll: links.total,
    remarks: [],
  });
}

async function deliverFiles(
  ctx: Context,
  slack: SlackGateway,
  conversationId: string,
  { batch, operationId }: BatchReport,
): Promise<void> {
  try {
    if (batch.action === 'export') {
      const ids = await batchUserIds(ctx, batch);
      const comment = 'The people you chose. Edited and sent back to me, the file updates them.';
      await upload(slack, conversationId, 'People.xlsx', comment, (path) => writeUsersWorkbook(ctx, ids, path));
    } else if (needsWorkbook(batch.total)) {
      const comment = 'How it ended for each person.';
      await upload(slack, conversationId, 'Results.xlsx', comment, (path) =>
        writeResultWorkbook(ctx, operationId, path),
      );
    }
  } catch (error) {
    // What was done is done, and is said; the file can be had again.
    ctx.log.error({ err: error, batchId: batch.id }, 'workbook of a batch not delivered');
  }
}

async function upload(
  slack: SlackGateway,
  conversationId: string,
  name: string,
  comment: string,
  write: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-workbook-'));
  try {
    const path = join(folder, 'workbook.xlsx');
    await write(path);
    await slack.upload(conversationId, { path, name, comment });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
