import { completeBlocks } from '../block-kit/complete-blocks';
import { inspectMessageBlocks } from '../block-kit/message-blocks';
import type { Core } from '../core';
import type { StoredFile } from '../files';
import { isJsonObject, stringOr } from '../json';
import { messageView } from '../messages';
import { announceFile, shareLater } from '../sharing';
import { slackFile } from '../slack-objects';
import { blocksOf, listOf, requiredText, textOf } from './arguments';
import type { WebMethods } from './method';
import { knownConversation } from './places';
import { ApiRefusal, invalidArguments } from './refusal';

/** Whether the app may see a file: its own, one from a submitted form, or one that is shared where it is. */
export function isReadableByApp(core: Core, file: StoredFile): boolean {
  if (file.owner === core.people.bot.id || file.submitted) return true;
  return [...file.shares.keys()].some((id) => core.conversations.byId(id)?.members.has(core.people.bot.id));
}

function readableFile(core: Core, id: string): StoredFile {
  const file = core.files.byId(id);
  if (!file || !isReadableByApp(core, file)) throw new ApiRefusal('file_not_found');
  return file;
}

function uploadedFile(core: Core, given: unknown): StoredFile {
  const id = isJsonObject(given) ? stringOr(given.id, '') : '';
  const upload = core.files.takeUpload(id);
  if (!upload?.bytes) throw new ApiRefusal('file_not_found');
  const title = isJsonObject(given) ? stringOr(given.title, upload.filename) : upload.filename;
  const owner = core.people.bot.id;
  return core.files.add({ id, name: upload.filename, title, bytes: upload.bytes, owner, createdAt: core.clock.now() });
}

function tellReaders(core: Core, file: StoredFile): void {
  for (const conversationId of file.shares.keys()) {
    const conversation = core.conversations.byId(conversationId);
    for (const message of conversation?.messages ?? []) {
      if (!message.fileIds.includes(file.id)) continue;
      for (const member of conversation?.members ?? []) {
        core.bus.tell(member, { type: 'message_changed', message: messageView(core, message) });
      }
    }
  }
}

export const fileMethods: WebMethods = {
  'files.info': {
    tier: 4,
    scopes: ['files:read'],
    formOnly: true,
    run: (core, args) => ({
      file: slackFile(core, readableFile(core, requiredText(args, 'file'))),
      comments: [],
      response_metadata: { next_cursor: '' },
    }),
  },
  'files.getUploadURLExternal': {
    tier: 4,
    scopes: ['files:write'],
    formOnly: true,
    run(core, args) {
      const filename = requiredText(args, 'filename');
      const length = Number(requiredText(args, 'length'));
      if (!Number.isInteger(length)) throw invalidArguments('must be a valid integer [json-pointer:/length]');
      if (length < 1) throw invalidArguments('must be greater than 0 [json-pointer:/length]');
      if (length > core.maxFileBytes) throw new ApiRefusal('file_upload_size_restricted');
      const upload = core.files.expectUpload(filename, length);
      return { upload_url: `${core.origin()}/upload/v1/${upload.ticket}`, file_id: upload.fileId };
    },
  },
  'files.completeUploadExternal': {
    tier: 4,
    scopes: ['files:write'],
    run(core, args) {
      const channelId = textOf(args, 'channel_id') ?? textOf(args, 'channels');
      const conversation = channelId === undefined ? null : knownConversation(core, channelId);
      if (conversation && !conversation.members.has(core.people.bot.id)) throw new ApiRefusal('not_in_channel');
      const blocks = blocksOf(args);
      if (blocks && inspectMessageBlocks(blocks).length > 0) throw new ApiRefusal('invalid_blocks');
      const files = listOf(args, 'files').map((given) => uploadedFile(core, given));
      for (const file of files) announceFile(core, file);
      if (conversation) {
        const comment = textOf(args, 'initial_comment') ?? '';
        shareLater(core, conversation, {
          files,
          comment,
          ...(blocks ? { blocks: completeBlocks(blocks) } : {}),
          threadTs: textOf(args, 'thread_ts') ?? null,
        });
      }
      return { files: files.map((file) => slackFile(core, file)) };
    },
  },
  'files.delete': {
    tier: 3,
    scopes: ['files:write'],
    run(core, args) {
      const file = readableFile(core, requiredText(args, 'file'));
      if (file.owner !== core.people.bot.id) throw new ApiRefusal('cant_delete_file');
      core.files.remove(file.id);
      tellReaders(core, file);
      return {};
    },
  },
};
