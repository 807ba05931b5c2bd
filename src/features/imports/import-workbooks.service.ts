import { createWriteStream } from 'node:fs';
import { count, oneLine, shorten } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { type SheetColumn, type SheetValue, writeWorkbook } from '../../platform/sheets/write-sheet';
import { type Catalogue, readCatalogue } from '../access/access.service';
import { clearWord } from './cell-text';
import { adminLabel, statusLabels, systemLabels } from './field-labels';
import { findImport } from './find-import.service';
import { errorColumns, exportColumns } from './import-columns';
import type { StoredRow } from './import-rows.store';
import { type FieldKey, importRowLimit, type RowAction, rowsIn } from './imports.types';
import { problemLines } from './problem-lines';
import { rowsInFile, rowsLeft } from './rows-in-file.service';
import { type ShownRow, toShown } from './written-plan';

const batchSize = 500;

async function* shownRows(parts: AsyncIterable<readonly StoredRow[]>): AsyncGenerator<ShownRow> {
  for await (const part of parts) for (const row of part) yield toShown(row);
}

const happenings: Readonly<Record<RowAction, string>> = {
  invite: 'Is added',
  update: 'Is changed',
  unchanged: 'Stays as it is',
  fail: 'Is left out',
};

/** What becomes of a person, in a word or two more than the row's action. */
function happeningOf({ action, change }: ShownRow): string {
  if (action === 'invite') return change?.status === 'active' ? 'Is added and active at once' : 'Is invited by mail';
  if (change?.sendsReset) return 'Is changed; gets a link to set a password by mail';
  if (change?.status === 'invited') return 'Is invited again by mail';
  if (change?.status === 'active') return 'Is changed and active at once';
  if (change?.status === 'disabled') return 'Is disabled; cannot sign in any more';
  return happenings[action];
}

/** Excel refuses longer cells. */
const longestCell = 32_000;

const cut = (text: string) => (text.length > longestCell ? shorten(text, longestCell / 2) : text);

/** A workbook with more rows is no pleasure to open, and too large for some conversations. */
export const mostPlanRows = 200_000;

/**
 * Writes the plan of a preview to `path`: a row a person, with what happens and every `field: old → new`; the first
 * `mostPlanRows` people, and then a row that says how many more there are.
 * @throws AppError `not_found`
 */
export async function writePlanWorkbook(ctx: Context, id: number, path: string): Promise<void> {
  const { totals } = await findImport(ctx, id);
  const rows = async function* (): AsyncGenerator<readonly SheetValue[]> {
    let written = 0;
    for await (const row of shownRows(rowsInFile(ctx, id, batchSize))) {
      if (written === mostPlanRows) {
        yield [
          '',
          '',
          'Not shown here',
          `${count(rowsIn(totals.counts) - written, 'more row')}, which the import goes through too`,
        ];
        return;
      }
      written += 1;
      const changes = row.differences.map(
        ({ field, old, new: next }) => `${field}: ${old || '(empty)'} → ${next || '(empty)'}`,
      );
      const problems = problemLines(row.problems);
      yield [
        String(row.rowNumber),
        row.email ?? '',
        happeningOf(row),
        cut([...(row.action === 'fail' ? problems : changes)].join('\n')),
      ];
    }
  };
  await writeWorkbook(createWriteStream(path), [
    {
      name: 'Plan',
      columns: [
        { header: 'Row', width: 8 },
        { header: 'Login Email', width: 34 },
        { header: 'What happens', width: 30 },
        { header: 'Changes', width: 90 },
      ],
      rows: rows(),
    },
  ]);
}

const widths: Readonly<Partial<Record<string, number>>> = {
  'User ID': 10,
  'Login Email': 34,
  Status: 12,
  'Auth System': 14,
  'User Profile': 20,
  Groups: 24,
  Projects: 28,
  Admin: 9,
  'Reset Password Link': 21,
};

const notes: Readonly<Record<FieldKey, string>> = {
  userId: 'From an export; only checked. Leave it empty for new people.',
  email: 'Compulsory. Says who the row is about: a new address is invited, a known one is updated.',
  firstName: `Up to 100 characters. Blank leaves it as it is, ${clearWord} empties it.`,
  lastName: `Up to 100 characters. Blank leaves it as it is, ${clearWord} empties it.`,
  status: 'Invited, Active or Disabled. Leave it blank for new people.',
  authSystem: 'Internal (password), LDAP or SSO. LDAP and SSO need the matching username.',
  ssoUsername: `The name that the person signs in with by SSO. ${clearWord} empties it.`,
  ldapUsername: `The name that the person signs in with by LDAP. ${clearWord} empties it.`,
  profile: 'One line for all listed projects, or as many lines as projects. Without projects: the default profile.',
  groups: `One group a line; replaces the groups of the person. ${clearWord} takes the person out of all.`,
  projects: `One project a line; replaces the projects of the person. ${clearWord} takes the person out of all.`,
  admin: 'Yes or No.',
};

/** The headers of an export in their order, and the words of its cells, so that an export can be imported again. */
export const exportWords = {
  headers: exportColumns.map(({ header }) => header),
  statuses: statusLabels,
  systems: systemLabels,
  admin: adminLabel,
  clear: clearWord,
} as const;

/** The columns of an export, with what each may hold. */
export function exportColumnsOf({ profiles }: Catalogue): (SheetColumn & { readonly field: FieldKey | null })[] {
  const choices: Partial<Record<FieldKey, readonly string[]>> = {
    status: Object.values(statusLabels),
    authSystem: Object.values(systemLabels),
    profile: profiles.map(({ name }) => name),
    admin: [adminLabel(true), adminLabel(false)],
  };
  return exportColumns.map(({ header, field }) => {
    const offered = field === null ? undefined : choices[field];
    return {
      header,
      field,
      width: widths[header] ?? 18,
      note: field === null ? 'An import leaves this column alone.' : notes[field],
      ...(offered !== undefined && { choices: offered }),
    };
  });
}

const notRun = 'Not run: the import was stopped before this row.';

/**
 * Writes the failing rows to `path`: `Row, Field, Error`, then the columns of an export with the cells as they came,
 * the faulty ones coloured. Once corrected it can be imported as it is. Of an import that was stopped, the rows that were
 * not run are there as well.
 * @throws AppError `not_found`
 */
export async function writeErrorWorkbook(ctx: Context, id: number, path: string): Promise<void> {
  const { haltedBy, nextRow, state } = await findImport(ctx, id);
  const notRunFrom = haltedBy !== null && state !== 'paused' ? nextRow : null;
  const columns = exportColumnsOf(await readCatalogue(ctx));
  const rows = async function* (): AsyncGenerator<readonly SheetValue[]> {
    for await (const row of shownRows(rowsLeft(ctx, id, notRunFrom, batchSize))) {
      const fields = [...new Set(row.problems.flatMap(({ field }) => field ?? []))];
      yield [
        String(row.rowNumber),
        fields.join('\n'),
        row.problems.length === 0 ? notRun : cut(row.problems.map(({ sentence }) => sentence).join('\n')),
        ...columns.map(({ header, field }): SheetValue => {
          const cell = field === null ? undefined : row.cells[field];
          const text = cell?.text ?? '';
          const fault = row.problems.filter((problem) => problem.field === header).map(({ sentence }) => sentence);
          return fault.length === 0 ? text : { text, fault: fault.join('\n') };
        }),
      ];
    }
  };
  const [row, field, error] = errorColumns;
  await writeWorkbook(createWriteStream(path), [
    {
      name: 'Errors',
      columns: [
        { header: row, width: 8, note: 'The row in the file that was imported.' },
        { header: field, width: 18 },
        {
          header: error,
          width: 60,
          note: 'Correct the row, then drop this file as it is. These three columns are ignored.',
        },
        ...columns,
      ],
      rows: rows(),
    },
  ]);
}

/** Writes an empty workbook with the header, its notes and drop-downs to `path`, and a second sheet that explains it. */
export async function writeTemplateWorkbook(ctx: Context, path: string): Promise<void> {
  const columns = exportColumnsOf(await readCatalogue(ctx)).filter(({ field }) => field !== null && field !== 'userId');
  const general: readonly (readonly [string, string])[] = [
    [
      'How it works',
      'Fill in a row for each person on the first sheet, then send the file to me or drop it into an import channel.',
    ],
    ['First a preview', 'Nothing changes until an admin has looked at the preview and pressed Confirm.'],
    ['Blank cells', 'Leave what is there as it is.'],
    [clearWord, 'Written into a cell, it empties that field.'],
    ['Several names', 'Projects, groups and profiles stand one a line in their cell: press Alt+Enter for a new line.'],
    ['Size', `Up to ${importRowLimit.toLocaleString('en-US')} people in one file.`],
  ];
  await writeWorkbook(createWriteStream(path), [
    { name: 'People', columns, rows: [] },
    {
      name: 'How to fill it in',
      columns: [
        { header: 'Column', width: 20 },
        { header: 'What to write', width: 100 },
      ],
      rows: [...general, ...columns.map(({ header, note }) => [header, oneLine(note ?? '')] as const)],
    },
  ]);
}
