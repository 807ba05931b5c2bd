import type { Context } from '../../platform/context';
import { isAppError } from '../../platform/errors';
import {
  emoji,
  type ModalView,
  noticeModal,
  paragraph,
  type SlackMessage,
  sentence,
} from '../../platform/slack/blocks';
import type { ActionCall, SubmissionCall } from '../../platform/slack/definitions';
import type { SlackGateway } from '../../platform/slack/gateway';
import { readId } from '../../platform/slack/values';
import { cancelImport, confirmImport } from './confirm-import.service';
import { confirmAloneModal, confirmAloneTitle, importMetadata, readPhrase } from './imports.modals';
import { readPreview } from './imports.service';
import { cancelledNotice, checkingAgainMessage } from './imports.text';
import type { ConfirmResult, ImportPreview } from './imports.types';
import { previewMessage } from './preview.text';
import { drawImport } from './report-import';
import { sendImportWorkbook } from './send-workbook';

/** Draws the one message of an import anew, and what was clicked where that is another one. */
export async function redraw(
  ctx: Context,
  call: ActionCall,
  preview: ImportPreview,
  said = previewMessage(preview),
): Promise<void> {
  const { conversationId, messageTs } = preview;
  const isClicked = messageTs !== null && call.messageTs === messageTs && call.conversationId === conversationId;
  if (!isClicked) await call.replace(said);
  if (!(await redrawMessage(ctx, call.slack, preview, said)) && isClicked) await call.replace(said);
}

/** The one message of an import alone; false when Slack did not take it. */
async function redrawMessage(
  ctx: Context,
  slack: SlackGateway,
  { conversationId, messageTs }: ImportPreview,
  said: SlackMessage,
): Promise<boolean> {
  if (conversationId === null || messageTs === null) return true;
  try {
    await slack.update(conversationId, messageTs, said);
    return true;
  } catch (error) {
    ctx.log.warn({ err: error }, 'the message of an import was not drawn');
    return false;
  }
}

/** Shows what came of a confirmation, with `draw` for what people see of the import; returns what to tell who confirmed. */
async function showOutcome(
  ctx: Context,
  slack: SlackGateway,
  result: ConfirmResult,
  draw: (preview: ImportPreview, said: SlackMessage) => Promise<void>,
): Promise<string> {
  if ('changed' in result) {
    const { changed } = result;
    await draw(changed, previewMessage(changed, true));
    if (changed.conversationId !== null && changed.messageTs !== null)
      await sendImportWorkbook(ctx, slack, 'plan', changed, {
        conversationId: changed.conversationId,
        threadTs: changed.messageTs,
      });
    return 'The data changed since this was shown, so nothing was done. Look at the import again before you confirm it.';
  }
  if ('waiting' in result) {
    await draw(result.waiting, previewMessage(result.waiting));
    return 'Your confirmation is noted; nothing is changed yet. The import starts when another admin confirms it too.';
  }
  if ('alone' in result) {
    await draw(result.alone, previewMessage(result.alone));
    return 'There is no second admin any more, so nothing is changed yet. Press Confirm once more: a phrase takes the place of the second admin.';
  }
  const { started } = result;
  // It runs from here on, whether it can be drawn or not.
  await ctx.announce({ kind: 'import_confirmed', importId: started.id });
  const show = async () => {
    await draw(started, previewMessage(started));
    await drawImport(ctx, slack, started.id);
  };
  await show().catch((error: unknown) => ctx.log.warn({ err: error, importId: started.id }, 'progress not shown'));
  return 'The import has started. Its message shows how far it is.';
}

// Longer than a file of some hundred people takes.
const momentMs = 1000;

/** Says that a large file is checked once more, in the place of its buttons; should it fail, they are there again. */
async function sayingThatItTakesTime<Result>(
  ctx: Context,
  call: ActionCall,
  id: number,
  work: () => Promise<Result>,
): Promise<Result> {
  let said: Promise<void> | null = null;
  const timer = setTimeout(() => {
    said = readPreview(ctx, id)
      .then((preview) => redraw(ctx, call, preview, checkingAgainMessage(preview.fileName)))
      .catch((error: unknown) => ctx.log.warn({ err: error, importId: id }, 'a check was not told of'));
  }, momentMs);
  try {
    const result = await work();
    clearTimeout(timer);
    // What is drawn next comes after it.
    await said;
    return result;
  } catch (error) {
    clearTimeout(timer);
    if (said !== null) {
      await said;
      await redraw(ctx, call, await readPreview(ctx, id));
    }
    throw error;
  }
}

/** Confirm below a preview. */
export async function confirm(ctx: Context, call: ActionCall): Promise<void> {
  const id = readId(call.value);
  const result = await sayingThatItTakesTime(ctx, call, id, () => confirmImport(ctx, id));
  const told = await showOutcome(ctx, call.slack, result, async (preview, said) => {
    if (!('started' in result)) return redraw(ctx, call, preview, said);
    if (call.messageTs !== preview.messageTs) await call.replace(said);
  });
  // A message that was drawn anew speaks for itself.
  if ('waiting' in result || 'alone' in result) await call.reply(sentence(told));
}

/** Confirm where the only admin types a phrase: opens the form for it, if it is asked for still. */
export async function confirmAlone(ctx: Context, call: ActionCall): Promise<void> {
  const preview = await readPreview(ctx, readId(call.value));
  if (preview.state === 'preview' && preview.need === 'phrase') return call.showModal(confirmAloneModal(preview));
  await redraw(ctx, call, preview);
  const changed = 'This import does not stand as it did. Nothing was changed by your click; look at its message again.';
  return call.showModal(noticeModal(confirmAloneTitle, paragraph(changed)));
}

/** The phrase as it was typed; one that was mistyped can be typed again. */
export async function confirmByPhrase(ctx: Context, call: SubmissionCall) {
  const { importId } = importMetadata.parse(call.metadata);
  try {
    const result = await confirmImport(ctx, importId, readPhrase(call.values));
    const told = await showOutcome(ctx, call.slack, result, async (preview, said) => {
      if (!('started' in result)) await redrawMessage(ctx, call.slack, preview, said);
    });
    return notice(told, 'started' in result);
  } catch (error) {
    if (!isAppError(error, 'invalid_input')) throw error;
    return { errors: { phrase: error.message }, view: confirmAloneModal(await readPreview(ctx, importId)) };
  }
}

const notice = (told: string, isDone: boolean): ModalView =>
  noticeModal(confirmAloneTitle, paragraph(emoji(isDone ? 'white_check_mark' : 'information_source'), ` ${told}`));

/** Cancel below a preview; the uploader hears of it where they handed the file in. */
export async function cancel(ctx: Context, call: ActionCall): Promise<void> {
  const preview = await cancelImport(ctx, readId(call.value));
  await redraw(ctx, call, preview);
  if (preview.arrivedIn === null || preview.arrivedIn === preview.conversationId) return;
  await call.slack
    .post(preview.arrivedIn, cancelledNotice(preview))
    .catch((error: unknown) => ctx.log.warn({ err: error }, 'an uploader was not told'));
}
