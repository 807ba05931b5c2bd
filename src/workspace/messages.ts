import { type Conversation, type Message, visibleMessages } from './conversations';
import type { Core } from './core';
import { sendEvent } from './events';
import type { JsonObject } from './json';
import type { Person } from './people';
import { clientPath, type FileView, type MessageView, type SlackBlock } from './protocol';
import { slackMessage } from './slack-objects';

export interface Draft {
  readonly author: string;
  readonly text: string;
  readonly blocks?: readonly SlackBlock[];
  readonly fileIds?: readonly string[];
  readonly threadTs?: string | null;
  readonly visibleTo?: string | null;
  readonly subtype?: string | null;
}

/** The file as the page shows it. */
export function fileView(core: Core, id: string): FileView[] {
  const file = core.files.byId(id);
  if (!file) return [];
  const { name, mimetype, size } = file;
  return [{ id, name, mimetype, size, downloadPath: `${clientPath}/files/${id}/${encodeURIComponent(name)}` }];
}

/** The message as the page shows it. */
export function messageView(core: Core, message: Message): MessageView {
  return {
    ts: message.ts,
    conversationId: message.conversationId,
    author: message.author,
    text: message.text,
    blocks: message.blocks,
    files: message.fileIds.flatMap((id) => fileView(core, id)),
    ephemeral: message.visibleTo !== null,
    edited: message.edited !== null,
    threadTs: message.threadTs,
    system: message.subtype === 'channel_join',
  };
}

function readers(core: Core, conversation: Conversation, message: Message): Person[] {
  const ids = message.visibleTo === null ? [...conversation.members] : [message.visibleTo];
  return ids.flatMap((id) => core.people.byId(id) ?? []);
}

function announce(core: Core, conversation: Conversation, message: Message, change: JsonObject): void {
  if (message.visibleTo !== null) return;
  const channelType = conversation.kind === 'dm' ? 'im' : conversation.isPrivate ? 'group' : 'channel';
  const event = { ...change, type: 'message', channel: conversation.id, channel_type: channelType };
  sendEvent(core, { ...event, event_ts: String(change.event_ts ?? message.ts) }, conversation);
}

/** Puts a message in a conversation and tells everybody who sees it, the app among them. */
export function postMessage(core: Core, conversation: Conversation, draft: Draft): Message {
  const message: Message = {
    ts: core.nextTimestamp(),
    conversationId: conversation.id,
    author: draft.author,
    threadTs: draft.threadTs ?? null,
    visibleTo: draft.visibleTo ?? null,
    fileIds: draft.fileIds ?? [],
    subtype: draft.subtype ?? null,
    text: draft.text,
    blocks: draft.blocks ?? [],
    formerBlocks: [],
    edited: null,
  };
  core.conversations.add(conversation, message);
  for (const reader of readers(core, conversation, message)) {
    core.bus.tell(reader.id, { type: 'message', message: messageView(core, message) });
  }
  announce(core, conversation, message, slackMessage(core, message));
  return message;
}

export interface Change {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  /** Whether Slack marks the message as edited: it does not where it was changed by its blocks. */
  readonly marked: boolean;
}

/** Changes what a message says. */
export function changeMessage(core: Core, conversation: Conversation, message: Message, change: Change): void {
  const previous = slackMessage(core, message);
  const eventTs = core.nextTimestamp();
  message.formerBlocks = message.blocks;
  message.text = change.text;
  message.blocks = change.blocks;
  if (change.marked) message.edited = eventTs;
  for (const reader of readers(core, conversation, message)) {
    core.bus.tell(reader.id, { type: 'message_changed', message: messageView(core, message) });
  }
  announce(core, conversation, message, {
    subtype: 'message_changed',
    message: slackMessage(core, message),
    previous_message: previous,
    hidden: true,
    ts: eventTs,
    event_ts: eventTs,
  });
}

/** Takes a message away. */
export function deleteMessage(core: Core, conversation: Conversation, message: Message): void {
  const previous = slackMessage(core, message);
  const eventTs = core.nextTimestamp();
  core.conversations.remove(conversation, message.ts);
  for (const reader of readers(core, conversation, message)) {
    core.bus.tell(reader.id, { type: 'message_deleted', conversationId: conversation.id, ts: message.ts });
  }
  announce(core, conversation, message, {
    subtype: 'message_deleted',
    deleted_ts: message.ts,
    previous_message: previous,
    hidden: true,
    ts: eventTs,
    event_ts: eventTs,
  });
}

/** The message with this ts, where this person (or everybody) sees it. */
export function findMessage(conversation: Conversation, ts: string, person: Person | null): Message | undefined {
  const seen = person
    ? visibleMessages(conversation, person)
    : conversation.messages.filter((one) => one.visibleTo === null);
  return seen.find((message) => message.ts === ts);
}
