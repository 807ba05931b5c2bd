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

/** Packs rows one after another; `unpackRows` gives them back, cell by cell. */
export interface RowPacker {
  add(row: SheetRow): void;
  /** What is packed and not taken: rows, cells, and UTF-16 units of text. */
  readonly size: { readonly rows: number; readonly cells: number; readonly length: number };
  /** The rows that were added since the last time. */
  take(): PackedRows;
}

/** @returns a packer that holds no row yet */
export function createRowPacker(): RowPacker {
  let texts: string[] = [];
  let layout: number[] = [];
  let size = { rows: 0, cells: 0, length: 0 };

  const addText = (text: string) => {
    texts.push(text);
    size.length += text.length;
  };
  const addCell = (cell: SheetCell, column: number) => {
    const flags = (cell.formula ? formulaFlag : 0) | (cell.link === undefined ? 0 : linkFlag);
    layout.push(column | (kinds.indexOf(cell.kind) << kindShift) | flags);
    addText(cell.text);
    if (cell.link !== undefined) addText(cell.link);
    size.cells += 1;
  };

  return {
    get size() {
      return size;
    },
    add({ number, cells }) {
      const countAt = layout.push(number, 0) - 1;
      const before = size.cells;
      if (cells.length > longRow) {
        for (const key of Object.keys(cells)) {
          const cell = cells[Number(key)];
          if (cell) addCell(cell, Number(key));
        }
      } else {
        for (let column = 0; column < cells.length; column += 1) {
          const cell = cells[column];
          if (cell) addCell(cell, column);
        }
      }
      layout[countAt] = size.cells - before;
      size.rows += 1;
    },
    take() {
      const packed = { texts, layout: new Uint32Array(layout) };
      texts = [];
      layout = [];
      size = { rows: 0, cells: 0, length: 0 };
      return packed;
    },
  };
}

/** The inverse of packing. */
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
