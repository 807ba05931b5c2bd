import { isJsonObject } from '../json';
import { messageBlocks } from './blocks';
import { startInspection } from './checks';

/** Slack's undocumented limit on all text of a message's blocks together (bolt-js #2509). */
const mostText = 13_200;

/** What Slack refuses in the blocks of a message, one sentence each; nothing where all is well. */
export function inspectMessageBlocks(blocks: unknown): readonly string[] {
  const inspection = startInspection('message');
  messageBlocks(blocks, '/blocks', inspection);
  return inspection.problems;
}

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + textLength(item), 0);
  if (!isJsonObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, field]) => sum + (key === 'text' && typeof field === 'string' ? field.length : textLength(field)),
    0,
  );
}

/** Whether all text in these blocks together is more than one message takes. */
export function isTooLong(blocks: unknown): boolean {
  return textLength(blocks) > mostText;
}
