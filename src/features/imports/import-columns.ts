import { listOf, nameKey, shorten } from '../../lib/plain-text';
import type { SheetRow } from '../../platform/sheets/sheet.types';
import type { FieldKey } from './imports.types';

/** A column of the spreadsheet. `field` is null for what an export shows and an import leaves alone. */
interface ImportColumn {
  readonly header: string;
  readonly field: FieldKey | null;
  /** Other headers that mean the same, compared like the header itself. */
  readonly synonyms: readonly string[];
}

/** All columns of an export, in its order; docs/adr/0005 says what an import makes of each. */
export const exportColumns: readonly ImportColumn[] = [
  { header: 'User ID', field: 'userId', synonyms: [] },
  {
    header: 'Login Email',
    field: 'email',
    synonyms: ['E-mail', 'E-mail address', 'Mail', 'Login', 'Login mail', 'Login e-mail address', 'User e-mail'],
  },
  { header: 'First Name', field: 'firstName', synonyms: ['First', 'Given name', 'Forename'] },
  { header: 'Last Name', field: 'lastName', synonyms: ['Last', 'Surname', 'Family name'] },
  { header: 'Status', field: 'status', synonyms: ['User status'] },
  { header: 'Auth System', field: 'authSystem', synonyms: ['Authentication system', 'Authentication'] },
  { header: 'SSO Username', field: 'ssoUsername', synonyms: ['SSO user name'] },
  { header: 'LDAP Username', field: 'ldapUsername', synonyms: ['LDAP user name'] },
  { header: 'User Profile', field: 'profile', synonyms: ['Profile', 'Profiles', 'User profiles', 'Role', 'User role'] },
  { header: 'Groups', field: 'groups', synonyms: ['Group', 'User groups'] },
  { header: 'Projects', field: 'projects', synonyms: ['Project'] },
  { header: 'Admin', field: 'admin', synonyms: ['Is admin', 'Administrator', 'Site admin'] },
  { header: 'Last Login', field: null, synonyms: ['User last login'] },
  { header: 'Activation Link', field: null, synonyms: [] },
  { header: 'Reset Password Link', field: null, synonyms: [] },
];

/** What an error workbook has before the columns above. */
export const errorColumns = ['Row', 'Field', 'Error'] as const;

/** The header of a column, by what it holds. */
export const headerOf = Object.fromEntries(
  exportColumns.flatMap(({ header, field }) => (field === null ? [] : [[field, header]])),
) as Readonly<Record<FieldKey, string>>;

/** The first so many filled rows are searched for the header; titles may stand above it. */
export const headerSearchRows = 20;

/** A header as it is compared: `LOGIN  E-Mail:` and `Login Email` are the same. */
function headerKey(text: string): string {
  return nameKey(text).replace(/[^\p{L}\p{N}]/gu, '');
}

const fieldsByKey = new Map(exportColumns.map(({ header, field }) => [headerKey(header), field]));
const fieldsBySynonym = new Map(
  exportColumns.flatMap(({ synonyms, field }) => synonyms.map((synonym) => [headerKey(synonym), field] as const)),
);
// Words that may well head some other column: beside the true header of their field they do.
const looseKeys = new Set(['First', 'Last', 'Role', 'User role'].map(headerKey));
const ignoredKeys = new Set(
  [...errorColumns, ...exportColumns.flatMap((c) => (c.field === null ? c.header : []))].map(headerKey),
);

function fieldNamed(text: string): FieldKey | null {
  const key = headerKey(text);
  return fieldsByKey.get(key) ?? fieldsBySynonym.get(key) ?? null;
}

/** Where each field stands in the file, and what its header row holds besides. */
export interface ImportHeader {
  readonly rowNumber: number;
  readonly fields: ReadonlyMap<number, FieldKey>;
  /** Headers that mean nothing here, as they stand in the file. */
  readonly unknown: readonly string[];
  /** All headers, as they are compared; a later row with the same ones is the header once more. */
  readonly keys: string;
}

/** True when some cell of the row names the column of the login e-mail. */
export function isHeader(row: SheetRow): boolean {
  return row.cells.some((cell) => cell !== undefined && fieldNamed(cell.text) === 'email');
}

/** The row's cells as headers are compared. */
export function headerKeys(row: SheetRow): string {
  return JSON.stringify(Array.from(row.cells, (cell) => headerKey(cell?.text ?? '')));
}

/** Which column holds what, or a sentence that says why that cannot be told. */
export function readHeader(row: SheetRow): ImportHeader | { readonly problem: string } {
  const filled = Array.from(row.cells, (cell, column) => ({ column, text: cell?.text.trim() ?? '' })).filter(
    ({ text }) => headerKey(text) !== '',
  );
  const fields = new Map<number, FieldKey>();
  const takenBy = new Map<FieldKey, string>();
  const unknown: string[] = [];
  const headedByName = new Set(filled.map(({ text }) => fieldsByKey.get(headerKey(text))));
  for (const { column, text } of filled) {
    const field = fieldNamed(text);
    const isSynonym = !fieldsByKey.has(headerKey(text));
    // “Login” or “Mail” beside “Login Email” is some other column, and so is “Role” beside “User Profile”.
    const givesWay = isSynonym && (field === 'email' || looseKeys.has(headerKey(text)));
    if (field === null || (givesWay && headedByName.has(field))) {
      if (!ignoredKeys.has(headerKey(text)) && fieldsBySynonym.get(headerKey(text)) !== null) unknown.push(text);
      continue;
    }
    const other = takenBy.get(field);
    if (other !== undefined) {
      const both = other === text ? `“${text}” twice` : `both “${other}” and “${text}”, which mean the same`;
      return {
        problem: `The header in row ${row.number} has ${both}. Delete one of the two columns and drop the file again.`,
      };
    }
    takenBy.set(field, text);
    fields.set(column, field);
  }
  return { rowNumber: row.number, fields, unknown, keys: headerKeys(row) };
}

/** Why a file without a header cannot be imported, with what stands there instead. */
export function noHeaderSentence(rows: readonly SheetRow[]): string {
  const found = (rows[0]?.cells ?? []).flatMap((cell) =>
    cell === undefined || cell.text.trim() === '' ? [] : [`“${shorten(cell.text.trim().replace(/\s+/g, ' '), 30)}”`],
  );
  const shown = found.length > 6 ? [...found.slice(0, 6), 'more'] : found;
  return (
    `No column is headed “Login Email”. ${found.length === 0 ? 'The sheet is empty.' : `The first filled row holds ${listOf(shown)}.`} ` +
    'Write Login Email over the column with the addresses, and the other headers as in the template, then drop the file again.'
  );
}
