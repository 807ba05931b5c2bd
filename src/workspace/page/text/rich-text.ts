import type { RichTextBlock, RichTextElement, RichTextList, RichTextSection } from '@slack/types';
import { emojiGlyph } from './emoji';
import { type Inline, joinText, type TextBlock } from './inline';
import { safeUrl } from './safe-url';
import { type DateReader, formatSlackDate } from './slack-date';

/** A rich_text block, as the same tree that mrkdwn gives. Neighbouring lists with deeper indents nest. */
export function readRichText(block: RichTextBlock, reader: DateReader): TextBlock[] {
  const blocks: TextBlock[] = [];
  for (let index = 0; index < block.elements.length; index += 1) {
    const element = block.elements[index];
    if (!element) continue;
    if (element.type === 'rich_text_list') {
      const lists: RichTextList[] = [];
      for (let next = block.elements[index]; next?.type === 'rich_text_list'; next = block.elements[index]) {
        lists.push(next);
        index += 1;
      }
      index -= 1;
      blocks.push(...readLists(lists, reader));
      continue;
    }
    const children = readElements(element.elements, reader);
    if (element.type === 'rich_text_preformatted') blocks.push({ kind: 'pre', children });
    else if (element.type === 'rich_text_quote')
      blocks.push({ kind: 'quote', children: [{ kind: 'lines', children }] });
    else blocks.push({ kind: 'lines', children });
  }
  return blocks;
}

function readLists(lists: readonly RichTextList[], reader: DateReader): TextBlock[] {
  const blocks: TextBlock[] = [];
  const depth = Math.min(...lists.map((list) => list.indent ?? 0));
  for (let index = 0; index < lists.length; index += 1) {
    const list = lists[index];
    if (!list) continue;
    const items: TextBlock[][] = list.elements.map((item) => readItem(item, reader));
    const deeper: RichTextList[] = [];
    while ((lists[index + 1]?.indent ?? 0) > depth) {
      index += 1;
      const next = lists[index];
      if (next) deeper.push(next);
    }
    if (deeper.length > 0) items.at(-1)?.push(...readLists(deeper, reader));
    blocks.push({ kind: 'list', ordered: list.style === 'ordered', start: 1, items });
  }
  return blocks;
}

function readItem(item: RichTextSection, reader: DateReader): TextBlock[] {
  return [{ kind: 'lines', children: readElements(item.elements, reader) }];
}

function readElements(elements: readonly RichTextElement[], reader: DateReader): Inline[] {
  return joinText(elements.flatMap((element) => styled(element, readElement(element, reader))));
}

function readElement(element: RichTextElement, reader: DateReader): Inline[] {
  switch (element.type) {
    case 'text':
      return lines(element.text);
    case 'link': {
      const url = safeUrl(element.url);
      const children = lines(element.text ?? element.url);
      return url === null ? children : [{ kind: 'link', url, children }];
    }
    case 'user':
      return [{ kind: 'user', id: element.user_id, label: null }];
    case 'channel':
      return [{ kind: 'channel', id: element.channel_id, label: null }];
    case 'usergroup':
      return [{ kind: 'group', id: element.usergroup_id, label: null }];
    case 'broadcast':
      return [{ kind: 'broadcast', range: element.range }];
    case 'emoji': {
      const glyph = emojiGlyph(element.name);
      return glyph === null
        ? [{ kind: 'text', text: `:${element.name}:` }]
        : [{ kind: 'emoji', name: element.name, glyph }];
    }
    case 'date':
      return [{ kind: 'text', text: formatSlackDate(element.timestamp, element.format, reader) }];
    case 'color':
      return [{ kind: 'text', text: element.value }];
    case 'team':
      return [{ kind: 'text', text: element.team_id }];
    default:
      return [];
  }
}

function lines(text: string): Inline[] {
  return text
    .split('\n')
    .flatMap((line, index): Inline[] =>
      index === 0 ? [{ kind: 'text', text: line }] : [{ kind: 'break' }, { kind: 'text', text: line }],
    );
}

function styled(element: RichTextElement, pieces: Inline[]): Inline[] {
  const style = element.style;
  let result = pieces;
  if (style?.code) result = [{ kind: 'code', children: result }];
  if (style?.strike) result = [{ kind: 'strike', children: result }];
  if (style?.underline) result = [{ kind: 'underline', children: result }];
  if (style?.italic) result = [{ kind: 'italic', children: result }];
  if (style?.bold) result = [{ kind: 'bold', children: result }];
  return result;
}
