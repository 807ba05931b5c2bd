import type { Context } from '../../platform/context';
import type { SlackMessage } from '../../platform/slack/blocks';
import type { SlackGateway } from '../../platform/slack/gateway';
import { isLastingRefusal } from '../../platform/slack/wiring';
import { importProgress, recordImportMessage, recordReported } from './imports.service';
import type { ImportProgress } from './imports.types';
import { endedNotice, progressMessage, summaryMessage } from './progress.text';
import { sendImportWorkbook } from './send-workbook';

/** What the one message of a confirmed import says as it stands. */
export const importMessage = (progress: ImportProgress, rowsPerSecond: number | null): SlackMessage =>
  progress.state === 'running' || progress.state === 'paused'
    ? progressMessage(progress, rowsPerSecond)
    : summaryMessage(progress);

/**
 * Draws the one message of a running or paused import anew.
 * @param rowsPerSecond how fast its worker is, where that is known
 */
export async function drawImport(
  ctx: Context,
  slack: SlackGateway,
  importId: number,
  rowsPerSecond: number | null = null,
): Promise<void> {
  const progress = await importProgress(ctx, importId);
  const { conversationId, messageTs, state } = progress;
  if ((state !== 'running' && state !== 'paused') || conversationId === null || messageTs === null) return;
  await slack.update(conversationId, messageTs, importMessage(progress, rowsPerSecond));
  const now = await importProgress(ctx, importId);
  // It ended or was halted while this was on its way, which may have taken the place of what says so.
  if (now.state !== state) await slack.update(conversationId, messageTs, importMessage(now, null));
}

/**
 * Shows how an import ended, hands the failing rows back, and tells who uploaded it: each once, however often this is
 * called. @throws what a later try may mend; what none can mend is logged
 */
export async function reportImport(ctx: Context, slack: SlackGateway, importId: number): Promise<void> {
  const progress = await importProgress(ctx, importId);
  if (progress.conversationId === null || progress.messageTs === null) return;
  const part = async (name: 'summary' | 'errors' | 'notice', deliver: (now: ImportProgress) => Promise<void>) => {
    if (progress.reported[name]) return;
    try {
      await deliver(await importProgress(ctx, importId));
    } catch (error) {
      if (!isLastingRefusal(error)) throw error;
      ctx.log.error({ err: error, importId, part: name }, 'the end of an import cannot be delivered');
    }
    await recordReported(ctx, importId, name);
  };
  await part('summary', (now) => showSummary(ctx, slack, now));
  // In one that was stopped, what is pending was not run.
  if (progress.outcomes.failed > 0 || progress.outcomes.pending > 0) {
    await part('errors', async (now) => {
      const { conversationId, messageTs } = now;
      if (conversationId === null || messageTs === null) return;
      await sendImportWorkbook(ctx, slack, 'errors', now, { conversationId, threadTs: messageTs });
    });
  }
  await part('notice', async (now) => {
    const { arrivedIn, conversationId, messageTs } = now;
    // Who handed it in elsewhere does not read along here.
    if (arrivedIn !== null && arrivedIn !== conversationId) await slack.post(arrivedIn, endedNotice(now));
    else if (conversationId !== null && messageTs !== null)
      await slack.post(conversationId, endedNotice(now), messageTs);
  });
}

/** In the place of the progress; where that message is gone, in a new one. */
async function showSummary(ctx: Context, slack: SlackGateway, progress: ImportProgress): Promise<void> {
  const { id, conversationId, messageTs } = progress;
  if (conversationId === null || messageTs === null) return;
  try {
    await slack.update(conversationId, messageTs, summaryMessage(progress));
  } catch (error) {
    if (!isLastingRefusal(error)) throw error;
    const ts = await slack.post(conversationId, summaryMessage(progress));
    await recordImportMessage(ctx, id, { conversationId, messageTs: ts });
  }
}
