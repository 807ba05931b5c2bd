import { stream } from 'exceljs';
import { type ReadTotals, reportReading } from './report-reading';

/** Reads all cells of a workbook's sheets with exceljs' streaming reader. */
export async function readXlsxByExceljs(path: string): Promise<ReadTotals> {
  const totals = { rows: 0, cells: 0, characters: 0 };
  const workbook = new stream.xlsx.WorkbookReader(path, {
    entries: 'emit',
    sharedStrings: 'cache',
    hyperlinks: 'cache',
    styles: 'cache',
    worksheets: 'emit',
  });
  for await (const sheet of workbook) {
    for await (const row of sheet) {
      totals.rows += 1;
      row.eachCell((cell) => {
        totals.cells += 1;
        totals.characters += cell.text.length;
      });
    }
  }
  return totals;
}

if (require.main === module) void reportReading(readXlsxByExceljs);
