import type { SheetCell, SheetCellKind, SheetRow } from './sheet.types';

/**
 * Rows on their way between threads. Objects with named fields cost the main thread several times as much to receive as
 * one list of strings and one of numbers.
 */
export interface PackedRows {
  /** The text of each cell, and after it the link if it has one. */
  readonly texts: string[];
  /** For each row its number and count of cells; for each cell its column, kind and flags in one number. */
  readonly layout: Uint32Array<ArrayBuffer>;
}

const kinds: readonly SheetCellKind[] = ['text', 'number', 'boolean', 'date', 'error'];
const columnMask = 0x3fff;
const kindShift = 14;
const kindMask = 7;
const formulaFlag = 1 << 17;
const linkFlag = 1 << 18;

/** Above this length a row is likely to be sparse, and walking through its gaps dear. */
const longRow = 256;

/** Calls `visit` for each filled cell of a row with its column (from 0), from left to right. */
export function visitCells({ cells }: SheetRow, visit: (cell: SheetCell, column: number) => void): void {
  if (cells.length > longRow) {
    for (const key of Object.keys(cells)) {
      const cell = cells[Number(key)];
      if (cell) visit(cell, Number(key));
    }
    return;
  }
  for (let column = 0; column < cells.length; column += 1) {
    const cell = cells[column];
    if (cell) visit(cell, column);
  }
}

/** Packs rows; `unpackRows` gives them back, cell by cell. */
export function packRows(rows: readonly SheetRow[]): PackedRows {
  const texts: string[] = [];
  const layout: number[] = [];
  for (const row of rows) {
    const countAt = layout.push(row.number, 0) - 1;
    let count = 0;
    visitCells(row, (cell, column) => {
      const flags = (cell.formula ? formulaFlag : 0) | (cell.link === undefined ? 0 : linkFlag);
      layout.push(column | (kinds.indexOf(cell.kind) << kindShift) | flags);
      texts.push(cell.text);
      if (cell.link !== undefined) texts.push(cell.link);
      count += 1;
    });
    layout[countAt] = count;
  }
  return { texts, layout: Uint32Array.from(layout) };
}

/** The inverse of `packRows`. */
export function unpackRows({ texts, layout }: PackedRows): SheetRow[] {
  const rows: SheetRow[] = [];
  let text = 0;
  for (let at = 0; at < layout.length; ) {
    const number = layout[at] ?? 0;
    const end = at + 2 + (layout[at + 1] ?? 0);
    const cells: Array<SheetCell | undefined> = [];
    for (at += 2; at < end; at += 1) {
      const packed = layout[at] ?? 0;
      const cell: { -readonly [Key in keyof SheetCell]: SheetCell[Key] } = {
        text: texts[text] ?? '',
        kind: kinds[(packed >> kindShift) & kindMask] ?? 'text',
      };
      text += 1;
      if (packed & formulaFlag) cell.formula = true;
      if (packed & linkFlag) {
        cell.link = texts[text] ?? '';
        text += 1;
      }
      cells[packed & columnMask] = cell;
    }
    rows.push({ number, cells });
  }
  return rows;
}
