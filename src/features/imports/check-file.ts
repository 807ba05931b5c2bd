import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { sentence } from '../../platform/slack/blocks';
import type { Caller } from '../../platform/slack/definitions';
import type { FileFacts, SlackGateway } from '../../platform/slack/gateway';
import { refusalOf } from '../../platform/slack/wiring';
import { planImport, recordImportMessage } from './imports.service';
import { checkingMessage, handedOnMessage, nobodySeesMessage } from './imports.text';
import { type ImportPreview, importByteLimit } from './imports.types';
import { previewMessage } from './preview.text';
import { sendImportWorkbook } from './send-workbook';

const pausesMs = [200, 600, 1500];

/** A file that came in the form: whoever sends the form must have uploaded it. @throws AppError `invalid_input` */
export async function ownFile(slack: SlackGateway, fileId: string, uploader: Caller): Promise<FileFacts> {
  const facts = await slack.fileFacts(fileId);
  if (facts.uploaderSlackId !== uploader.slackUserId)
    throw invalidInput(
      'This file was uploaded by somebody else, so it was not read. Choose it from your own computer.',
    );
  return facts;
}

/** A file that was shared in a conversation; Slack may need a moment to know of it. @throws AppError `invalid_input` */
export async function sharedFile(slack: SlackGateway, fileId: string, conversationId: string): Promise<FileFacts> {
  let facts = await slack.fileFacts(fileId);
  for (const pause of pausesMs) {
    if (facts.conversationIds.includes(conversationId)) return facts;
    await new Promise((done) => setTimeout(done, pause));
    facts = await slack.fileFacts(fileId);
  }
  if (facts.conversationIds.includes(conversationId)) return facts;
  throw invalidInput('Slack does not show this file here, so it was not read. Drop it here again.');
}

/** Checks one file and shows what it would do where it arrived, or, to those who can decide, in their channel. */
export async function checkFile(
  ctx: Context,
  slack: SlackGateway,
  facts: FileFacts,
  conversationId: string,
  uploader: Caller,
): Promise<void> {
  const ts = await slack.post(conversationId, checkingMessage(facts.name));
  let preview: ImportPreview;
  try {
    preview = await slack.withFile(facts, importByteLimit, (path) =>
      planImport(ctx, {
        path,
        fileName: facts.name,
        fileSize: facts.size,
        uploaderSlackId: `${uploader.teamId}/${uploader.slackUserId}`,
        uploaderUserId: uploader.user?.id ?? null,
        conversationId,
        slackFileId: facts.id,
      }),
    );
    await recordImportMessage(ctx, preview.id, { conversationId, messageTs: ts });
  } catch (error) {
    await slack.update(conversationId, ts, sentence(`${facts.name} was not checked.`));
    throw error;
  }
  const { counts } = preview;
  const place = { conversationId, threadTs: ts };
  const decidable = preview.state === 'preview' && counts.invite + counts.update > 0;
  // Nobody else reads a direct conversation: somebody who cannot decide there hands the file on.
  const handsOn = decidable && conversationId.startsWith('D') && !uploader.user?.isActiveAdmin;
  if (handsOn && (await handOn(ctx, slack, preview, place))) return;
  await slack.update(conversationId, ts, previewMessage(preview));
  if (preview.state !== 'preview') return;
  if (decidable) await sendImportWorkbook(ctx, slack, 'plan', preview, place);
  else if (counts.fail > 0) await sendImportWorkbook(ctx, slack, 'errors', preview, place);
  if (handsOn) await slack.post(conversationId, nobodySeesMessage(), ts);
}

/** Shows the preview where admins are; false where no such channel is set, or none takes it. */
async function handOn(
  ctx: Context,
  slack: SlackGateway,
  preview: ImportPreview,
  from: { readonly conversationId: string; readonly threadTs: string },
): Promise<boolean> {
  const { adminChannel = null, importChannels = [] } = ctx.config.slack ?? {};
  for (const channel of [adminChannel, importChannels[0] ?? null]) {
    if (channel === null) continue;
    const ts = await postWhere(ctx, slack, channel, preview);
    if (ts === null) continue;
    await recordImportMessage(ctx, preview.id, { conversationId: channel, messageTs: ts });
    await slack.update(from.conversationId, from.threadTs, handedOnMessage(preview, channel));
    await sendImportWorkbook(ctx, slack, 'plan', preview, { conversationId: channel, threadTs: ts });
    return true;
  }
  return false;
}

/** The ts of the preview there, or null where the channel does not take it. */
async function postWhere(
  ctx: Context,
  slack: SlackGateway,
  channel: string,
  preview: ImportPreview,
): Promise<string | null> {
  try {
    return await slack.post(channel, previewMessage(preview));
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined || !noPlace.has(refusal)) throw error;
    ctx.log.warn({ channel, refusal }, 'a preview could not be shown to the admins');
    return null;
  }
}

const noPlace: ReadonlySet<string> = new Set(['channel_not_found', 'not_in_channel', 'is_archived']);
