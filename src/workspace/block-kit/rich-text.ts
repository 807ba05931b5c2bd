import { boolean, type Check, integer, list, oneOf, type Shape, shape, string, typed } from './checks';

const style = shape({
  optional: { bold: boolean, italic: boolean, strike: boolean, code: boolean, underline: boolean },
});

const pieces: Readonly<Record<string, Shape>> = {
  text: { required: { text: string(12_000, 1) }, optional: { style } },
  link: { required: { url: string(3000, 1) }, optional: { text: string(3000), unsafe: boolean, style } },
  emoji: { required: { name: string(255, 1) }, optional: { unicode: string(255), url: string(3000), style } },
  user: { required: { user_id: string(255, 1) }, optional: { style } },
  usergroup: { required: { usergroup_id: string(255, 1) }, optional: { style } },
  channel: { required: { channel_id: string(255, 1) }, optional: { style } },
  broadcast: { required: { range: oneOf('here', 'channel', 'everyone') }, optional: { style } },
  color: { required: { value: string(255, 1) }, optional: { style } },
  date: {
    required: { timestamp: integer(0, 99_999_999_999), format: string(255, 1) },
    optional: { url: string(3000), fallback: string(3000), style },
  },
};

const line = list(typed(pieces, Object.keys(pieces)), 1000, 0);
const border = integer(0, 1);

const parts: Readonly<Record<string, Shape>> = {
  rich_text_section: { required: { elements: line } },
  rich_text_preformatted: { required: { elements: line }, optional: { border } },
  rich_text_quote: { required: { elements: line }, optional: { border } },
};

const lists: Readonly<Record<string, Shape>> = {
  ...parts,
  rich_text_list: {
    required: { elements: list(typed(parts, ['rich_text_section']), 1000), style: oneOf('bullet', 'ordered') },
    optional: { indent: integer(0, 8), border, offset: integer(0, 100_000) },
  },
};

/** What stands in a `rich_text` block. */
export const richTextElements: Check = list(typed(lists, Object.keys(lists)), 1000, 0);

/** A whole `rich_text` object, as in an input's first value or a table's cell. */
export const richText: Check = shape({
  required: { type: oneOf('rich_text'), elements: richTextElements },
  optional: { block_id: string(255, 1) },
});
