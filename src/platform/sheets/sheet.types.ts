/** What the spreadsheet file says a cell holds; text a person typed is never turned into anything else. */
export type SheetCellKind = 'text' | 'number' | 'boolean' | 'date' | 'error';

/**
 * One cell, as a person sees it. `text` is never empty, except for a formula whose result the file does not hold.
 * Dates are ISO text (`2026-01-31`, `2026-01-31T09:30:00`, or `09:30:00` for a time of day), Booleans `TRUE` and `FALSE`.
 */
export interface SheetCell {
  readonly text: string;
  readonly kind: SheetCellKind;
  /** The target of the cell's hyperlink as the file has it, such as `mailto:ada@example.com`. */
  readonly link?: string;
  /** Set when the text is the cached result of a formula. */
  readonly formula?: true;
}

/**
 * One row with at least one filled cell. `number` is the row number the spreadsheet program shows (1-based). `cells` is
 * indexed by column from 0, ends at the last filled cell, and may be a sparse array: an empty cell is `undefined`.
 */
export interface SheetRow {
  readonly number: number;
  readonly cells: ReadonlyArray<SheetCell | undefined>;
}

export type SheetKind = 'xlsx' | 'csv';

/** What a file may cost. Byte figures are bytes, lengths are UTF-16 code units, as spreadsheet programs count them. */
export interface SheetLimits {
  /** Size of the file itself. */
  readonly maxBytes: number;
  /** Sum of all inflated parts of an archive. A much smaller figure holds for small files: see `archive.ts`. */
  readonly maxInflatedBytes: number;
  /** Number of parts in an archive. */
  readonly maxEntries: number;
  /** Number of filled rows, the header row among them. */
  readonly maxRows: number;
  /** Highest column (1-based) that may be filled. Empty formatted cells beyond it do not count. */
  readonly maxColumns: number;
  readonly maxCellLength: number;
  /** Time the parser may work; waiting for a slow consumer is not counted. */
  readonly deadlineMs: number;
  /** Heap of the parser's thread in MiB. */
  readonly heapMb: number;
}

/** The sizes of Excel itself for rows, columns and cells; the rest leaves room for a million people. */
export const defaultSheetLimits: SheetLimits = Object.freeze({
  maxBytes: 256 * 1024 * 1024,
  maxInflatedBytes: 2 * 1024 * 1024 * 1024,
  maxEntries: 10_000,
  maxRows: 1_048_576,
  maxColumns: 16_384,
  maxCellLength: 32_767,
  deadlineMs: 180_000,
  heapMb: 192,
});

/** The last row and column (both 1-based) that a spreadsheet can have, by ECMA-376 and in every program. */
export const lastSheetRow = 1_048_576;
export const lastSheetColumn = 16_384;

const sentences = {
  empty: 'This file is empty. Save the spreadsheet again and drop it once more.',
  html: 'This is a web page, not a spreadsheet. Open it in a spreadsheet program, save it as .xlsx, then drop it again.',
  slack_sign_in:
    'Slack handed out its sign-in page instead of the file. Ask whoever runs this app to check that it has the files:read permission, then drop the file again.',
  old_xls: 'This is an old Excel file (.xls). Open it and save it as .xlsx, then drop it again.',
  encrypted:
    'This spreadsheet is protected with a password. Remove the password in Excel, save it, then drop it again.',
  image: 'This is a picture, not a spreadsheet. Drop the .xlsx or .csv file itself.',
  pdf: 'This is a PDF, not a spreadsheet. Drop the .xlsx or .csv file that it was made from.',
  ods: 'This is an OpenDocument spreadsheet (.ods). Open it and save it as .xlsx, then drop it again.',
  xlsb: 'This is a binary Excel workbook (.xlsb). Open it and save it as .xlsx, then drop it again.',
  numbers: 'This is an Apple Numbers file. Export it from Numbers as Excel (.xlsx) or CSV, then drop that.',
  xml: 'This is an XML file. Open it in a spreadsheet program, save it as .xlsx, then drop it again.',
  word: 'This is a Word document, not a spreadsheet. Drop the .xlsx or .csv file itself.',
  old_office: 'This is an old Office document, not a spreadsheet. Drop the .xlsx or .csv file itself.',
  zip_not_sheet: 'This is a ZIP archive without a spreadsheet in it. Unpack it and drop the .xlsx or .csv file itself.',
  not_a_sheet: 'This file is not a spreadsheet. Drop an .xlsx or .csv file.',
  truncated:
    'This spreadsheet ends in the middle, as after a broken upload. Drop it again, or save it anew if that does not help.',
  damaged: 'This spreadsheet is damaged. Open it in a spreadsheet program, save it as a new .xlsx, then drop that.',
  too_large: 'This spreadsheet is too large to read. Split it into smaller files and drop them one by one.',
  bomb: 'This archive unpacks to far more than a spreadsheet holds, so it was not opened. Copy the rows to a new spreadsheet and drop that.',
  doctype:
    'This spreadsheet has a document type declaration, which no spreadsheet program writes, so it was not read. Copy the rows to a new spreadsheet and drop that.',
  too_many_rows: 'This spreadsheet has too many rows. Split it into smaller files and drop them one by one.',
  too_many_columns: 'This spreadsheet has too many columns. Delete the ones that are not needed and drop it again.',
  cell_too_long: 'A cell in this spreadsheet is too long to be read. Shorten it and drop the file again.',
  broken_quotes: 'The quotation marks in this CSV file do not match. Save it as .xlsx, then drop that.',
  wrong_encoding:
    'This CSV file says that it is UTF-8 but is not. Save it as “CSV UTF-8” or as .xlsx, then drop it again.',
  timeout: 'Reading this spreadsheet took too long. Split it into smaller files and drop them one by one.',
  no_sheet: 'This workbook has no visible sheet. Unhide the sheet with the rows, save it, then drop it again.',
} as const;

/** Why a file cannot be read, for a program to tell apart. */
export type SheetUnreadableReason = keyof typeof sentences;

/** All reasons there are, for exhaustive maps and tests. */
export const sheetUnreadableReasons = Object.keys(sentences) as readonly SheetUnreadableReason[];

/**
 * A file that cannot be read as a spreadsheet. `message` is for people: what the file is and what to do now.
 * Pass `message` only where the place of the fault is known ("line 7", "cell C12").
 */
export class SheetUnreadable extends Error {
  readonly reason: SheetUnreadableReason;

  constructor(reason: SheetUnreadableReason, message: string = sentences[reason]) {
    super(message);
    this.name = 'SheetUnreadable';
    this.reason = reason;
  }
}
