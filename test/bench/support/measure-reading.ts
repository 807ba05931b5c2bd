import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildPrograms } from '../../support/built-program';
import type { ReadingReport } from './report-reading';

/** `floor` is the cheapest reading there is; the ratios to hold are taken against it and exceljs in one run. */
export type ReaderName = 'floor' | 'exceljs' | 'usher';

/** Builds the readers into a folder; call it once before `measureReading`. */
export async function buildReaders(folder: string): Promise<void> {
  const readers = ['floor', 'exceljs', 'usher'].map((name) => `test/bench/support/${name}-reader.ts`);
  await buildPrograms([...readers, 'src/platform/sheets/sheet-worker.ts'], folder);
}

/** Reads a workbook in a process of its own. `folder` is where `buildReaders` built. */
export async function measureReading(folder: string, reader: ReaderName, path: string): Promise<ReadingReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, `${reader}-reader.js`), path]);
  return JSON.parse(stdout) as ReadingReport;
}
