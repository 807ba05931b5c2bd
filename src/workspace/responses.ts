import { completeBlocks } from './block-kit/complete-blocks';
import { inspectMessageBlocks } from './block-kit/message-blocks';
import type { Core } from './core';
import { isJsonObject, stringOr } from './json';
import { changeMessage, deleteMessage, findMessage, postMessage } from './messages';
import type { ResponseTarget } from './response-urls';

/** What Slack answers to a response that it does not take. */
export interface ResponseRefusal {
  readonly error: string;
  readonly messages: readonly string[];
}

function refusal(error: string, messages: readonly string[] = []): ResponseRefusal {
  return { error, messages };
}

/** Carries out what an app sent to a response_url, or with its acknowledgement of a command; null where all is well. */
export function applyResponse(core: Core, target: ResponseTarget, body: unknown): ResponseRefusal | null {
  const response = typeof body === 'string' ? { text: body } : body;
  if (!isJsonObject(response)) return refusal('invalid_payload');
  const conversation = core.conversations.byId(target.conversationId);
  const person = core.people.byId(target.personId);
  if (!conversation || !person) return refusal('channel_not_found');
  const original = target.messageTs === null ? undefined : findMessage(conversation, target.messageTs, person);

  if (response.delete_original === true) {
    if (!original) return refusal('message_not_found');
    deleteMessage(core, conversation, original);
    return null;
  }
  const problems = response.blocks === undefined ? [] : inspectMessageBlocks(response.blocks);
  if (problems.length > 0) return refusal('invalid_blocks', problems);
  const blocks = completeBlocks(response.blocks);
  const text = stringOr(response.text, '');
  if (text === '' && blocks.length === 0) return refusal('no_text');
  if (text.length > 40_000) return refusal('msg_too_long');

  if (response.replace_original === true && target.messageTs !== null) {
    if (!original) return refusal('message_not_found');
    changeMessage(core, conversation, original, { text, blocks, marked: false });
    return null;
  }
  postMessage(core, conversation, {
    author: core.people.bot.id,
    text,
    blocks,
    threadTs: stringOr(response.thread_ts, null),
    visibleTo: response.response_type === 'in_channel' ? null : person.id,
  });
  return null;
}
