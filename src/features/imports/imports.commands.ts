import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../platform/context';
import { emoji, noticeModal, paragraph, sentence } from '../../platform/slack/blocks';
import type { Caller, SlackEdge } from '../../platform/slack/definitions';
import type { SlackGateway } from '../../platform/slack/gateway';
import { readId } from '../../platform/slack/values';
import { writeErrorWorkbook, writePlanWorkbook, writeTemplateWorkbook } from './import-workbooks.service';
import { importCallback, importModal, readImportForm } from './imports.modals';
import {
  cancelImport,
  confirmImport,
  importProgress,
  listImports,
  planImport,
  readPreview,
  recordImportMessage,
} from './imports.service';
import {
  checkingMessage,
  endedNotice,
  importsMessage,
  isApplicable,
  previewMessage,
  progressMessage,
  summaryMessage,
} from './imports.text';
import type { ImportPreview } from './imports.types';

// A spreadsheet of 5,000 people takes less than one; this leaves room for pictures and styles.
const mostBytes = 20 * 1024 * 1024;

/** Writes a workbook into a folder of its own, uploads it, and removes both. */
async function uploadWorkbook(
  slack: SlackGateway,
  conversationId: string,
  file: { readonly name: string; readonly comment?: string; readonly threadTs?: string },
  write: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-workbook-'));
  try {
    const path = join(folder, 'workbook.xlsx');
    await write(path);
    await slack.upload(conversationId, { ...file, path });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const bareName = (fileName: string) => fileName.replace(/\.[a-z0-9]{1,5}$/i, '').slice(0, 100);

/** Checks one file and shows what it would do, in the conversation where it arrived. */
async function checkFile(
  ctx: Context,
  slack: SlackGateway,
  fileId: string,
  conversationId: string,
  uploader: Caller,
): Promise<void> {
  const facts = await slack.fileFacts(fileId);
  const ts = await slack.post(conversationId, checkingMessage(facts.name));
  let preview: ImportPreview;
  try {
    preview = await slack.withFile(facts, mostBytes, (path) =>
      planImport(ctx, {
        path,
        fileName: facts.name,
        fileSize: facts.size,
        uploaderSlackId: `${uploader.teamId}/${uploader.slackUserId}`,
        uploaderUserId: uploader.user?.id ?? null,
        conversationId,
        slackFileId: fileId,
      }),
    );
    await recordImportMessage(ctx, preview.id, { conversationId, messageTs: ts });
  } catch (error) {
    await slack.update(conversationId, ts, sentence(`${facts.name} was not checked.`));
    throw error;
  }
  await slack.update(conversationId, ts, previewMessage(preview));
  if (preview.state !== 'preview') return;
  const { counts } = preview;
  if (counts.invite + counts.update > 0) {
    await uploadWorkbook(
      slack,
      conversationId,
      {
        name: `Plan for ${bareName(facts.name)}.xlsx`,
        comment: 'The whole plan, a row for each person.',
        threadTs: ts,
      },
      (path) => writePlanWorkbook(ctx, preview.id, path),
    );
  } else if (counts.fail > 0) {
    await uploadErrors(ctx, slack, preview.id, facts.name, conversationId, ts);
  }
}

async function uploadErrors(
  ctx: Context,
  slack: SlackGateway,
  importId: number,
  fileName: string,
  conversationId: string,
  threadTs: string,
): Promise<void> {
  await uploadWorkbook(
    slack,
    conversationId,
    {
      name: `Errors in ${bareName(fileName)}.xlsx`,
      comment: 'The failing rows, each with what is wrong. Correct them here and drop the file again.',
      threadTs,
    },
    (path) => writeErrorWorkbook(ctx, importId, path),
  );
}

/** Draws the one message of an import anew. */
export async function drawImport(ctx: Context, slack: SlackGateway, importId: number): Promise<void> {
  const progress = await importProgress(ctx, importId);
  if (progress.conversationId === null || progress.messageTs === null) return;
  await slack.update(progress.conversationId, progress.messageTs, progressMessage(progress));
}

/** Shows how an import ended, hands the failing rows back, and tells who uploaded it. */
export async function reportImport(ctx: Context, slack: SlackGateway, importId: number): Promise<void> {
  const progress = await importProgress(ctx, importId);
  const { conversationId, messageTs } = progress;
  if (conversationId === null || messageTs === null) return;
  await slack.update(conversationId, messageTs, summaryMessage(progress));
  if (progress.outcomes.failed > 0)
    await uploadErrors(ctx, slack, importId, progress.fileName, conversationId, messageTs);
  await slack.post(conversationId, endedNotice(progress), messageTs);
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
        for (const fileId of readImportForm(call.values))
          await checkFile(ctx, call.slack, fileId, conversationId, call.caller);
        return noticeModal(
          'Import a spreadsheet',
          paragraph(
            emoji('white_check_mark'),
            ' The file is checked. What it would do stands in our direct conversation, where an admin can confirm it.',
          ),
        );
      },
    },
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
        await uploadWorkbook(
          call.slack,
          conversationId,
          { name: 'People to import.xlsx', comment: 'Fill in a row for each person, then send the file back to me.' },
          (path) => writeTemplateWorkbook(ctx, path),
        );
        if (call.view === null) await call.reply(sentence('The template lies in our direct conversation.'));
      },
    },
    {
      id: 'show-imports',
      access: 'admin',
      handle: async (ctx, call) => call.reply(importsMessage(await listImports(ctx, 20))),
    },
    {
      id: 'import-confirm',
      access: 'admin',
      async handle(ctx, call) {
        const result = await confirmImport(ctx, readId(call.value));
        if ('changed' in result) return call.replace(previewMessage(result.changed, true));
        await drawImport(ctx, call.slack, result.started.id);
        await ctx.announce({ kind: 'import_confirmed', importId: result.started.id });
      },
    },
    {
      id: 'import-cancel',
      access: 'admin',
      handle: async (ctx, call) => call.replace(previewMessage(await cancelImport(ctx, readId(call.value)))),
    },
    {
      id: 'import-check-again',
      access: 'admin',
      async handle(ctx, call) {
        const preview = await readPreview(ctx, readId(call.value));
        await call.replace(previewMessage(preview));
        if (!isApplicable(preview)) await call.reply(sentence('There are still too few seats. Nothing was changed.'));
      },
    },
  ],
  takesFilesFrom: (ctx, conversationId) =>
    conversationId.startsWith('D') || (ctx.config.slack?.importChannels.includes(conversationId) ?? false),
  fileShared: async (ctx, slack, file) => checkFile(ctx, slack, file.fileId, file.conversationId, file.uploader),
};
