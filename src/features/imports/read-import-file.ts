import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { count, listOf, oneLine, shorten } from '../../lib/plain-text';
import { fromInertCsv } from '../../platform/sheets/inert-csv';
import { readSheet } from '../../platform/sheets/read-sheet';
import {
  lastSheetRow,
  type SheetCell,
  type SheetKind,
  type SheetRow,
  SheetUnreadable,
} from '../../platform/sheets/sheet.types';
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
import { positionOf } from './import-order';
import { type FieldKey, type ImportCell, type ImportRow, importByteLimit, importRowLimit } from './imports.types';

// What a million people with all columns unpack to, with room to spare.
const mostInflatedBytes = 1024 * 1024 * 1024;

/** How the reading of a file ended: with warnings, or with the sentence that says why it cannot be imported. */
export type ReadImportFile = { readonly kind: SheetKind | null } & (
  | { readonly warnings: readonly string[] }
  | { readonly problem: string }
);

const tooManyRows = (mostRows: number) =>
  `This file has more than ${count(mostRows, 'row')}, the most that one import takes. ` +
  'Split it into several files and drop them one after another.';

/**
 * Reads a file and hands its people on, a few hundred at a time, in the order of the file; it waits for `take`. Nothing
 * of columns that an import leaves alone, links above all, is kept. Rows can come before the file turns out to be bad.
 */
export async function readImportFile(
  path: string,
  take: (rows: readonly ImportRow[]) => Promise<void>,
  mostRows = importRowLimit,
): Promise<ReadImportFile> {
  let kind: SheetKind | null = null;
  try {
    const reading = startReading(mostRows);
    const sheet = readSheet(path, {
      limits: {
        maxBytes: importByteLimit,
        maxInflatedBytes: mostInflatedBytes,
        // The header, its repetitions and titles above it are rows too.
        maxRows: Math.min(mostRows + headerSearchRows, lastSheetRow),
      },
      onKind: (found) => {
        kind = found;
      },
    });
    for await (const batch of sheet) {
      const rows: ImportRow[] = [];
      for (const row of batch) {
        const read = reading.take(kind === 'csv' ? withoutGuards(row) : row);
        if (read === null) continue;
        if ('problem' in read) return { kind, problem: read.problem };
        rows.push(read);
      }
      if (rows.length > 0) await take(rows);
    }
    return { kind, ...reading.end() };
  } catch (error) {
    if (!(error instanceof SheetUnreadable)) throw error;
    return { kind, problem: error.reason === 'too_many_rows' ? tooManyRows(mostRows) : error.message };
  }
}

/** SHA-256 of a file's bytes, in hex. */
export async function contentHashOf(path: string): Promise<string> {
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

/** Rows of one kind: the first few by number, and how many there are. */
interface Noted {
  readonly first: number[];
  total: number;
}

const mostNamed = 8;
const nothingNoted = (): Noted => ({ first: [], total: 0 });

function note(noted: Noted, row: number): void {
  noted.total += 1;
  if (noted.first.length < mostNamed) noted.first.push(row);
}

function noteIn(found: Map<FieldKey, Noted>, field: FieldKey, row: number): void {
  const noted = found.get(field) ?? nothingNoted();
  note(noted, row);
  found.set(field, noted);
}

const rowsNamed = ({ first, total }: Noted): string =>
  `${total === 1 ? 'row' : 'rows'} ${listOf([...first.map(String), ...(total > mostNamed ? [`${total - mostNamed} more`] : [])])}`;

function startReading(mostRows: number) {
  const above: SheetRow[] = [];
  const repeated = nothingNoted();
  const blank = nothingNoted();
  const numbers = new Map<FieldKey, Noted>();
  const dates = new Map<FieldKey, Noted>();
  let rows = 0;
  let under: ReturnType<typeof readingUnder> | null = null;

  return {
    /** @returns the person in the row, null where there is none, or why the file cannot be imported */
    take(row: SheetRow): ImportRow | { readonly problem: string } | null {
      if (under === null) {
        if (!isHeader(row)) {
          above.push(row);
          return above.length < headerSearchRows ? null : { problem: noHeaderSentence(above) };
        }
        const found = readHeader(row);
        if ('problem' in found) return found;
        under = readingUnder(found);
        return null;
      }
      if (under.isHeaderAgain(row)) {
        note(repeated, row.number);
        return null;
      }
      const cells = under.cellsOf(row);
      if (cells === null) {
        note(blank, row.number);
        return null;
      }
      for (const key of usernameKeys) {
        const cell = cells[key];
        if (cell?.kind === undefined) continue;
        // A number that is shown with its zeros comes with them.
        if (cell.kind === 'number' && !/^0\d/.test(cell.text)) noteIn(numbers, key, row.number);
        if (cell.kind === 'date') noteIn(dates, key, row.number);
      }
      rows += 1;
      if (rows > mostRows) return { problem: tooManyRows(mostRows) };
      return { position: positionOf(cells, rows), rowNumber: row.number, cells };
    },

    end(): { warnings: string[] } | { problem: string } {
      if (under === null) return { problem: noHeaderSentence(above) };
      if (rows === 0) {
        return { problem: 'There is a header and nobody under it. Add a row for each person and drop the file again.' };
      }
      const { unknown } = under.header;
      const named = unknown.slice(0, 10).map((name) => `“${shorten(oneLine(withoutSecretLinks(name)), 40)}”`);
      if (unknown.length > 10) named.push(`${unknown.length - 10} more`);
      return {
        warnings: [
          ...(unknown.length === 1 ? [`The column ${named[0]} is not known and is left out.`] : []),
          ...(unknown.length > 1 ? [`The columns ${listOf(named)} are not known and are left out.`] : []),
          ...(repeated.total > 0
            ? [
                `The header stands once more in ${rowsNamed(repeated)}, which ${repeated.total === 1 ? 'is' : 'are'} left out.`,
              ]
            : []),
          ...(blank.total > 0
            ? [
                `Nothing that an import reads stands in ${rowsNamed(blank)}, which ${blank.total === 1 ? 'is' : 'are'} left out.`,
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

const usernameKeys = ['ssoUsername', 'ldapUsername'] as const;

/** Reads the rows below a header. */
function readingUnder(header: ImportHeader) {
  const columns = Array.from(header.fields, ([column, field]) => ({ column, field }));
  const ofAddresses = columns.find(({ field }) => field === 'email')?.column ?? -1;
  return {
    header,

    /** True for the header once more, which nearly every row is not because of its address. */
    isHeaderAgain: (row: SheetRow): boolean =>
      !row.cells[ofAddresses]?.text.includes('@') && headerKeys(row) === header.keys,

    /** The cells that an import reads; null where all are blank. */
    cellsOf(row: SheetRow): ImportRow['cells'] | null {
      const cells: Partial<Record<FieldKey, ImportCell>> = {};
      let isBlank = true;
      for (const { column, field } of columns) {
        const cell = row.cells[column];
        if (cell === undefined) continue;
        const stored = storedCell(field, cell);
        if (stored.kind !== 'error' && oneLine(stored.text) === '') continue;
        cells[field] = stored;
        isBlank = false;
      }
      return isBlank ? null : cells;
    },
  };
}

function storedCell(field: FieldKey, cell: SheetCell): ImportCell {
  // A formula without a result and an error are told apart by the text.
  if (cell.text === '' && cell.formula) return { text: '', kind: 'error' };
  const text = withoutSecretLinks(field === 'email' && cell.kind === 'text' ? addressIn(cell) : cell.text);
  return cell.kind === 'text' ? { text } : { text, kind: cell.kind };
}
