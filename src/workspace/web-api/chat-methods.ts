import { completeBlocks } from '../block-kit/complete-blocks';
import { inspectMessageBlocks, isTooLong } from '../block-kit/message-blocks';
import type { Conversation, Message } from '../conversations';
import type { Core } from '../core';
import { changeMessage, deleteMessage, findMessage, postMessage } from '../messages';
import type { SlackBlock } from '../protocol';
import { slackMessage } from '../slack-objects';
import { type Arguments, blocksOf, requiredText, textOf } from './arguments';
import type { WebMethods } from './method';
import { knownConversation, knownPerson, postingPlace } from './places';
import { ApiRefusal } from './refusal';

/** Slack cuts or refuses longer texts, and takes less in an update. */
const mostText = { post: 40_000, update: 4_000 } as const;

interface Content {
  readonly text: string;
  /** Undefined where the call has no `blocks`. */
  readonly blocks: SlackBlock[] | undefined;
}

function contentOf(args: Arguments, kind: keyof typeof mostText): Content {
  const text = textOf(args, 'text') ?? '';
  const blocks = blocksOf(args);
  if (textOf(args, 'attachments') !== undefined && args.attachments !== '[]')
    throw new ApiRefusal('invalid_attachments');
  const problems = blocks === undefined ? [] : inspectMessageBlocks(blocks);
  if (problems.length > 0) {
    const messages = problems.map((problem) => `[ERROR] ${problem}`);
    throw new ApiRefusal('invalid_blocks', { errors: problems, response_metadata: { messages } });
  }
  if (text.length > mostText[kind]) throw new ApiRefusal('msg_too_long');
  if (isTooLong(blocks)) throw new ApiRefusal('msg_blocks_too_long');
  if (text === '' && (blocks ?? []).length === 0) throw new ApiRefusal('no_text');
  return { text, blocks: blocks === undefined ? undefined : completeBlocks(blocks) };
}

function threadOf(args: Arguments, conversation: Conversation): string | null {
  const threadTs = textOf(args, 'thread_ts');
  if (threadTs === undefined) return null;
  if (!/^\d+\.\d+$/.test(threadTs)) throw new ApiRefusal('invalid_thread_ts');
  const parent = findMessage(conversation, threadTs, null);
  if (!parent) throw new ApiRefusal('thread_not_found');
  return parent.threadTs ?? parent.ts;
}

function ownMessage(core: Core, args: Arguments, refusal: string): { conversation: Conversation; message: Message } {
  const conversation = knownConversation(core, requiredText(args, 'channel'));
  const message = findMessage(conversation, requiredText(args, 'ts'), null);
  if (!message) throw new ApiRefusal('message_not_found');
  if (message.author !== core.people.bot.id) throw new ApiRefusal(refusal);
  return { conversation, message };
}

export const chatMethods: WebMethods = {
  'chat.postMessage': {
    tier: 'posting',
    scopes: ['chat:write'],
    run(core, args) {
      const channel = requiredText(args, 'channel');
      const content = contentOf(args, 'post');
      const conversation = postingPlace(core, channel);
      const message = postMessage(core, conversation, {
        author: core.people.bot.id,
        text: content.text,
        blocks: content.blocks ?? [],
        threadTs: threadOf(args, conversation),
      });
      return { channel: conversation.id, ts: message.ts, message: slackMessage(core, message) };
    },
  },
  'chat.postEphemeral': {
    tier: 4,
    scopes: ['chat:write'],
    run(core, args) {
      const channel = requiredText(args, 'channel');
      const user = requiredText(args, 'user');
      const content = contentOf(args, 'post');
      const conversation = postingPlace(core, channel);
      const person = knownPerson(core, user);
      if (!conversation.members.has(person.id)) throw new ApiRefusal('user_not_in_channel');
      const message = postMessage(core, conversation, {
        author: core.people.bot.id,
        text: content.text,
        blocks: content.blocks ?? [],
        threadTs: threadOf(args, conversation),
        visibleTo: person.id,
      });
      return { message_ts: message.ts };
    },
  },
  'chat.update': {
    tier: 3,
    scopes: ['chat:write'],
    run(core, args) {
      const { conversation, message } = ownMessage(core, args, 'cant_update_message');
      const { text, blocks } = contentOf(args, 'update');
      // A text without blocks takes the place of blocks; blocks without a text leave the text as it was.
      const change = { text: text === '' ? message.text : text, blocks: blocks ?? [], marked: blocks === undefined };
      changeMessage(core, conversation, message, change);
      return { channel: conversation.id, ts: message.ts, text: message.text, message: slackMessage(core, message) };
    },
  },
  'chat.delete': {
    tier: 3,
    scopes: ['chat:write'],
    run(core, args) {
      const { conversation, message } = ownMessage(core, args, 'cant_delete_message');
      deleteMessage(core, conversation, message);
      return { channel: conversation.id, ts: message.ts };
    },
  },
};
