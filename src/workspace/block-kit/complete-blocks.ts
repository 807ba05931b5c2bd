import { blockIdentifier } from '../ids';
import { isJsonObject, type JsonObject } from '../json';
import type { SlackBlock, SlackView } from '../protocol';

const interactive =
  /^(button|overflow|checkboxes|radio_buttons|(multi_)?(static|external|users|conversations|channels)_select|.*picker|.*_input)$/;

function completeValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(completeValue);
  if (!isJsonObject(value)) return value;
  const fields: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    if (field !== null && field !== undefined) fields[key] = completeValue(field);
  }
  if (value.type === 'plain_text') fields.emoji ??= true;
  if (value.type === 'mrkdwn') fields.verbatim ??= false;
  if (interactive.test(String(value.type))) fields.action_id ??= blockIdentifier();
  return fields;
}

/** Checked blocks as Slack keeps them: with a block_id, action_ids, and the defaults of text objects. */
export function completeBlocks(blocks: unknown): SlackBlock[] {
  if (!Array.isArray(blocks)) return [];
  return blocks.map((block: JsonObject) => {
    const complete = completeValue(block) as SlackBlock;
    return { ...complete, block_id: complete.block_id ?? blockIdentifier() };
  });
}

/** A checked view as Slack keeps it. */
export function completeView(view: unknown): SlackView {
  const complete = completeValue(view) as SlackView;
  return { ...complete, blocks: completeBlocks(complete.blocks) };
}
