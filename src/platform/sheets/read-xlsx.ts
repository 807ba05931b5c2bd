import { openArchive } from './archive';
import { columnLetters, parseColumn, parseRowNumber } from './cell-reference';
import { type NumberFormat, showIsoDate, showNumber } from './number-format';
import {
  lastSheetColumn,
  lastSheetRow,
  type SheetCell,
  type SheetCellKind,
  type SheetLimits,
  type SheetRow,
  SheetUnreadable,
} from './sheet.types';
import { readSheetTail, type SheetTail } from './sheet-tail';
import type { TextStore } from './text-store';
import { findWorkbookParts, readCellFormats, readSharedStrings } from './workbook-parts';
import { createXmlReader, type XmlHandlers } from './xml-reader';
import { unescapeXmlText } from './xml-text';

interface SheetContext {
  readonly strings: TextStore | undefined;
  readonly formats: readonly NumberFormat[];
  readonly epoch1904: boolean;
  readonly tail: SheetTail;
  readonly limits: SheetLimits;
}

/**
 * Reads the first visible sheet of an .xlsx file as batches of filled rows in the order of the file, as many as a chunk
 * of the file holds. Memory does not grow with the number of rows. Throws `SheetUnreadable`; a cut or damaged file is
 * known before the first batch, broken limits and XML only when they are reached.
 */
export async function* readXlsx(path: string, limits: SheetLimits): AsyncGenerator<readonly SheetRow[]> {
  const archive = await openArchive(path, limits);
  try {
    const parts = await findWorkbookParts(archive, limits);
    const has = (part: string | undefined): part is string => part !== undefined && archive.has(part);
    const formats = has(parts.styles) ? await readCellFormats(archive, parts.styles, limits) : [];
    const strings = has(parts.sharedStrings)
      ? await readSharedStrings(archive, parts.sharedStrings, limits)
      : undefined;
    const tail = await readSheetTail(archive, parts.sheet, limits);

    let rows: SheetRow[] = [];
    const context = { strings, formats, epoch1904: parts.epoch1904, tail, limits };
    const reader = createXmlReader(
      sheetHandlers(context, (row) => rows.push(row)),
      limits.maxCellLength,
    );
    for await (const chunk of archive.inflate(parts.sheet)) {
      reader.write(chunk);
      if (rows.length > 0) yield rows;
      rows = [];
    }
    reader.end();
    if (rows.length > 0) yield rows;
  } finally {
    archive.close();
  }
}

function sheetHandlers(context: SheetContext, onRow: (row: SheetRow) => void): XmlHandlers {
  const { limits, tail } = context;
  let rowCount = 0;
  // Empty rows and cells cost time too, and a hostile file gives a million of them the same number.
  let rowTags = 0;
  let cellTags = 0;
  let rowNumber = 0;
  // A row without its own number takes the one in its first cell's reference.
  let rowNumbered = false;
  let column = 0;
  let cells: Array<SheetCell | undefined> = [];
  let inRow = false;
  let inCell = false;
  let inPhonetic = false;
  let capturing = false;
  let type: string | undefined;
  let style: string | undefined;
  let formula = false;
  let value = '';

  const closeCell = () => {
    inCell = false;
    // Most cells of a formatted but empty sheet end here.
    if (value === '' && !formula) return;
    const cell = readCell(context, type, style, formula, value);
    if (!cell || tail.hides(rowNumber, column)) return;
    if (column > limits.maxColumns) throw new SheetUnreadable('too_many_columns');
    if (cell.text.length > limits.maxCellLength) throw cellTooLong(rowNumber, column);
    const link = tail.linkOf(rowNumber, column);
    cells[column - 1] = link === undefined ? cell : { ...cell, link };
  };
  const closeRow = () => {
    inRow = false;
    if (cells.length === 0) return;
    rowCount += 1;
    if (rowCount > limits.maxRows) throw new SheetUnreadable('too_many_rows');
    onRow({ number: rowNumber, cells });
    cells = [];
  };

  return {
    open(name, attributes) {
      switch (name) {
        case 'row': {
          inRow = true;
          const number = attributes.get('r');
          rowNumbered = number !== undefined;
          rowNumber = number === undefined ? rowNumber + 1 : parseRowNumber(number);
          rowTags += 1;
          if (rowNumber > lastSheetRow || rowTags > lastSheetRow) throw new SheetUnreadable('too_many_rows');
          column = 0;
          cellTags = 0;
          break;
        }
        case 'c': {
          if (!inRow) break;
          inCell = true;
          const reference = attributes.get('r');
          column = reference === undefined ? column + 1 : parseColumn(reference);
          cellTags += 1;
          if (column > lastSheetColumn || cellTags > lastSheetColumn) throw new SheetUnreadable('too_many_columns');
          if (reference !== undefined && !rowNumbered) {
            rowNumber = parseRowNumber(reference.replace(/^[A-Z]+/i, ''));
            rowNumbered = true;
          }
          type = attributes.get('t');
          // Only a number's look depends on it.
          style = type === undefined || type === 'n' ? attributes.get('s') : undefined;
          formula = false;
          value = '';
          break;
        }
        case 'v':
          capturing = inCell && type !== 'inlineStr';
          break;
        case 't':
          capturing = inCell && type === 'inlineStr' && !inPhonetic;
          break;
        case 'f':
          formula = inCell;
          break;
        case 'rPh':
          inPhonetic = true;
          break;
      }
    },
    text(text) {
      if (!capturing) return;
      value += text;
      if (value.length > limits.maxCellLength * 7) throw cellTooLong(rowNumber, column);
    },
    close(name) {
      switch (name) {
        case 'c':
          if (inCell) closeCell();
          break;
        case 'row':
          if (inRow) closeRow();
          break;
        case 'v':
        case 't':
          capturing = false;
          break;
        case 'rPh':
          inPhonetic = false;
          break;
      }
    },
  };
}

function readCell(
  context: SheetContext,
  type: string | undefined,
  style: string | undefined,
  formula: boolean,
  value: string,
): SheetCell | undefined {
  switch (type) {
    case 's': {
      const text = context.strings?.get(Number(value));
      if (text === undefined) throw new SheetUnreadable('damaged');
      return makeCell(text, 'text', formula);
    }
    case 'inlineStr':
    case 'str':
      return makeCell(unescapeXmlText(value), 'text', formula);
    case 'b':
      return makeCell(/^\s*(?:1|true)\s*$/i.test(value) ? 'TRUE' : value && 'FALSE', 'boolean', formula);
    case 'e':
      return makeCell(value, 'error', formula);
    case 'd': {
      const { text, kind } = showIsoDate(value.trim());
      return makeCell(text, kind, formula);
    }
    default: {
      const raw = value.trim();
      // A formula that was never computed: the person sees a result in their program, the file holds none.
      if (raw === '') return formula ? { text: '', kind: 'text', formula } : undefined;
      const format = style === undefined ? undefined : context.formats[Number(style)];
      const { text, kind } = showNumber(raw, format ?? { shows: 'number' }, context.epoch1904);
      return makeCell(text, kind, formula);
    }
  }
}

function makeCell(text: string, kind: SheetCellKind, formula: boolean): SheetCell | undefined {
  if (text === '') return undefined;
  return formula ? { text, kind, formula } : { text, kind };
}

function cellTooLong(row: number, column: number): SheetUnreadable {
  return new SheetUnreadable(
    'cell_too_long',
    `Cell ${columnLetters(column)}${row} is too long to be read. Shorten it and drop the file again.`,
  );
}
