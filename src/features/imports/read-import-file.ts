import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { count, listOf, oneLine, shorten } from '../../lib/plain-text';
import { fromInertCsv } from '../../platform/sheets/inert-csv';
import { readSheet } from '../../platform/sheets/read-sheet';
import { type SheetCell, type SheetKind, type SheetRow, SheetUnreadable } from '../../platform/sheets/sheet.types';
import { addressIn, withoutSecretLinks } from './cell-text';
import {
  headerKeys,
  headerOf,
  headerSearchRows,
  type ImportHeader,
  isHeader,
  noHeaderSentence,
  readHeader,
} from './import-columns';
import { type FieldKey, type ImportCell, type ImportRow, importRowLimit } from './imports.types';

/** A file as it was read: its people, or the sentence that says why it cannot be imported. */
export type ReadImportFile = {
  readonly kind: SheetKind | null;
  /** SHA-256 of its bytes, in hex. */
  readonly contentHash: string;
} & (
  | { readonly rows: readonly Omit<ImportRow, 'position'>[]; readonly warnings: readonly string[] }
  | { readonly problem: string }
);

const tooManyRows =
  `This file has more than ${count(importRowLimit, 'row')}, the most that one import takes. ` +
  'Split it into several files and drop them one after another.';

// What five thousand people need, many times over; the sheet reader's own limits are for a million.
const limits = {
  maxBytes: 32 * 1024 * 1024,
  maxInflatedBytes: 256 * 1024 * 1024,
  // The header, its repetitions and titles above it are rows too.
  maxRows: importRowLimit + headerSearchRows,
};

/** Reads a file whole. Nothing of columns that an import leaves alone, links above all, is kept. */
export async function readImportFile(path: string): Promise<ReadImportFile> {
  const contentHash = await hashOf(path);
  let kind: SheetKind | null = null;
  try {
    const reading = startReading();
    const sheet = readSheet(path, {
      limits,
      onKind: (found) => {
        kind = found;
      },
    });
    for await (const batch of sheet) {
      for (const row of batch) {
        const problem = reading.take(kind === 'csv' ? withoutGuards(row) : row);
        if (problem !== null) return { kind, contentHash, problem };
      }
    }
    return { kind, contentHash, ...reading.end() };
  } catch (error) {
    if (!(error instanceof SheetUnreadable)) throw error;
    return { kind, contentHash, problem: error.reason === 'too_many_rows' ? tooManyRows : error.message };
  }
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function withoutGuards(row: SheetRow): SheetRow {
  const cells = Array.from(row.cells, (cell) =>
    cell === undefined ? cell : { ...cell, text: fromInertCsv(cell.text) },
  );
  return { ...row, cells };
}

/** Row numbers, the first few named. */
const rowsNamed = (numbers: readonly number[]): string =>
  `${numbers.length === 1 ? 'row' : 'rows'} ${listOf([...numbers.slice(0, 8).map(String), ...(numbers.length > 8 ? [`${numbers.length - 8} more`] : [])])}`;

function startReading() {
  const above: SheetRow[] = [];
  const rows: Omit<ImportRow, 'position'>[] = [];
  const repeated: number[] = [];
  const blank: number[] = [];
  const numbers = new Map<FieldKey, number[]>();
  const dates = new Map<FieldKey, number[]>();
  let header: ImportHeader | null = null;

  const note = (found: Map<FieldKey, number[]>, field: FieldKey, row: number) =>
    found.set(field, [...(found.get(field) ?? []), row]);

  return {
    /** @returns why the file cannot be imported, or null to go on */
    take(row: SheetRow): string | null {
      if (header === null) {
        if (!isHeader(row)) {
          above.push(row);
          return above.length < headerSearchRows ? null : noHeaderSentence(above);
        }
        const found = readHeader(row);
        if ('problem' in found) return found.problem;
        header = found;
        return null;
      }
      if (headerKeys(row) === header.keys) {
        repeated.push(row.number);
        return null;
      }
      const cells = cellsOf(row, header);
      if (Object.keys(cells).length === 0) {
        blank.push(row.number);
        return null;
      }
      for (const key of ['ssoUsername', 'ldapUsername'] as const) {
        // A number that is shown with its zeros comes with them.
        if (cells[key]?.kind === 'number' && !/^0\d/.test(cells[key].text)) note(numbers, key, row.number);
        if (cells[key]?.kind === 'date') note(dates, key, row.number);
      }
      rows.push({ rowNumber: row.number, cells });
      return rows.length > importRowLimit ? tooManyRows : null;
    },

    end(): { rows: typeof rows; warnings: string[] } | { problem: string } {
      if (header === null) return { problem: noHeaderSentence(above) };
      if (rows.length === 0) {
        return { problem: 'There is a header and nobody under it. Add a row for each person and drop the file again.' };
      }
      const { unknown } = header;
      const named = unknown.slice(0, 10).map((name) => `“${shorten(oneLine(withoutSecretLinks(name)), 40)}”`);
      if (unknown.length > 10) named.push(`${unknown.length - 10} more`);
      return {
        rows,
        warnings: [
          ...(unknown.length === 1 ? [`The column ${named[0]} is not known and is left out.`] : []),
          ...(unknown.length > 1 ? [`The columns ${listOf(named)} are not known and are left out.`] : []),
          ...(repeated.length > 0
            ? [
                `The header stands once more in ${rowsNamed(repeated)}, which ${repeated.length === 1 ? 'is' : 'are'} left out.`,
              ]
            : []),
          ...(blank.length > 0
            ? [
                `Nothing that an import reads stands in ${rowsNamed(blank)}, which ${blank.length === 1 ? 'is' : 'are'} left out.`,
              ]
            : []),
          ...[...numbers].map(
            ([field, found]) =>
              `${headerOf[field]} holds a number, not text, in ${rowsNamed(found)}: leading zeros may be lost. Format the column as text if that is wrong.`,
          ),
          ...[...dates].map(
            ([field, found]) =>
              `${headerOf[field]} was turned into a date in ${rowsNamed(found)}. Format the column as text if that is wrong.`,
          ),
        ],
      };
    },
  };
}

function cellsOf(row: SheetRow, header: ImportHeader): Partial<Record<FieldKey, ImportCell>> {
  const cells: Partial<Record<FieldKey, ImportCell>> = {};
  for (const [column, field] of header.fields) {
    const cell = row.cells[column];
    if (cell === undefined) continue;
    const stored = storedCell(field, cell);
    if (stored.kind === 'error' || oneLine(stored.text) !== '') cells[field] = stored;
  }
  return cells;
}

function storedCell(field: FieldKey, cell: SheetCell): ImportCell {
  // A formula without a result and an error are told apart by the text.
  if (cell.text === '' && cell.formula) return { text: '', kind: 'error' };
  const text = withoutSecretLinks(field === 'email' && cell.kind === 'text' ? addressIn(cell) : cell.text);
  return cell.kind === 'text' ? { text } : { text, kind: cell.kind };
}
