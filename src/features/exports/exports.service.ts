import { createWriteStream } from 'node:fs';
import { inTurns } from '../../lib/in-turns';
import { count } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { rowsPerStatement } from '../../platform/db/dialect';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput } from '../../platform/errors';
import { lastSheetRow, type SheetKind } from '../../platform/sheets/sheet.types';
import { writeCsv } from '../../platform/sheets/write-csv';
import { type SheetColumn, writeWorkbook } from '../../platform/sheets/write-sheet';
import { readCatalogue } from '../access/access.service';
import { recordAudit } from '../audit/audit.service';
import type { LinkPurpose } from '../credentials/credentials.types';
import { linkUrl, openLinks } from '../credentials/links.service';
import { type FilterWords, filterOf } from '../directory/filter-words.service';
import { exportColumnsOf } from '../imports/import-workbooks.service';
import { countMatching, eachMatching } from '../users/matching-users.service';
import { findUsers, requireAdmin } from '../users/users.service';
import type { ListedUser, UserStatus } from '../users/users.types';
import { exportHeaders, type PersonRow, personRows } from './export-cells';
import { selectGivenTexts } from './exports.store';
import type { GivenTexts } from './exports.types';
import { readAhead } from './read-ahead';

/** Half of what a statement may read, as one batch waits while the next is read: what lives longer, V8 lets pile up. */
const batchSize = (ctx: Context) => rowsPerStatement(ctx.db) / 2;
// Of whoever is deleted while the export reads.
const nothingGiven: GivenTexts = { projects: '{}', groups: '[]' };

/** Whose links open anything: an active person has nothing to activate, and a disabled one cannot come in. */
const linkStatuses: Readonly<Record<LinkPurpose, readonly UserStatus[]>> = {
  activation: ['invited'],
  reset: ['invited', 'active'],
};

/** What a sheet takes below its header. */
export const mostPeopleInSheet = lastSheetRow - 1;

/** The sheet of an export but for its rows, and what makes rows of users. */
async function sheetOf(ctx: Context, withLinks: boolean) {
  const catalogue = await readCatalogue(ctx);
  const headers = exportHeaders(withLinks);
  const columns: SheetColumn[] = exportColumnsOf(catalogue).filter(({ header }) => headers.includes(header));
  const rowOf = personRows(headers, catalogue, ctx.config.timeZone);

  /** Links of one purpose that work at this moment, of those users who can have one. */
  async function linksOf(
    users: readonly ListedUser[],
    purpose: LinkPurpose,
  ): Promise<(id: number) => string | undefined> {
    const ids = withLinks ? users.filter(({ status }) => linkStatuses[purpose].includes(status)) : [];
    const open = await openLinks(
      ctx,
      ids.map(({ id }) => id),
      purpose,
    );
    return (id) => {
      const link = open.get(id);
      return link && linkUrl(ctx, link).reveal();
    };
  }

  return {
    name: 'People',
    columns,
    /** The rows of some users in the order given; the number of statements does not grow with them. */
    async rowsOf(users: readonly ListedUser[]): Promise<PersonRow[]> {
      const ids = users.map(({ id }) => id);
      const [given, activation, reset] = await Promise.all([
        selectGivenTexts(ctx.db, ids),
        linksOf(users, 'activation'),
        linksOf(users, 'reset'),
      ]);
      // At once, although they wait to be written: the texts alone are a quarter of what they are made of.
      return inTurns(users, (user) =>
        rowOf({
          user,
          given: given.get(user.id) ?? nothingGiven,
          activationLink: activation(user.id),
          resetLink: reset(user.id),
        }),
      );
    },
  };
}

/**
 * Writes these users to `path`, in the order given, with the columns of an export but its links. Whoever is not there
 * any more is left out. Importing the file again changes nothing.
 * @throws AppError `not_admin`
 */
export async function writeUsersWorkbook(ctx: Context, userIds: readonly number[], path: string): Promise<void> {
  await requireAdmin(ctx);
  const { name, columns, rowsOf } = await sheetOf(ctx, false);
  const rows = async function* () {
    const size = batchSize(ctx);
    for (let from = 0; from < userIds.length; from += size) {
      const ids = userIds.slice(from, from + size);
      const users = new Map((await findUsers(ctx, ids)).map((user) => [user.id, user]));
      for (const { cells } of await rowsOf(ids.flatMap((id) => users.get(id) ?? []))) yield cells;
    }
  };
  await writeWorkbook(createWriteStream(path), [{ name, columns, rows: rows() }]);
}

export interface ExportChoice {
  readonly words: FilterWords;
  readonly format: SheetKind;
  /** With the links that open accounts: the file is for the asking admin only. */
  readonly links: boolean;
}

export interface ExportRun {
  readonly signal: AbortSignal;
  /** Is told after every batch. */
  readonly moved: (done: number, total: number) => void;
  /** As in `countForExport`. */
  readonly mostInSheet?: number;
}

export interface ExportResult {
  readonly people: number;
  /** How many of them are in more projects or groups than a cell takes; those cells are blank. */
  readonly cut: number;
}

const tooManyForSheet = (people: number, most: number) =>
  invalidInput(
    `${count(people, 'person', 'people')} match, and a sheet takes ${count(most, 'person', 'people')}. ` +
      'Nothing was written. Name a status, a project or a group to have fewer, or take a CSV file, which takes any number.',
  );

/**
 * How many an export would hold, counted now.
 * @param mostInSheet what a sheet takes below its header; a CSV file takes any number
 * @throws AppError `not_admin`, `invalid_input` for a project or group that does not exist, or more than a sheet takes
 */
export async function countForExport(
  ctx: Context,
  { words, format }: ExportChoice,
  mostInSheet = mostPeopleInSheet,
): Promise<number> {
  const total = await countMatching(ctx, await filterOf(ctx, words));
  if (format === 'xlsx' && total > mostInSheet) throw tooManyForSheet(total, mostInSheet);
  return total;
}

/**
 * Writes everybody whom the filter describes to `path`, in the order of their addresses and in constant memory, and puts
 * that into the audit trail. Disabled people are left out unless a status names them. Importing the file again changes
 * nothing.
 * @throws AppError `not_admin`, also where the privilege went meanwhile; `invalid_input` for a project or group that does
 *   not exist, or more people than a sheet takes; what `signal` aborts with
 */
export async function exportPeople(
  ctx: Context,
  choice: ExportChoice,
  path: string,
  { signal, moved, mostInSheet = mostPeopleInSheet }: ExportRun,
): Promise<ExportResult> {
  await requireAdmin(ctx);
  const { format, links } = choice;
  const total = await countForExport(ctx, choice, mostInSheet);
  const filter = await filterOf(ctx, choice.words);
  const { name, columns, rowsOf } = await sheetOf(ctx, links);
  let people = 0;
  let cut = 0;
  const batches = async function* () {
    for await (const users of eachMatching(ctx, filter, batchSize(ctx))) yield await rowsOf(users);
  };
  const rows = async function* () {
    for await (const batch of readAhead(batches())) {
      people += batch.length;
      if (format === 'xlsx' && people > mostInSheet) throw tooManyForSheet(people, mostInSheet);
      for (const { cells, isCut } of batch) {
        if (isCut) cut += 1;
        yield cells;
      }
      moved(people, Math.max(people, total));
    }
  };
  const output = createWriteStream(path, { mode: 0o600 });
  if (format === 'csv') await writeCsv(output, { columns, rows: rows() }, { signal });
  else await writeWorkbook(output, [{ name, columns, rows: rows() }], { signal });
  signal.throwIfAborted();
  await inTransaction(ctx, async (tx) => {
    // Whoever lost the privilege while it was written is not handed the file.
    await requireAdmin(tx);
    await recordAudit(tx, [
      {
        action: 'users.exported',
        subjectType: 'user',
        subjectId: null,
        subjectLabel: count(people, 'person', 'people'),
        after: { people, ...(links && { links: 'with links' }) },
        operationId: null,
      },
    ]);
  });
  return { people, cut };
}
