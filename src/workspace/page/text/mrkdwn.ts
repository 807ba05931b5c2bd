import { emojiAt } from './emoji';
import { type Inline, joinText, type TextBlock } from './inline';
import { parsePlainText } from './plain-text';
import { safeUrl } from './safe-url';
import { type DateReader, formatSlackDate } from './slack-date';

/** How a text is read: `verbatim` turns off the linking of bare addresses, as in a mrkdwn text object. */
export interface MrkdwnOptions {
  readonly reader: DateReader;
  readonly verbatim?: boolean;
}

const emphasis = { '*': 'bold', _: 'italic', '~': 'strike' } as const;
const bareUrl = /^https?:\/\/[^\s<>|`]+/;
const bareEmail = /^[\w.+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?![\w@])/i;

/**
 * Slack's mrkdwn as a tree. What it does not know stays text; nothing in it can become HTML.
 * https://docs.slack.dev/messaging/formatting-message-text
 */
export function parseMrkdwn(text: string, options: MrkdwnOptions): TextBlock[] {
  const blocks: TextBlock[] = [];
  const fence = /```([\s\S]+?)```/g;
  let from = 0;
  for (let match = fence.exec(text); match; match = fence.exec(text)) {
    blocks.push(...parseLines(text.slice(from, match.index).replace(/\n$/, ''), options));
    blocks.push({ kind: 'pre', children: parseCode((match[1] ?? '').replace(/^\n|\n$/g, ''), options) });
    from = match.index + match[0].length;
    if (text[from] === '\n') from += 1;
  }
  if (from < text.length) blocks.push(...parseLines(text.slice(from), options));
  return blocks;
}

/** One line of mrkdwn, without quotes and fences: emphasis does not reach across line ends in Slack. */
export function parseMrkdwnLine(line: string, options: MrkdwnOptions): Inline[] {
  const pieces: Inline[] = [];
  let index = 0;
  while (index < line.length) {
    const found = pieceAt(line, index, options);
    pieces.push(found?.piece ?? { kind: 'text', text: line[index] ?? '' });
    index += found?.length ?? 1;
  }
  return joinText(pieces);
}

interface Found {
  readonly piece: Inline;
  readonly length: number;
}

function parseLines(text: string, options: MrkdwnOptions): TextBlock[] {
  const blocks: TextBlock[] = [];
  const lines = text.split('\n');
  let run: { quoted: boolean; children: Inline[] } | null = null;
  const close = () => {
    if (!run) return;
    const body: TextBlock = { kind: 'lines', children: run.children };
    blocks.push(run.quoted ? { kind: 'quote', children: [body] } : body);
    run = null;
  };
  let quotedToEnd = false;
  for (const line of lines) {
    const toEnd: RegExpExecArray | null = quotedToEnd ? null : /^(?:>|&gt;){3} ?/.exec(line);
    if (toEnd) quotedToEnd = true;
    const mark: RegExpExecArray | null = toEnd ?? (quotedToEnd ? null : /^(?:>|&gt;) ?/.exec(line));
    const quoted: boolean = quotedToEnd || mark !== null;
    if (run && run.quoted !== quoted) close();
    const children = parseMrkdwnLine(line.slice(mark?.[0].length ?? 0), options);
    if (run) run.children.push({ kind: 'break' }, ...children);
    else run = { quoted, children };
  }
  close();
  return text === '' ? [] : blocks;
}

function pieceAt(line: string, index: number, options: MrkdwnOptions): Found | null {
  const character = line[index] ?? '';
  if (character === '<') return angleAt(line, index, options);
  if (character === '&') return entityAt(line, index);
  if (character === '`') return codeAt(line, index, options);
  if (character === ':') {
    const emoji = emojiAt(line, index);
    return emoji && { piece: { kind: 'emoji', name: emoji.name, glyph: emoji.glyph }, length: emoji.length };
  }
  if (character in emphasis) return emphasisAt(line, index, options);
  if (options.verbatim || isWordCharacter(line[index - 1])) return null;
  return bareUrlAt(line, index) ?? bareEmailAt(line, index);
}

function entityAt(line: string, index: number): Found | null {
  for (const [entity, text] of entities) {
    if (line.startsWith(entity, index)) return { piece: { kind: 'text', text }, length: entity.length };
  }
  return null;
}

const entities = [
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
] as const;

/** Undoes the three escapes that Slack has. */
export function unescapeSlack(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>' })[name] ?? '');
}

function codeAt(line: string, index: number, options: MrkdwnOptions): Found | null {
  const end = line.indexOf('`', index + 1);
  if (end <= index + 1) return null;
  return {
    piece: { kind: 'code', children: parseCode(line.slice(index + 1, end), options) },
    length: end + 1 - index,
  };
}

/** Inside code only entities and `<…>` have a meaning. */
function parseCode(text: string, options: MrkdwnOptions): Inline[] {
  const pieces: Inline[] = [];
  let index = 0;
  while (index < text.length) {
    const character = text[index] ?? '';
    const found = character === '<' ? angleAt(text, index, options) : character === '&' ? entityAt(text, index) : null;
    pieces.push(found?.piece ?? (character === '\n' ? { kind: 'break' } : { kind: 'text', text: character }));
    index += found?.length ?? 1;
  }
  return joinText(pieces);
}

function emphasisAt(line: string, index: number, options: MrkdwnOptions): Found | null {
  const mark = line[index] as keyof typeof emphasis;
  const next = line[index + 1];
  if (isWordCharacter(line[index - 1]) || line[index - 1] === mark) return null;
  if (next === undefined || /\s/.test(next) || next === mark) return null;
  const end = closingMark(line, index + 1, mark);
  if (end === null) return null;
  return {
    piece: { kind: emphasis[mark], children: parseMrkdwnLine(line.slice(index + 1, end), options) },
    length: end + 1 - index,
  };
}

function closingMark(line: string, from: number, mark: string): number | null {
  let index = from;
  while (index < line.length) {
    const character = line[index];
    if (character === '<' || character === '`') {
      const end = line.indexOf(character === '<' ? '>' : '`', index + 1);
      if (end > 0) {
        index = end + 1;
        continue;
      }
    }
    const closes = character === mark && index > from && !/\s/.test(line[index - 1] ?? ' ');
    if (closes && !isWordCharacter(line[index + 1]) && line[index + 1] !== mark) return index;
    index += 1;
  }
  return null;
}

function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}

function bareUrlAt(line: string, index: number): Found | null {
  const match = line[index] === 'h' ? bareUrl.exec(line.slice(index))?.[0] : undefined;
  if (!match) return null;
  const raw = match.replace(/[*_~.,;:!?)'"\]]+$/, '');
  const url = safeUrl(unescapeSlack(raw));
  if (url === null) return null;
  return { piece: { kind: 'link', url, children: [{ kind: 'text', text: url }] }, length: raw.length };
}

function bareEmailAt(line: string, index: number): Found | null {
  if (/[\w.+-]/.test(line[index - 1] ?? ' ')) return null;
  const match = bareEmail.exec(line.slice(index))?.[0];
  if (!match) return null;
  return {
    piece: { kind: 'link', url: `mailto:${match}`, children: [{ kind: 'text', text: match }] },
    length: match.length,
  };
}

function angleAt(line: string, index: number, options: MrkdwnOptions): Found | null {
  const end = line.indexOf('>', index + 1);
  if (end < 0) return null;
  const content = line.slice(index + 1, end);
  const bar = content.indexOf('|');
  const target = bar < 0 ? content : content.slice(0, bar);
  const label = bar < 0 ? null : content.slice(bar + 1);
  const piece = anglePiece(target, label === '' ? null : label, options);
  return piece && { piece, length: end + 1 - index };
}

function anglePiece(target: string, label: string | null, options: MrkdwnOptions): Inline | null {
  const name = label === null ? null : unescapeSlack(label);
  if (/^@[UW]\w+$/.test(target)) return { kind: 'user', id: target.slice(1), label: name };
  if (/^#[CGD]\w+$/.test(target)) return { kind: 'channel', id: target.slice(1), label: name };
  const group = /^!subteam\^(\w+)$/.exec(target);
  if (group?.[1]) return { kind: 'group', id: group[1], label: name };
  const date = /^!date\^(\d+)\^([^^]+)(?:\^(.+))?$/.exec(target);
  if (date) return datePiece(Number(date[1]), date[2] ?? '', date[3] ?? null, name, options);
  const broadcast = /^!(here|channel|everyone)$/.exec(target);
  if (broadcast?.[1]) return { kind: 'broadcast', range: broadcast[1] };
  if (target.startsWith('!')) return name === null ? null : { kind: 'text', text: name };
  const url = safeUrl(unescapeSlack(target));
  if (url === null) return null;
  return { kind: 'link', url, children: parsePlainText(name ?? url.replace(/^mailto:/, '')) };
}

function datePiece(
  seconds: number,
  format: string,
  link: string | null,
  fallback: string | null,
  options: MrkdwnOptions,
): Inline {
  // A time that no calendar holds is why there is a fallback.
  const text = Number.isNaN(new Date(seconds * 1000).getTime())
    ? (fallback ?? '')
    : formatSlackDate(seconds, unescapeSlack(format), options.reader);
  const url = link === null ? null : safeUrl(unescapeSlack(link));
  const shown: Inline = { kind: 'text', text };
  return url === null ? shown : { kind: 'link', url, children: [shown] };
}
