import { open, stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { type SheetCell, type SheetLimits, type SheetRow, SheetUnreadable } from './sheet.types';
import { decodeFile, guessEncoding, isUtf8File, type TextEncoding } from './text-encoding';

type CsvLimits = Pick<SheetLimits, 'maxBytes' | 'maxRows' | 'maxColumns' | 'maxCellLength'>;

const rowsPerBatch = 500;
const sampleBytes = 64 * 1024;
// A quote that is never closed swallows the rest of the file; no honest row is this long.
const longestRow = 4 * 1024 * 1024;

/**
 * Reads a CSV file as batches of filled rows. All cells are text, exactly as they stand in the file: undo what
 * `toInertCsv` did with `fromInertCsv`. A row keeps its number when rows above it are blank, and a cell with line breaks
 * counts as one row, as spreadsheet programs number them. Throws `SheetUnreadable`.
 */
export async function* readCsv(path: string, limits: CsvLimits): AsyncGenerator<readonly SheetRow[]> {
  const { size } = await stat(path);
  if (size > limits.maxBytes) throw new SheetUnreadable('too_large');
  const encoding = await findEncoding(path);
  const text = decodeFile(path, encoding);
  const head = (await text.next()).value ?? '';
  const separator = /^"?sep=(.)"?(?:\r\n|\n|\r|$)/i.exec(head);
  const body = separator ? head.slice(separator[0].length) : head;
  const delimiter = separator?.[1] ?? detectDelimiter(body);
  const parser = parse({
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: false,
    max_record_size: longestRow,
  });
  pipeline(Readable.from(prepend(body, text)), parser, () => {});

  let number = 0;
  let rowCount = 0;
  let batch: SheetRow[] = [];
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      number += 1;
      const cells = readCells(record, number, limits);
      if (cells.length === 0) continue;
      rowCount += 1;
      if (rowCount > limits.maxRows) throw new SheetUnreadable('too_many_rows');
      batch.push({ number, cells });
      if (batch.length === rowsPerBatch) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw await quoteFault(error, separator ? 1 : 0, () => prepend(body, skipFirst(decodeFile(path, encoding))));
  } finally {
    parser.destroy();
  }
  if (batch.length > 0) yield batch;
}

async function findEncoding(path: string): Promise<TextEncoding> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
    const guess = guessEncoding(buffer.subarray(0, bytesRead));
    if (!guess) throw new SheetUnreadable('not_a_sheet');
    if (guess.encoding !== 'utf-8' || (await isUtf8File(path))) return guess.encoding;
    if (guess.certain) throw new SheetUnreadable('wrong_encoding');
    return 'windows-1252';
  } finally {
    await file.close();
  }
}

/**
 * The delimiter of a CSV text, from its first rows: the one that stands as often in the rows as in the header, outside
 * quotes. A text without any has one column; a comma does for it.
 */
export function detectDelimiter(text: string): ',' | ';' | '\t' {
  const rows = countDelimiters(text, 20);
  const header = rows[0];
  let best: { delimiter: ',' | ';' | '\t'; agreeing: number; columns: number } | undefined;
  for (const delimiter of [',', ';', '\t'] as const) {
    const columns = header?.[delimiter] ?? 0;
    if (columns === 0) continue;
    const agreeing = rows.filter((row) => row[delimiter] === columns).length;
    if (!best || agreeing > best.agreeing || (agreeing === best.agreeing && columns > best.columns)) {
      best = { delimiter, agreeing, columns };
    }
  }
  return best?.delimiter ?? ',';
}

function countDelimiters(text: string, maxRows: number) {
  const rows: Array<Record<',' | ';' | '\t', number>> = [];
  let row = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;
  let blank = true;
  for (let index = 0; index < text.length && rows.length < maxRows; index += 1) {
    const unit = text.charAt(index);
    if (unit === '"') quoted = !quoted;
    if (quoted) {
      blank = false;
    } else if (unit === '\n' || unit === '\r') {
      if (!blank) rows.push(row);
      row = { ',': 0, ';': 0, '\t': 0 };
      blank = true;
    } else {
      if (unit === ',' || unit === ';' || unit === '\t') row[unit] += 1;
      blank = false;
    }
  }
  if (!blank && rows.length < maxRows) rows.push(row);
  return rows;
}

function readCells(record: readonly string[], number: number, limits: CsvLimits): Array<SheetCell | undefined> {
  const cells: Array<SheetCell | undefined> = [];
  for (let column = 0; column < record.length; column += 1) {
    const text = record[column];
    if (text === undefined || text === '') continue;
    if (column >= limits.maxColumns) throw new SheetUnreadable('too_many_columns');
    if (text.length > limits.maxCellLength) {
      const message = `A cell in row ${number} is too long to be read. Shorten it and drop the file again.`;
      throw new SheetUnreadable('cell_too_long', message);
    }
    cells[column] = { text, kind: 'text' };
  }
  return cells;
}

async function* prepend(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  // Readable.from would take an empty string for the end of its stream.
  if (first !== '') yield first;
  yield* rest;
}

async function* skipFirst(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let first = true;
  for await (const piece of pieces) {
    if (!first) yield piece;
    first = false;
  }
}

async function quoteFault(
  error: CsvError,
  linesBefore: number,
  readAgain: () => AsyncIterable<string>,
): Promise<SheetUnreadable> {
  const { code } = error;
  const { lines, bytes } = error as CsvError & { lines?: number; bytes?: number };
  const advice = 'Correct it, or save the file as .xlsx, then drop it again.';
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE') {
    // The parser knows the line where it gave up, but a person must look where the quote was opened.
    const place = await placeAfter(readAgain(), bytes ?? 0);
    const line = linesBefore + place.line;
    if (!place.quoted) {
      const message = `The row that begins in line ${line} is too long to be read. Shorten it and drop the file again.`;
      return new SheetUnreadable('cell_too_long', message);
    }
    const message = `The row that begins in line ${line} has a quotation mark that is never closed. ${advice}`;
    return new SheetUnreadable('broken_quotes', message);
  }
  const line = linesBefore + (lines ?? 1);
  return new SheetUnreadable('broken_quotes', `Line ${line} has a quotation mark in the wrong place. ${advice}`);
}

/** The line that begins after so many bytes of the text in UTF-8, and whether a quotation mark stands in its row. */
async function placeAfter(text: AsyncIterable<string>, bytes: number): Promise<{ line: number; quoted: boolean }> {
  let line = 1;
  let left = bytes;
  let previous = 0;
  let seen = 0;
  for await (const piece of text) {
    const raw = Buffer.from(piece);
    let index = 0;
    for (; index < raw.length && left > 0; index += 1) {
      const byte = raw[index] ?? 0;
      left -= 1;
      if (byte === 0x0d || (byte === 0x0a && previous !== 0x0d)) line += 1;
      previous = byte;
    }
    if (raw.includes(0x22, index)) return { line, quoted: true };
    seen += raw.length - index;
    if (seen > longestRow) break;
  }
  return { line, quoted: false };
}
