import { posix } from 'node:path';
import { type Archive, partKey } from './archive';
import { type NumberFormat, readNumberFormat } from './number-format';
import { type SheetLimits, SheetUnreadable } from './sheet.types';
import { createTextStore, type TextStore } from './text-store';
import { createXmlReader, type XmlHandlers } from './xml-reader';
import { unescapeXmlText } from './xml-text';

type PartLimits = Pick<SheetLimits, 'maxCellLength'>;

/** One relationship of a part. `target` is a part's key, or the address itself when it is external. */
export interface Relationship {
  readonly type: string;
  readonly target: string;
}

export interface WorkbookParts {
  /** Key of the first visible sheet in the order of the tabs. */
  readonly sheet: string;
  readonly epoch1904: boolean;
  readonly sharedStrings: string | undefined;
  readonly styles: string | undefined;
}

/** Reads one part of the archive through the handlers, from its first byte to its last. */
export async function readPart(archive: Archive, part: string, handlers: XmlHandlers, limits: PartLimits) {
  const reader = createXmlReader(handlers, limits.maxCellLength);
  for await (const chunk of archive.inflate(part)) reader.write(chunk);
  reader.end();
}

/**
 * Calls `onRelationship` for each relationship of a part ('' for the package itself). Types are given by their last
 * word (`worksheet`), since the strict and the transitional form of the standard differ before it.
 */
export async function readRelationships(
  archive: Archive,
  part: string,
  limits: PartLimits,
  onRelationship: (id: string, relationship: Relationship) => void,
): Promise<void> {
  const folder = posix.dirname(part);
  const rels = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  if (!archive.has(rels)) return;
  // Of thousands of links all have the same type.
  let type = '';
  let kind = '';
  const open: XmlHandlers['open'] = (name, attributes) => {
    if (name !== 'Relationship') return;
    const id = attributes.get('Id');
    const target = attributes.get('Target');
    if (id === undefined || target === undefined) return;
    if (type !== attributes.get('Type')) {
      type = attributes.get('Type') ?? '';
      kind = type.slice(type.lastIndexOf('/') + 1);
    }
    const isAddress = kind === 'hyperlink' || attributes.get('TargetMode') === 'External';
    const resolved = isAddress ? target : partKey(posix.resolve('/', folder, decodePartName(target)));
    onRelationship(id, { type: kind, target: resolved });
  };
  await readPart(archive, rels, { open }, limits);
}

function decodePartName(target: string): string {
  try {
    return decodeURI(target);
  } catch {
    return target;
  }
}

/** Finds the parts that a reader needs. Throws `SheetUnreadable` ('no_sheet') when every sheet is hidden. */
export async function findWorkbookParts(archive: Archive, limits: PartLimits): Promise<WorkbookParts> {
  let workbook: string | undefined;
  await readRelationships(archive, '', limits, (_, { type, target }) => {
    if (type === 'officeDocument') workbook ??= target;
  });
  if (workbook === undefined || !archive.has(workbook)) throw new SheetUnreadable('damaged');

  const byId = new Map<string, Relationship>();
  const byType = new Map<string, string>();
  await readRelationships(archive, workbook, limits, (id, relationship) => {
    byId.set(id, relationship);
    byType.set(relationship.type, relationship.target);
  });

  let sheet: string | undefined;
  let epoch1904 = false;
  const open: XmlHandlers['open'] = (name, attributes) => {
    if (name === 'workbookPr') epoch1904 = /^(?:1|true)$/.test(attributes.get('date1904') ?? '');
    if (name !== 'sheet' || sheet !== undefined || (attributes.get('state') ?? 'visible') !== 'visible') return;
    const relationship = byId.get(attributes.getPrefixed('id') ?? '');
    // A chart on a tab of its own is a "sheet" too.
    if (relationship?.type === 'worksheet') sheet = relationship.target;
  };
  await readPart(archive, workbook, { open }, limits);
  if (sheet === undefined) throw new SheetUnreadable('no_sheet');
  if (!archive.has(sheet)) throw new SheetUnreadable('damaged');
  return { sheet, epoch1904, sharedStrings: byType.get('sharedStrings'), styles: byType.get('styles') };
}

/** The shared strings in their order, rich text joined, phonetic text left out. */
export async function readSharedStrings(archive: Archive, part: string, limits: PartLimits): Promise<TextStore> {
  const store = createTextStore();
  let value = '';
  let inText = false;
  let inPhonetic = false;
  const handlers: XmlHandlers = {
    open(name) {
      if (name === 'si') value = '';
      else if (name === 't') inText = !inPhonetic;
      else if (name === 'rPh') inPhonetic = true;
    },
    text(text) {
      if (!inText) return;
      value += text;
      if (value.length > limits.maxCellLength * 7) throw new SheetUnreadable('cell_too_long');
    },
    close(name) {
      if (name === 't') inText = false;
      else if (name === 'rPh') inPhonetic = false;
      else if (name === 'si') {
        const text = unescapeXmlText(value);
        if (text.length > limits.maxCellLength) throw new SheetUnreadable('cell_too_long');
        store.add(text);
      }
    },
  };
  await readPart(archive, part, handlers, limits);
  return store;
}

/** The number format of each cell style, by the style's index. */
export async function readCellFormats(archive: Archive, part: string, limits: PartLimits): Promise<NumberFormat[]> {
  const codes = new Map<number, string>();
  const ids: number[] = [];
  let inCellFormats = false;
  const handlers: XmlHandlers = {
    open(name, attributes) {
      if (name === 'numFmt') {
        codes.set(Number(attributes.get('numFmtId')), unescapeXmlText(attributes.get('formatCode') ?? ''));
      }
      if (name === 'cellXfs') inCellFormats = true;
      else if (name === 'xf' && inCellFormats) ids.push(Number(attributes.get('numFmtId') ?? 0));
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false;
    },
  };
  await readPart(archive, part, handlers, limits);
  const formats = new Map<number, NumberFormat>();
  return ids.map((id) => {
    const format = formats.get(id) ?? readNumberFormat(id, codes.get(id));
    formats.set(id, format);
    return format;
  });
}
