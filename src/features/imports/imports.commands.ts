import { z } from 'zod';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { emoji, noticeModal, paragraph, sentence } from '../../platform/slack/blocks';
import type { ActionCall, SlackEdge } from '../../platform/slack/definitions';
import { readId } from '../../platform/slack/values';
import { parseJson } from '../../platform/slack/wiring';
import { checkFile, ownFile, sharedFile } from './check-file';
import { cancel, confirm, confirmAlone, confirmByPhrase, redraw } from './decide-import';
import { goOn, pause, stop } from './halt-import';
import { confirmAloneCallback, confirmAloneTitle, importCallback, importModal, readImportForm } from './imports.modals';
import { importProgress, importToHandOut, listImports, readPreview } from './imports.service';
import { importsMessage } from './imports.text';
import { isApplicable, previewMessage } from './preview.text';
import { importMessage } from './report-import';
import { sendImportWorkbook, sendTemplate } from './send-workbook';

const workbookValue = z.object({ importId: z.number().int().positive(), kind: z.enum(['plan', 'errors']) });

/** Sends a workbook again to whoever reads the conversation that it belongs to. */
async function sendAgain(ctx: Context, call: ActionCall): Promise<void> {
  const value = workbookValue.safeParse(parseJson(call.value));
  if (!value.success) return;
  const progress = await importToHandOut(ctx, value.data.importId);
  const { conversationId, messageTs } = progress;
  if (conversationId === null || messageTs === null || conversationId !== call.conversationId)
    throw invalidInput('This workbook belongs to another conversation. Press the button below the preview.');
  await call.replace(sentence('Sending the workbook again…'));
  await sendImportWorkbook(ctx, call.slack, value.data.kind, progress, { conversationId, threadTs: messageTs });
}

/** Dropping a spreadsheet, `/users import`, and deciding on what it would do. */
export const importsEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'import',
      access: 'anyone',
      usage: '',
      summary: 'Opens a form for a spreadsheet; dropping one into an import channel does the same',
      example: '/users import',
      options: [],
      opensModal: () => 'Import a spreadsheet',
      handle: async (_ctx, call) => call.showModal(importModal()),
    },
    {
      command: '/usher',
      verb: 'imports',
      access: 'admin',
      usage: '',
      summary: 'Lists the latest imports',
      example: '/usher imports',
      options: [],
      handle: async (ctx, call) => call.reply(importsMessage(await listImports(ctx, 20))),
    },
  ],
  submissions: [
    {
      callbackId: importCallback,
      access: 'anyone',
      check: (values) => (readImportForm(values).length > 0 ? null : { file: 'Choose a spreadsheet first.' }),
      async handle(ctx, call) {
        const conversationId = await call.slack.directConversation(call.caller.slackUserId);
        for (const fileId of readImportForm(call.values)) {
          const facts = await ownFile(call.slack, fileId, call.caller);
          await checkFile(ctx, call.slack, facts, conversationId, call.caller);
        }
        return noticeModal(
          'Import a spreadsheet',
          paragraph(
            emoji('white_check_mark'),
            ' The file is checked. What it would do, and where it is decided on, stands in our direct conversation.',
          ),
        );
      },
    },
    { callbackId: confirmAloneCallback, access: 'admin', handle: confirmByPhrase },
  ],
  actions: [
    {
      id: 'import-people',
      access: 'anyone',
      opensModal: () => 'Import a spreadsheet',
      handle: async (_ctx, call) => call.showModal(importModal()),
    },
    {
      id: 'import-template',
      access: 'anyone',
      async handle(ctx, call) {
        const conversationId = await call.slack.directConversation(call.caller.slackUserId);
        // Said first: what a click may open does not live as long as an upload takes.
        await call.reply(sentence('The template is on its way: you find it in our direct conversation.'));
        if (await sendTemplate(ctx, call.slack, conversationId)) return;
        await call.slack.post(
          conversationId,
          sentence('The template could not be delivered. Ask for it again with /users import, “Send me a template”.'),
        );
      },
    },
    {
      id: 'show-imports',
      access: 'admin',
      handle: async (ctx, call) => call.reply(importsMessage(await listImports(ctx, 20))),
    },
    {
      id: 'import-show',
      access: 'admin',
      async handle(ctx, call) {
        const progress = await importProgress(ctx, readId(call.value));
        const isConfirmed = ['running', 'paused', 'reporting', 'done', 'stopped'].includes(progress.state);
        await call.reply(
          isConfirmed ? importMessage(progress, null) : previewMessage(await readPreview(ctx, progress.id)),
        );
      },
    },
    { id: 'import-confirm', access: 'admin', handle: confirm },
    { id: 'import-confirm-alone', access: 'admin', opensModal: () => confirmAloneTitle, handle: confirmAlone },
    { id: 'import-cancel', access: 'admin', handle: cancel },
    { id: 'import-pause', access: 'admin', handle: pause },
    { id: 'import-continue', access: 'admin', handle: goOn },
    { id: 'import-stop', access: 'admin', handle: stop },
    { id: 'import-workbook', access: 'anyone', handle: sendAgain },
    {
      id: 'import-check-again',
      access: 'admin',
      async handle(ctx, call) {
        const preview = await readPreview(ctx, readId(call.value));
        await redraw(ctx, call, preview);
        if (!isApplicable(preview)) await call.reply(sentence('There are still too few seats. Nothing was changed.'));
      },
    },
  ],
  takesFilesFrom: (ctx, conversationId) =>
    conversationId.startsWith('D') || (ctx.config.slack?.importChannels.includes(conversationId) ?? false),
  async fileShared(ctx, slack, { fileId, conversationId, uploader }) {
    await checkFile(ctx, slack, await sharedFile(slack, fileId, conversationId), conversationId, uploader);
  },
};
