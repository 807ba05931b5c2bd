import { columnLetters } from './cell-reference';
import { defaultSheetLimits } from './sheet.types';
import type { SheetValue } from './write-sheet';
import { escapeMarkup, escapeXmlText, isPlainXmlText } from './xml-text';

const hasLines = /[\r\n]/;
const lineEnd = /\r\n|\r|\n/;
const hasEdges = /^\s|\s$/;

/** The numbers that a workbook gave to its styles. */
interface CellStyles {
  readonly text: number;
  /** For texts that wrap. */
  readonly lines: number;
}

/** A column whose texts are more than these is one of names or addresses, whose cells are not worth keeping. */
const mostKeptCells = 500;
const longestKeptText = 400;

// What most texts are, told in one look: letters, digits and marks of ASCII, without a blank, markup or an escape.
const word = /^(?:[!-%'-;=?-^`-~]|_(?![xX]))*$/;

/** Nothing to escape, one line, and nothing at the edges that a program would trim. */
function isPlain(text: string, width: number | undefined): boolean {
  if (word.test(text)) return true;
  if (!isPlainXmlText(text) || hasLines.test(text) || hasEdges.test(text)) return false;
  return width === undefined || text.length <= width || !text.includes(' ');
}

/** A filled cell but for its place. */
function cellXml(text: string, lines: number, styles: CellStyles): string {
  const escaped = escapeXmlText(text);
  const begin = `" s="${lines > 1 ? styles.lines : styles.text}" t=`;
  return isInline(text, escaped)
    ? `${begin}"inlineStr"><is><t xml:space="preserve">${escapeMarkup(escaped)}</t></is></c>`
    : `${begin}"str"><v>${escapeMarkup(escaped)}</v></c>`;
}

/** The cells of a column whose few texts come again and again, as statuses do, each made once. */
interface KeptCells {
  /** Where a text stands in both lists: with an object a cell, V8 takes all cells for lasting ones and lets them pile up. */
  readonly places: Map<string, number>;
  readonly xml: string[];
  readonly lines: number[];
}

/**
 * Turns rows into XML, which takes a small part of the time that exceljs takes for rows of styled cells; null for a row
 * with a fault, whose note exceljs must know of.
 * @param widths of the columns
 */
export function rowXmlOf(widths: readonly number[], styles: CellStyles) {
  const begins = widths.map((_, index) => `<c r="${columnLetters(index + 1)}`);
  const kept = widths.map((): KeptCells | null => ({ places: new Map(), xml: [], lines: [] }));
  const plainBegin = `" s="${styles.text}" t="str"><v>`;

  function keep(cells: KeptCells, index: number, text: string, xml: string, lines: number): void {
    cells.places.set(text, cells.xml.push(xml) - 1);
    cells.lines.push(lines);
    if (cells.xml.length > mostKeptCells) kept[index] = null;
  }

  return (number: number, values: readonly SheetValue[]): string | null => {
    // Once: of a number in a template each cell would make the text again.
    const row = String(number);
    let xml = '';
    let lines = 1;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] ?? '';
      if (value === '') continue;
      if (typeof value !== 'string') return null;
      const begin = begins[index] ?? `<c r="${columnLetters(index + 1)}`;
      const cells = kept[index];
      const place = cells?.places.get(value);
      if (cells && place !== undefined) {
        xml += `${begin}${row}${cells.xml[place]}`;
        lines = Math.max(lines, cells.lines[place] ?? 1);
        continue;
      }
      if (value.length > defaultSheetLimits.maxCellLength) throw tooLong(`${columnLetters(index + 1)}${number}`);
      const isEasy = isPlain(value, widths[index]);
      const here = isEasy ? 1 : linesOf(value, widths[index]);
      const made = isEasy ? `${plainBegin}${value}</v></c>` : cellXml(value, here, styles);
      if (cells && value.length <= longestKeptText) keep(cells, index, value, made, here);
      xml += `${begin}${row}${made}`;
      lines = Math.max(lines, here);
    }
    return `<row r="${row}"${lines > 1 ? ` ht="${heightOf(lines)}"` : ''}>${xml}</row>`;
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

export const tooLong = (place: string) =>
  new RangeError(`Cell ${place} would have more than ${defaultSheetLimits.maxCellLength} characters`);

/**
 * A string as the result of a formula that is not there (`t="str"`) is the shortest. In those LibreOffice trims blanks,
 * leaves escapes alone and shows several lines as one, so such text goes in as an inline string.
 */
export function isInline(text: string, escaped: string): boolean {
  return escaped !== text || hasEdges.test(text) || hasLines.test(text);
}
