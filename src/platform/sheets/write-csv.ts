import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { toInertCsv } from './inert-csv';
import type { SheetSpec, SheetValue, WriteOptions } from './write-sheet';

const rowsPerTurn = 125;
// Long texts fill a turn earlier.
const mostPieceLength = 256 * 1024;

/**
 * Writes one sheet as CSV to `output` and ends it: UTF-8 with a byte-order mark (Excel takes other files for its local
 * encoding), RFC 4180 with CRLF. Each value goes through `toInertCsv`, so that none runs as a formula; whoever reads the
 * file back undoes it with `fromInertCsv`. Widths, choices, notes and faults have no place in CSV and are left out.
 */
export async function writeCsv(
  output: Writable,
  sheet: Pick<SheetSpec, 'columns' | 'rows'>,
  options: WriteOptions = {},
): Promise<void> {
  await pipeline(Readable.from(csvPieces(sheet), { objectMode: false }), output, { ...options });
}

async function* csvPieces({ columns, rows }: Pick<SheetSpec, 'columns' | 'rows'>): AsyncGenerator<string> {
  let piece = `\ufeff${csvLine(columns.map(({ header }) => header))}`;
  let rowCount = 0;
  for await (const row of rows) {
    piece += csvLine(row);
    rowCount += 1;
    if (rowCount % rowsPerTurn === 0 || piece.length > mostPieceLength) {
      yield piece;
      piece = '';
      await nextTurn();
    }
  }
  if (piece !== '') yield piece;
}

function csvLine(values: readonly SheetValue[]): string {
  return `${values.map((value) => csvField(typeof value === 'string' ? value : value.text)).join(',')}\r\n`;
}

function csvField(value: string): string {
  const inert = toInertCsv(value);
  // Semicolons, tabs and edges need no quotes by RFC 4180, but programs split or trim there by their own settings.
  return /[",;|\t\r\n]|^[\s']|\s$/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
