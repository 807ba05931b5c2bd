import type { Archive } from './archive';
import { lastSheetColumn, lastSheetRow, type SheetLimits } from './sheet.types';
import { createTextStore, type TextStore } from './text-store';
import { readRelationships } from './workbook-parts';
import { createXmlReader, type XmlReader } from './xml-reader';
import type { XmlAttributes } from './xml-scanner';

/**
 * What stands behind the rows in a sheet's XML but belongs to its cells. Rows and columns are 1-based. Asking is cheap
 * when the rows are asked for from top to bottom.
 */
export interface SheetTail {
  linkOf(row: number, column: number): string | undefined;
  /** Whether a merged cell hides this one, so that a person does not see what it holds. */
  hides(row: number, column: number): boolean;
}

interface CellRange {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

type LinkRange = CellRange & { readonly target: number };

// Excel itself keeps at most 65,530 links; other programs write more.
const maxRanges = 2_000_000;

/**
 * Reads hyperlinks and merged ranges. They follow the rows, so this inflates the whole sheet once beforehand and parses
 * only what comes after `</sheetData>`; that way a sheet that is cut or damaged is also known before its first row.
 * Throws `SheetUnreadable` for such a sheet.
 */
export async function readSheetTail(archive: Archive, sheet: string, limits: SheetLimits): Promise<SheetTail> {
  const targets = createTextStore();
  const targetOf = new Map<string, number>();
  await readRelationships(archive, sheet, limits, (id, { type, target }) => {
    if (type === 'hyperlink') targetOf.set(id, targets.add(target));
  });

  const links: LinkRange[] = [];
  const merges: CellRange[] = [];
  const collect = (name: string, attributes: XmlAttributes) => {
    if (links.length + merges.length >= maxRanges) return;
    if (name === 'hyperlink') {
      const target = targetOf.get(attributes.getPrefixed('id') ?? '');
      const range = target === undefined ? undefined : parseRange(attributes.get('ref'));
      if (!range || target === undefined) return;
      links.push({ top: range.top, left: range.left, bottom: range.bottom, right: range.right, target });
    } else if (name === 'mergeCell') {
      const range = parseRange(attributes.get('ref'));
      if (range) merges.push(range);
    }
  };

  let reader: XmlReader | undefined;
  let carried: Buffer = Buffer.alloc(0);
  for await (const chunk of archive.inflate(sheet)) {
    if (reader) {
      reader.write(chunk);
      continue;
    }
    // The tag may lie across two chunks; whole chunks are not copied for that.
    const border = Buffer.concat([carried, chunk.subarray(0, longestTag)]);
    const inBorder = findRowsEnd(border);
    const end = inBorder ?? findRowsEnd(chunk);
    if (end) {
      reader = createXmlReader({ open: collect }, limits.maxCellLength);
      // The rest of the document needs an open root to be well formed.
      reader.write(Buffer.from(`<${end.prefix}worksheet>`));
      if (inBorder) reader.write(border.subarray(end.offset));
      reader.write(chunk.subarray(inBorder ? longestTag : end.offset));
    }
    const last = chunk.length < longestTag ? border : chunk;
    carried = last.subarray(Math.max(0, last.length - longestTag));
  }
  reader?.end();
  targetOf.clear();
  return { linkOf: linkFinder(links, targets), hides: coverFinder(merges) };
}

const longestTag = 128;

function findRowsEnd(bytes: Buffer): { offset: number; prefix: string } | undefined {
  for (let at = bytes.indexOf('sheetData'); at >= 0; at = bytes.indexOf('sheetData', at + 1)) {
    const from = Math.max(0, at - longestTag / 2);
    const tag = /<(\/?)((?:[^<>/:\s]+:)?)sheetData\s*(\/?)>/.exec(bytes.toString('latin1', from, at + longestTag / 2));
    if (tag && (tag[1] || tag[3])) return { offset: from + tag.index + tag[0].length, prefix: tag[2] ?? '' };
  }
  return undefined;
}

const rangeShape = /^\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?$/;

function parseRange(reference: string | undefined): CellRange | undefined {
  const match = rangeShape.exec(reference ?? '');
  if (!match) return undefined;
  const [, left = '', top = '', right = left, bottom = top] = match;
  const range = { top: Number(top), left: columnOf(left), bottom: Number(bottom), right: columnOf(right) };
  return range.bottom <= lastSheetRow && range.right <= lastSheetColumn ? range : undefined;
}

function columnOf(letters: string): number {
  let column = 0;
  for (let index = 0; index < letters.length; index += 1) column = column * 26 + letters.charCodeAt(index) - 64;
  return column;
}

/** Finds the ranges that cross a row; moves through them once while the rows go down. */
function rowSweep<Range extends CellRange>(ranges: Range[]): (row: number) => readonly Range[] {
  ranges.sort((a, b) => a.top - b.top || a.left - b.left);
  let crossing: Range[] = [];
  let next = 0;
  let current = 0;
  return (row) => {
    if (row === current) return crossing;
    if (row < current) {
      next = 0;
      crossing = [];
    }
    current = row;
    if (crossing.length > 0) crossing = crossing.filter((range) => range.bottom >= row);
    for (let range = ranges[next]; range && range.top <= row; range = ranges[next]) {
      if (range.bottom >= row) crossing.push(range);
      next += 1;
    }
    return crossing;
  };
}

function linkFinder(links: LinkRange[], targets: TextStore): SheetTail['linkOf'] {
  if (links.length === 0) return () => undefined;
  const crossing = rowSweep(links);
  return (row, column) => {
    for (const range of crossing(row)) {
      if (range.left <= column && column <= range.right) return targets.get(range.target);
    }
    return undefined;
  };
}

function coverFinder(merges: CellRange[]): SheetTail['hides'] {
  if (merges.length === 0) return () => false;
  const crossing = rowSweep(merges);
  return (row, column) =>
    crossing(row).some(
      (range) => range.left <= column && column <= range.right && (range.left !== column || range.top !== row),
    );
}
