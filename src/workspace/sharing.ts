import type { Conversation } from './conversations';
import type { Core } from './core';
import { sendEvent } from './events';
import type { StoredFile } from './files';
import { postMessage } from './messages';
import type { SlackBlock } from './protocol';

export interface Share {
  readonly files: readonly StoredFile[];
  readonly comment: string;
  readonly blocks?: readonly SlackBlock[];
  readonly threadTs?: string | null;
}

/** Shares files in a conversation a moment later, as Slack does, and tells the app, even of its own files. */
export function shareLater(core: Core, conversation: Conversation, share: Share): void {
  core.work.later(core.shareDelayMs, () => {
    const [first] = share.files;
    if (!first) return;
    const message = postMessage(core, conversation, {
      author: first.owner,
      text: share.comment,
      ...(share.blocks ? { blocks: share.blocks } : {}),
      fileIds: share.files.map((file) => file.id),
      threadTs: share.threadTs ?? null,
      subtype: 'file_share',
    });
    for (const file of share.files) {
      file.shares.set(conversation.id, [...(file.shares.get(conversation.id) ?? []), message.ts]);
      sendEvent(
        core,
        {
          type: 'file_shared',
          file_id: file.id,
          user_id: file.owner,
          file: { id: file.id },
          channel_id: conversation.id,
          event_ts: core.nextTimestamp(),
        },
        conversation,
      );
    }
  });
}

/** Tells the app that a file came to be. */
export function announceFile(core: Core, file: StoredFile): void {
  const event = { type: 'file_created', file_id: file.id, user_id: file.owner, file: { id: file.id } };
  sendEvent(core, { ...event, event_ts: core.nextTimestamp() }, null);
}
