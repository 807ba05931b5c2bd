import { lastSheetColumn, lastSheetRow, SheetUnreadable } from './sheet.types';

/**
 * The 1-based column of a reference such as `AB12`, without regular expressions: this runs once for every
 * cell. Throws `SheetUnreadable` for a column that no sheet can have.
 */
export function parseColumn(reference: string): number {
  let column = 0;
  let index = 0;
  for (; index < reference.length; index += 1) {
    const letter = reference.charCodeAt(index) & ~0x20;
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
    if (column > lastSheetColumn) throw new SheetUnreadable('too_many_columns');
  }
  if (column === 0) throw new SheetUnreadable('damaged');
  return column;
}

/** A 1-based row number. Throws `SheetUnreadable` for one that no sheet can have. */
export function parseRowNumber(text: string): number {
  const row = Number(text);
  if (row > lastSheetRow) throw new SheetUnreadable('too_many_rows');
  if (!Number.isInteger(row) || row < 1) throw new SheetUnreadable('damaged');
  return row;
}

/** The letters of a 1-based column, as a spreadsheet program shows them: 1 is `A`, 28 is `AB`. */
export function columnLetters(column: number): string {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
