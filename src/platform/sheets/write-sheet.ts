import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type AddWorksheetOptions,
  type CellValue,
  stream as excelStream,
  type Font,
  type Style,
  ValueType,
  type Worksheet,
} from 'exceljs';
import { columnLetters } from './cell-reference';
import { heightOf, isInline, linesOf, rowXmlOf, tooLong } from './row-xml';
import { defaultSheetLimits, lastSheetColumn, lastSheetRow } from './sheet.types';
import { escapeXmlText } from './xml-text';

/** Drop-downs reach down to here: far enough for corrections, while libraries that spread ranges out cell by cell still open the file. */
const lastChoiceRow = 10_001;

export interface SheetColumn {
  readonly header: string;
  /** In characters, as spreadsheet programs count it. */
  readonly width: number;
  /** What the cells of the column may hold, offered as a drop-down list; other values can still be pasted. */
  readonly choices?: readonly string[];
  /** A note on the header cell. */
  readonly note?: string;
}

/** A text, or a text with a fault: the cell is then coloured, and the fault stands in a note on it. */
export type SheetValue = string | { readonly text: string; readonly fault?: string };

export interface SheetSpec {
  /** At most 31 characters, none of `[]:*?/\'`, unlike the other sheets' names. */
  readonly name: string;
  readonly columns: readonly SheetColumn[];
  /** Values in the order of the columns. Taken one by one, as fast as the output takes them. */
  readonly rows: Iterable<readonly SheetValue[]> | AsyncIterable<readonly SheetValue[]>;
}

export interface WriteOptions {
  readonly signal?: AbortSignal;
}

const rowsPerTurn = 125;
// Long texts fill a turn earlier.
const mostPieceLength = 256 * 1024;
const maxQueuedBytes = 1024 * 1024;
// Notes wait in memory until the sheet is written, and thousands of them make a workbook slow to open.
const maxNotes = 10_000;
// ECMA-376 leaves it open, Excel refuses more in a list that stands in the rule itself.
const maxInlineChoices = 255;

const textFormat = { numFmt: '@' };
// Beside a cell of many lines the others of its row stand at the first of them.
const atTop: Partial<Style['alignment']> = { vertical: 'top' };
const wrapped: Partial<Style['alignment']> = { ...atTop, wrapText: true };
// Whole: what is left out here a program takes from a default of its own.
const headerFont: Partial<Font> = { name: 'Calibri', family: 2, size: 11, bold: true };
const headerFill: Style['fill'] = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFE3EEE9' } };
const faultFill: Style['fill'] = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFFFC7CE' } };
// One object for each style: the writer knows a style again by its identity, and is twice as fast then.
const styles = {
  header: { ...textFormat, font: headerFont, fill: headerFill, alignment: wrapped },
  text: { ...textFormat, alignment: atTop },
  lines: { ...textFormat, alignment: wrapped },
  fault: { ...textFormat, fill: faultFill, alignment: wrapped },
} satisfies Record<string, Partial<Style>>;

/** Landscape and as wide as the page, on as many pages as it takes, each with the header and its number. */
const printed: Partial<AddWorksheetOptions> = {
  pageSetup: {
    orientation: 'landscape',
    fitToWidth: 1,
    fitToHeight: 0,
    printTitlesRow: '1:1',
    margins: { left: 0.4, right: 0.4, top: 0.5, bottom: 0.6, header: 0.3, footer: 0.3 },
  },
  headerFooter: { oddFooter: '&L&A&RPage &P of &N' },
};

/** What exceljs' types leave out of its writers, and back-pressure and rows of our own need. */
interface WriterInternals {
  readonly stream: {
    write(text: string): unknown;
    // The pipe is of readable-stream 2, which has no writableLength yet.
    readonly pipes: ReadonlyArray<NodeJS.EventEmitter & { _writableState: { length: number } }>;
  };
  /** The number of the next row. */
  _rowZero: number;
  readonly _workbook: { readonly styles: { addStyleModel(style: Partial<Style>, type: ValueType): number } };
}
interface ArchiveInternals {
  readonly zip: NodeJS.EventEmitter & { abort(): void };
}

/**
 * Writes a workbook to `output` in constant memory and ends it. Every value becomes a text cell with the text format,
 * which no spreadsheet program runs as a formula, and which comes back character for character (also characters that
 * XML cannot hold). The header row is bold, frozen, filterable and repeated on each printed page;
 * texts of several lines, and sentences longer than their column, wrap, and the row is as high as they need.
 *
 * Waits while `output` is slow. When anything fails, or `signal` aborts, `output` is destroyed and the error thrown;
 * a cell or sheet larger than the format allows is a `RangeError`.
 */
export async function writeWorkbook(
  output: Writable,
  sheets: readonly SheetSpec[],
  options: WriteOptions = {},
): Promise<void> {
  const workbook = new excelStream.xlsx.WorkbookWriter({ stream: output, useStyles: true, useSharedStrings: false });
  const { zip } = workbook as unknown as ArchiveInternals;
  const failed = new AbortController();
  const closed = finished(output, { readable: false }).catch((error) => failed.abort(error));
  zip.on('error', (error: Error) => failed.abort(error));
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal;
  try {
    const lists: string[][] = [];
    for (const sheet of sheets) {
      const worksheet = workbook.addWorksheet(sheet.name, { ...printed, views: [{ state: 'frozen', ySplit: 1 }] });
      await writeRows(worksheet, sheet, lists, signal);
      worksheet.commit();
    }
    if (lists.length > 0) writeLists(workbook.addWorksheet(listSheetName, { state: 'hidden' }), lists);
    await withSignal(workbook.commit(), signal);
    await closed;
  } catch (error) {
    zip.abort();
    output.destroy(error as Error);
    throw error;
  }
}

async function writeRows(worksheet: Worksheet, sheet: SheetSpec, lists: string[][], signal: AbortSignal) {
  if (sheet.columns.length > lastSheetColumn) throw new RangeError(`Sheet "${sheet.name}" has too many columns`);
  // The columns carry the text format as well, so that what a person adds later (007) stays text.
  worksheet.columns = sheet.columns.map(({ width }) => ({ width, style: styles.text }));
  const notes = { left: maxNotes };
  const headers = sheet.columns.map(({ header, note }) => (note ? { text: header, fault: note } : header));
  const widths = sheet.columns.map(({ width }) => width);
  writeRow(worksheet, headers, { notes, widths, style: () => styles.header });
  const internals = worksheet as unknown as WriterInternals;
  const { styles: book } = internals._workbook;
  const rowXml = rowXmlOf(widths, {
    text: book.addStyleModel(styles.text, ValueType.String),
    lines: book.addStyleModel(styles.lines, ValueType.String),
  });
  let rowCount = 1;
  let piece = '';
  const flush = () => {
    if (piece !== '') internals.stream.write(piece);
    piece = '';
  };
  for await (const row of sheet.rows) {
    rowCount += 1;
    if (rowCount > lastSheetRow) throw new RangeError(`Sheet "${sheet.name}" has more than ${lastSheetRow} rows`);
    const xml = rowXml(rowCount, row);
    if (xml === null) {
      flush();
      internals._rowZero = rowCount;
      writeRow(worksheet, row, { notes, widths, style: styleOf });
    } else piece += xml;
    if (rowCount % rowsPerTurn === 0 || piece.length > mostPieceLength) {
      flush();
      signal.throwIfAborted();
      await nextTurn();
      await roomInQueue(worksheet, signal);
    }
  }
  flush();
  signal.throwIfAborted();
  sheet.columns.forEach(({ choices }, index) => {
    if (choices && choices.length > 0) offerChoices(worksheet, index + 1, choices, lists);
  });
  if (sheet.columns.length > 0) {
    worksheet.autoFilter = { from: { row: 1, column: 1 }, to: { row: rowCount, column: sheet.columns.length } };
  }
}

type StyleOf = (lines: number, fault: string | undefined) => Partial<Style>;

const styleOf: StyleOf = (lines, fault) => {
  if (fault !== undefined) return styles.fault;
  return lines > 1 ? styles.lines : styles.text;
};

interface RowLook {
  readonly notes: { left: number };
  readonly widths: readonly number[];
  readonly style: StyleOf;
}

function writeRow(worksheet: Worksheet, values: readonly SheetValue[], { notes, widths, style }: RowLook) {
  const row = worksheet.addRow([]);
  let most = 1;
  values.forEach((value, index) => {
    const { text, fault } = typeof value === 'string' ? { text: value, fault: undefined } : value;
    if (text === '' && fault === undefined) return;
    if (text.length > defaultSheetLimits.maxCellLength) throw tooLong(`${columnLetters(index + 1)}${row.number}`);
    const cell = row.getCell(index + 1);
    if (text !== '') cell.value = cellValue(text);
    const lines = linesOf(text, widths[index]);
    most = Math.max(most, lines);
    cell.style = style(lines, fault);
    if (fault && notes.left > 0) {
      cell.note = escapeXmlText(fault);
      notes.left -= 1;
    }
  });
  if (most > 1) row.height = heightOf(most);
  row.commit();
}

function cellValue(text: string): CellValue {
  const escaped = escapeXmlText(text);
  return isInline(text, escaped) ? { richText: [{ text: escaped }] } : text;
}

const listSheetName = 'Choices';

function offerChoices(worksheet: Worksheet, column: number, choices: readonly string[], lists: string[][]) {
  const inline = choices.join(',');
  let formula = `"${inline}"`;
  if (inline.length > maxInlineChoices || choices.some((choice) => /[",\r\n]/.test(choice))) {
    const letters = columnLetters(lists.push([...choices]));
    formula = `${listSheetName}!$${letters}$1:$${letters}$${choices.length}`;
  }
  const letters = columnLetters(column);
  const { dataValidations } = worksheet as unknown as { dataValidations: { add(range: string, rule: object): void } };
  dataValidations.add(`${letters}2:${letters}${lastChoiceRow}`, {
    type: 'list',
    allowBlank: true,
    showErrorMessage: true,
    errorStyle: 'warning',
    formulae: [formula],
  });
}

function writeLists(worksheet: Worksheet, lists: readonly string[][]) {
  const longest = Math.max(...lists.map((list) => list.length));
  for (let index = 0; index < longest; index += 1) {
    writeRow(
      worksheet,
      lists.map((list) => list[index] ?? ''),
      { notes: { left: 0 }, widths: [], style: () => styles.text },
    );
  }
  worksheet.commit();
}

/**
 * The stream writer takes rows without end; this waits until what it took has been packed. Not to be asked after the
 * sheet's commit: an ended stream does not say that it has drained.
 */
async function roomInQueue(worksheet: Worksheet, signal: AbortSignal): Promise<void> {
  const pipe = (worksheet as unknown as WriterInternals).stream.pipes[0];
  if (!pipe || pipe._writableState.length <= maxQueuedBytes) return;
  await once(pipe, 'drain', { signal }).catch((error) => {
    throw signal.aborted ? signal.reason : error;
  });
}

async function withSignal<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  let onAbort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
