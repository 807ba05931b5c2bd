import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReadSheetOptions, readSheet } from '../../../src/platform/sheets/read-sheet';
import type { SheetRow } from '../../../src/platform/sheets/sheet.types';

export function fixturePath(name: string): string {
  return join(__dirname, '../../fixtures/sheets', name);
}

/** A folder of its own for the files of a test, and a way to be rid of it. */
export async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'usher-sheets-'));
  let files = 0;
  return {
    folder,
    async write(content: string | Buffer, name = 'people.xlsx'): Promise<string> {
      files += 1;
      const path = join(folder, `${files}-${name}`);
      await writeFile(path, content);
      return path;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

export async function collectRows(batches: AsyncIterable<readonly SheetRow[]>): Promise<SheetRow[]> {
  const rows: SheetRow[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}

export async function readRows(path: string, options?: ReadSheetOptions): Promise<SheetRow[]> {
  return collectRows(readSheet(path, options));
}

/** The rows as plain texts, '' for an empty cell, keyed by nothing: row numbers are left out. */
export function textsOf(rows: readonly SheetRow[]): string[][] {
  return rows.map((row) => Array.from(row.cells, (cell) => cell?.text ?? ''));
}
