import { Workbook } from 'exceljs';

/** The rows of the first sheet, the header first, as texts. */
export async function cellsOf(file: string | Buffer): Promise<string[][]> {
  const workbook = new Workbook();
  if (typeof file === 'string') await workbook.xlsx.readFile(file);
  else await workbook.xlsx.load(file as never);
  const rows: string[][] = [];
  workbook.worksheets[0]?.eachRow((row) =>
    rows.push((row.values as unknown[]).slice(1).map((cell) => String(cell ?? ''))),
  );
  return rows;
}

/** The people of an export by their addresses, each with their cells by header. */
export async function peopleIn(file: string | Buffer): Promise<Map<string, Record<string, string>>> {
  const [header = [], ...rows] = await cellsOf(file);
  return new Map(
    rows.map((row) => [
      row[header.indexOf('Login Email')] ?? '',
      Object.fromEntries(header.map((name, column) => [name, row[column] ?? ''])),
    ]),
  );
}
