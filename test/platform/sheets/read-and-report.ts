import { readSheet } from '../../../src/platform/sheets/read-sheet';
import { SheetUnreadable } from '../../../src/platform/sheets/sheet.types';
import { peakMemory } from '../../support/peak-memory';

// The rows that a file of this test may have; the other limits are those of the reader.
const limits = { maxRows: 100_000 };

/** What reading a file in a process of its own came to. */
export interface ReadReport {
  /** The number of rows, or the reason why the file is unreadable. */
  readonly answer: number | string;
  readonly milliseconds: number;
  /** The most that the whole process ever held, in 10^6 bytes. */
  readonly megabytes: number;
}

async function readAndReport(path: string): Promise<ReadReport> {
  const started = performance.now();
  let answer: number | string = 0;
  try {
    for await (const batch of readSheet(path, { limits })) answer += batch.length;
  } catch (error) {
    if (!(error instanceof SheetUnreadable)) throw error;
    answer = error.reason;
  }
  return { answer, milliseconds: performance.now() - started, megabytes: peakMemory() / 1e6 };
}

void readAndReport(process.argv[2] ?? '').then((report) => process.stdout.write(JSON.stringify(report)));
