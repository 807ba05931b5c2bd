import { emojiAt } from './emoji';
import { type Inline, joinText, type TextBlock } from './inline';
import { safeUrl } from './safe-url';

const listItem = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;
const rule = /^ {0,3}(?:-[ \t]*){3,}$|^ {0,3}(?:\*[ \t]*){3,}$|^ {0,3}(?:_[ \t]*){3,}$/;
const tableRule = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/** The part of CommonMark (with tables and strike-through) that Slack's `markdown` block shows. */
export function parseMarkdown(text: string): TextBlock[] {
  return parseLines(text.replaceAll('\r\n', '\n').split('\n'));
}

function parseLines(lines: readonly string[]): TextBlock[] {
  const blocks: TextBlock[] = [];
  let paragraph: string[] = [];
  const flush = () => {
    if (paragraph.length > 0) blocks.push({ kind: 'lines', children: parseParagraph(paragraph) });
    paragraph = [];
  };
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    const taken = takeBlock(lines, index);
    if (taken) {
      flush();
      blocks.push(taken.block);
      index = taken.next;
      continue;
    }
    if (line.trim() === '') flush();
    else paragraph.push(line.trim());
    index += 1;
  }
  flush();
  return blocks;
}

interface Taken {
  readonly block: TextBlock;
  readonly next: number;
}

function takeBlock(lines: readonly string[], index: number): Taken | null {
  const line = lines[index] ?? '';
  const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading) {
    const children = parseMarkdownInline(heading[2] ?? '');
    return { block: { kind: 'heading', level: heading[1]?.length ?? 1, children }, next: index + 1 };
  }
  if (/^ {0,3}(```|~~~)/.test(line)) return takeFence(lines, index);
  if (rule.test(line)) return { block: { kind: 'rule' }, next: index + 1 };
  if (/^ {0,3}>/.test(line)) return takeQuote(lines, index);
  if (listItem.test(line)) return takeList(lines, index);
  if (line.includes('|') && tableRule.test(lines[index + 1] ?? '')) return takeTable(lines, index);
  return null;
}

function takeFence(lines: readonly string[], index: number): Taken {
  const mark = /^ {0,3}(```|~~~)/.exec(lines[index] ?? '')?.[1] ?? '```';
  let end = index + 1;
  while (end < lines.length && !lines[end]?.trimStart().startsWith(mark)) end += 1;
  const children = lines.slice(index + 1, end).flatMap((line, at): Inline[] => {
    const piece: Inline = { kind: 'text', text: line };
    return at === 0 ? [piece] : [{ kind: 'break' }, piece];
  });
  return { block: { kind: 'pre', children }, next: end + 1 };
}

function takeQuote(lines: readonly string[], index: number): Taken {
  let end = index;
  while (end < lines.length && /^ {0,3}>/.test(lines[end] ?? '')) end += 1;
  const inner = lines.slice(index, end).map((line) => line.replace(/^ {0,3}> ?/, ''));
  return { block: { kind: 'quote', children: parseLines(inner) }, next: end };
}

function takeList(lines: readonly string[], index: number): Taken {
  const first = listItem.exec(lines[index] ?? '');
  const indent = first?.[1]?.length ?? 0;
  const ordered = /\d/.test(first?.[2] ?? '');
  const items: string[][] = [];
  let end = index;
  while (end < lines.length) {
    const line = lines[end] ?? '';
    const match = listItem.exec(line);
    const depth = match?.[1]?.length ?? 0;
    if (match && depth <= indent) {
      if (depth < indent || /\d/.test(match[2] ?? '') !== ordered) break;
      items.push([match[3] ?? '']);
    } else if (line.trim() === '') {
      if (!listItem.test(lines[end + 1] ?? '')) break;
    } else if (match || /^\s{2,}/.test(line)) {
      items.at(-1)?.push(line.slice(Math.min(indent + 2, line.search(/\S/))));
    } else break;
    end += 1;
  }
  const start = ordered ? Number.parseInt(first?.[2] ?? '1', 10) : 1;
  return { block: { kind: 'list', ordered, start, items: items.map((item) => parseLines(item)) }, next: end };
}

function takeTable(lines: readonly string[], index: number): Taken {
  let end = index + 2;
  while (end < lines.length && lines[end]?.includes('|')) end += 1;
  const rows = lines.slice(index + 2, end).map(tableCells);
  return { block: { kind: 'table', head: tableCells(lines[index] ?? ''), rows }, next: end };
}

function tableCells(line: string): Inline[][] {
  return line
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => parseMarkdownInline(cell.trim().replaceAll('\\|', '|')));
}

function parseParagraph(lines: readonly string[]): Inline[] {
  return lines.flatMap((line, index): Inline[] => {
    const pieces = parseMarkdownInline(line);
    return index === 0 ? pieces : [{ kind: 'break' }, ...pieces];
  });
}

const spans = [
  ['***', ['bold', 'italic']],
  ['**', ['bold']],
  ['__', ['bold']],
  ['~~', ['strike']],
  ['*', ['italic']],
  ['_', ['italic']],
] as const;

/** Emphasis, code, links and emoji within one paragraph. */
export function parseMarkdownInline(text: string): Inline[] {
  const pieces: Inline[] = [];
  let index = 0;
  while (index < text.length) {
    const found = pieceAt(text, index);
    pieces.push(found?.piece ?? { kind: 'text', text: text[index] ?? '' });
    index += found?.length ?? 1;
  }
  return joinText(pieces);
}

function pieceAt(text: string, index: number): { piece: Inline; length: number } | null {
  const rest = text.slice(index);
  const escaped = /^\\([!-/:-@[-`{-~])/.exec(rest);
  if (escaped) return { piece: { kind: 'text', text: escaped[1] ?? '' }, length: 2 };
  const code = /^(`+)([^`]|[^`].*?[^`])\1(?!`)/.exec(rest);
  if (code)
    return { piece: { kind: 'code', children: [{ kind: 'text', text: code[2] ?? '' }] }, length: code[0].length };
  const link = /^!?\[([^\]]*)\]\((\S+?)(?:\s+"[^"]*")?\)/.exec(rest);
  const bare = link ? null : /^<?(https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"\]*_~])>?/.exec(rest);
  const url = safeUrl(link?.[2] ?? bare?.[1] ?? '');
  if (url !== null && (link || bare)) {
    const children = link ? parseMarkdownInline(link[1] ?? '') : [{ kind: 'text', text: url } as const];
    return { piece: { kind: 'link', url, children }, length: (link ?? bare)?.[0].length ?? 0 };
  }
  const emoji = rest.startsWith(':') ? emojiAt(text, index) : null;
  if (emoji) return { piece: { kind: 'emoji', name: emoji.name, glyph: emoji.glyph }, length: emoji.length };
  return spanAt(text, index);
}

function spanAt(text: string, index: number): { piece: Inline; length: number } | null {
  for (const [mark, kinds] of spans) {
    if (!text.startsWith(mark, index) || /\s|^$/.test(text[index + mark.length] ?? '')) continue;
    if (mark.startsWith('_') && /[\p{L}\p{N}]/u.test(text[index - 1] ?? '')) continue;
    const end = text.indexOf(mark, index + mark.length + 1);
    if (end < 0 || /\s/.test(text[end - 1] ?? '')) continue;
    if (mark.startsWith('_') && /[\p{L}\p{N}]/u.test(text[end + mark.length] ?? '')) continue;
    const inner = parseMarkdownInline(text.slice(index + mark.length, end));
    const piece = kinds.reduceRight<readonly Inline[]>((children, kind) => [{ kind, children }], inner)[0];
    if (piece) return { piece, length: end + mark.length - index };
  }
  return null;
}
