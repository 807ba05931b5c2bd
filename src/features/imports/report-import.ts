import type { Context } from '../../platform/context';
import type { SlackGateway } from '../../platform/slack/gateway';
import { isLastingRefusal } from '../../platform/slack/wiring';
import { importProgress, recordImportMessage, recordReported } from './imports.service';
import { endedNotice, progressMessage, summaryMessage } from './imports.text';
import type { ImportProgress } from './imports.types';
import { sendImportWorkbook } from './send-workbook';

/** Draws the one message of a running import anew. */
export async function drawImport(ctx: Context, slack: SlackGateway, importId: number): Promise<void> {
  const progress = await importProgress(ctx, importId);
  const { conversationId, messageTs, state } = progress;
  if (state !== 'running' || conversationId === null || messageTs === null) return;
  await slack.update(conversationId, messageTs, progressMessage(progress));
  const now = await importProgress(ctx, importId);
  // It ended while this was on its way, and may have taken the place of the summary.
  if (now.state === 'done' || now.state === 'reporting')
    await slack.update(conversationId, messageTs, summaryMessage(now));
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
  if (progress.outcomes.failed > 0) {
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
