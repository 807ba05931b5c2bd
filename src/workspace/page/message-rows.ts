import type { MessageView } from '../protocol';
import { dateOfTs } from './message-time';
import { isoDay } from './text/slack-date';

/** A message with its thread, and how it stands to the one above. */
export interface MessageRow {
  readonly message: MessageView;
  readonly replies: readonly MessageView[];
  /** First of its day. */
  readonly startsDay: boolean;
  /** Same author shortly after: shown without picture and name. */
  readonly continues: boolean;
  /** First one that the person had not seen when the conversation was opened. */
  readonly startsNew: boolean;
}

const continuesWithinSeconds = 300;

/**
 * Messages in reading order; replies stand with their parent, and those of an unknown parent for themselves.
 * @param seenTs what the person had seen at opening; null when nothing shall be marked
 */
export function messageRows(messages: readonly MessageView[], seenTs: string | null, me: string): MessageRow[] {
  const known = new Set(messages.map((message) => message.ts));
  const isReply = (message: MessageView) =>
    message.threadTs !== null && message.threadTs !== message.ts && known.has(message.threadTs);
  const tops = messages.filter((message) => !isReply(message));
  let marked = seenTs === null;
  return tops.map((message, index): MessageRow => {
    const above = tops[index - 1];
    const replies = messages.filter((other) => isReply(other) && other.threadTs === message.ts);
    const startsDay = !above || isoDay(dateOfTs(above.ts)) !== isoDay(dateOfTs(message.ts));
    const startsNew = !marked && above !== undefined && message.ts > (seenTs ?? '') && message.author !== me;
    if (startsNew || message.ts > (seenTs ?? '')) marked = true;
    const aboveHasReplies =
      above !== undefined && messages.some((other) => isReply(other) && other.threadTs === above.ts);
    const continues =
      !startsDay &&
      !startsNew &&
      !aboveHasReplies &&
      above?.author === message.author &&
      above.ephemeral === message.ephemeral &&
      !above.system &&
      !message.system &&
      Number.parseFloat(message.ts) - Number.parseFloat(above.ts) < continuesWithinSeconds;
    return { message, replies, startsDay, continues, startsNew };
  });
}
