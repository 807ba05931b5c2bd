import { columnLetters } from './cell-reference';
import { defaultSheetLimits } from './sheet.types';
import type { SheetValue } from './write-sheet';
import { escapeXmlText } from './xml-text';

const hasLines = /[\r\n]/;
const lineEnd = /\r\n|\r|\n/;
const hasEdges = /^\s|\s$/;

/** The numbers that a workbook gave to its styles. */
interface CellStyles {
  readonly text: number;
  /** For texts that wrap. */
  readonly lines: number;
}

/**
 * Turns rows into XML, which takes a third of the time that exceljs takes for rows of styled cells; null for a row with
 * a fault, whose note exceljs must know of.
 * @param widths of the columns
 */
export function rowXmlOf(widths: readonly number[], styles: CellStyles) {
  const letters = widths.map((_, index) => columnLetters(index + 1));
  return (number: number, values: readonly SheetValue[]): string | null => {
    let xml = '';
    let lines = 1;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? '';
      if (value === '') continue;
      if (typeof value !== 'string') return null;
      const place = `${letters[index] ?? columnLetters(index + 1)}${number}`;
      if (value.length > defaultSheetLimits.maxCellLength) throw tooLong(place);
      const escaped = escapeXmlText(value);
      const here = linesOf(value, widths[index]);
      if (here > lines) lines = here;
      const cell = `<c r="${place}" s="${here > 1 ? styles.lines : styles.text}"`;
      xml += isInline(value, escaped)
        ? `${cell} t="inlineStr"><is><t xml:space="preserve">${escapeMarkup(escaped)}</t></is></c>`
        : `${cell} t="str"><v>${escapeMarkup(escaped)}</v></c>`;
    }
    return `<row r="${number}"${lines > 1 ? ` ht="${heightOf(lines)}"` : ''}>${xml}</row>`;
  };
}

const lineHeight = 15;
const highestRow = 409;

/** The height of a row of so many lines, in points. LibreOffice shows one line of a row that does not say its own. */
export function heightOf(lines: number): number {
  return Math.min(lines * lineHeight, highestRow);
}

/**
 * On how many lines a text is shown in a column of that width: each line of its own, and what is longer than the column
 * wraps. Only what is a single word, such as a link, stays on one line.
 */
export function linesOf(text: string, width = Number.POSITIVE_INFINITY): number {
  const several = hasLines.test(text);
  if (text.length <= width) return several ? text.split(lineEnd).length : 1;
  if (!(several || text.includes(' '))) return 1;
  return text.split(lineEnd).reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / width)), 0);
}

const markup = /[&<>]/;

function escapeMarkup(text: string): string {
  return markup.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text;
}

export const tooLong = (place: string) =>
  new RangeError(`Cell ${place} would have more than ${defaultSheetLimits.maxCellLength} characters`);

/**
 * A string as the result of a formula that is not there (`t="str"`) is the shortest. In those LibreOffice trims blanks,
 * leaves escapes alone and shows several lines as one, so such text goes in as an inline string.
 */
export function isInline(text: string, escaped: string): boolean {
  return escaped !== text || hasEdges.test(text) || hasLines.test(text);
}
