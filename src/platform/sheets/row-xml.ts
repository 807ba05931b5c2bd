import { columnLetters } from './cell-reference';
import { defaultSheetLimits } from './sheet.types';
import type { SheetValue } from './write-sheet';
import { escapeXmlText } from './xml-text';

export const hasLines = /[\r\n]/;
const hasEdges = /^\s|\s$/;

/** The numbers that a workbook gave to its styles. */
interface CellStyles {
  readonly text: number;
  /** For texts of several lines. */
  readonly lines: number;
}

/**
 * Turns rows into XML, which takes a third of the time that exceljs takes for rows of styled cells; null for a row with
 * a fault, whose note exceljs must know of.
 */
export function rowXmlOf(columns: number, { text, lines }: CellStyles) {
  const letters = Array.from({ length: columns }, (_, index) => columnLetters(index + 1));
  return (number: number, values: readonly SheetValue[]): string | null => {
    let xml = `<row r="${number}">`;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? '';
      if (value === '') continue;
      if (typeof value !== 'string') return null;
      const place = `${letters[index] ?? columnLetters(index + 1)}${number}`;
      if (value.length > defaultSheetLimits.maxCellLength) throw tooLong(place);
      const escaped = escapeXmlText(value);
      const cell = `<c r="${place}" s="${hasLines.test(value) ? lines : text}"`;
      xml += isInline(value, escaped)
        ? `${cell} t="inlineStr"><is><t xml:space="preserve">${escapeMarkup(escaped)}</t></is></c>`
        : `${cell} t="str"><v>${escapeMarkup(escaped)}</v></c>`;
    }
    return `${xml}</row>`;
  };
}

const markup = /[&<>]/;

function escapeMarkup(text: string): string {
  return markup.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text;
}

export const tooLong = (place: string) =>
  new RangeError(`Cell ${place} would have more than ${defaultSheetLimits.maxCellLength} characters`);

/**
 * A string as the result of a formula that is not there (`t="str"`) is the shortest. In those LibreOffice trims blanks
 * and leaves escapes alone, so such text goes in as an inline string, which keeps both.
 */
export function isInline(text: string, escaped: string): boolean {
  return escaped !== text || hasEdges.test(text);
}
