import { readSheet } from '../../../src/platform/sheets/read-sheet';
import { type ReadTotals, reportReading } from './report-reading';

/** Reads all cells as an import does: in a worker, in batches of rows. */
export async function readXlsxByUsher(path: string): Promise<ReadTotals> {
  const totals = { rows: 0, cells: 0, characters: 0 };
  for await (const batch of readSheet(path)) {
    totals.rows += batch.length;
    for (const { cells } of batch) {
      for (const cell of cells) {
        if (cell === undefined) continue;
        totals.cells += 1;
        totals.characters += cell.text.length;
      }
    }
  }
  return totals;
}

if (require.main === module) void reportReading(readXlsxByUsher);
