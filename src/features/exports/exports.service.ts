import { createWriteStream } from 'node:fs';
import { DateTime } from 'luxon';
import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import type { SheetKind } from '../../platform/sheets/sheet.types';
import { writeCsv } from '../../platform/sheets/write-csv';
import { type SheetValue, writeWorkbook } from '../../platform/sheets/write-sheet';
import { type Catalogue, groupsOf, membershipsOf, readCatalogue } from '../access/access.service';
import type { Membership } from '../access/access.types';
import { recordAudit } from '../audit/audit.service';
import type { LinkPurpose } from '../credentials/credentials.types';
import { linkUrl, openLinks } from '../credentials/links.service';
import { type FilterWords, filterOf } from '../directory/filter-words.service';
import { exportWords } from '../imports/import-workbooks.service';
import { countMatching, eachMatching } from '../users/matching-users.service';
import { findUsers, requireAdmin } from '../users/users.service';
import type { User } from '../users/users.types';

const batchSize = 500;
const activationHeader = 'Activation Link';
const resetHeader = 'Reset Password Link';
const widths: Readonly<Partial<Record<string, number>>> = { 'Login Email': 34, Groups: 24, Projects: 28 };

/** Everything that the cells of one person say. */
interface Facts {
  readonly user: User;
  readonly memberships: readonly Membership[];
  readonly groupIds: readonly number[];
  readonly catalogue: Catalogue;
  readonly timeZone: string;
  readonly links: Links;
}

/** Profiles pair with the projects line by line; without projects it is the default profile. */
function profileCell({ user, memberships, catalogue }: Facts): string {
  const nameOf = (id: number | null) => catalogue.profiles.find((profile) => profile.id === id)?.name;
  if (memberships.length === 0) return nameOf(user.defaultProfileId) ?? '';
  const names = memberships.map(({ profileId }) => nameOf(profileId));
  // A profile that was archived has no name to import; a blank cell leaves all of them as they are.
  return names.some((name) => name === undefined) ? '' : names.join('\n');
}

const cellOf: Readonly<Record<string, (facts: Facts) => string>> = {
  'User ID': ({ user }) => String(user.id),
  'Login Email': ({ user }) => user.email,
  'First Name': ({ user }) => user.firstName,
  'Last Name': ({ user }) => user.lastName,
  Status: ({ user }) => exportWords.statuses[user.status],
  'Auth System': ({ user }) => exportWords.systems[user.authSystem],
  'SSO Username': ({ user }) => user.ssoUsername ?? '',
  'LDAP Username': ({ user }) => user.ldapUsername ?? '',
  'User Profile': profileCell,
  Groups: ({ groupIds, catalogue }) =>
    catalogue.groups
      .filter(({ id }) => groupIds.includes(id))
      .map(({ name }) => name)
      .join('\n'),
  Projects: ({ memberships, catalogue }) =>
    memberships.map(({ projectId }) => catalogue.projects.find(({ id }) => id === projectId)?.name ?? '').join('\n'),
  Admin: ({ user }) => exportWords.admin(user.isAdmin),
  'Last Login': ({ user, timeZone }) =>
    user.lastLoginAt === null
      ? ''
      : DateTime.fromJSDate(user.lastLoginAt, { zone: timeZone }).toFormat('yyyy-MM-dd HH:mm'),
  [activationHeader]: ({ user, links }) => (user.status === 'invited' ? (links.activation.get(user.id) ?? '') : ''),
  [resetHeader]: ({ user, links }) => links.reset.get(user.id) ?? '',
};

/** Links of people by user id, as far as they are asked for and live. */
interface Links {
  readonly activation: ReadonlyMap<number, string>;
  readonly reset: ReadonlyMap<number, string>;
}

const noLinks: Links = { activation: new Map(), reset: new Map() };

async function linksOf(ctx: Context, ids: readonly number[]): Promise<Links> {
  const live = async (purpose: LinkPurpose) =>
    new Map([...(await openLinks(ctx, ids, purpose))].map(([id, link]) => [id, linkUrl(ctx, link).reveal()]));
  return { activation: await live('activation'), reset: await live('reset') };
}

/** The rows of some users in the order given; the number of statements does not grow with them. */
async function rowsOf(
  ctx: Context,
  users: readonly User[],
  catalogue: Catalogue,
  headers: readonly string[],
): Promise<string[][]> {
  const ids = users.map(({ id }) => id);
  const memberships = await membershipsOf(ctx, ids);
  const groups = await groupsOf(ctx, ids);
  const links = headers.includes(activationHeader) ? await linksOf(ctx, ids) : noLinks;
  return users.map((user) => {
    const facts: Facts = {
      user,
      memberships: memberships.get(user.id) ?? [],
      groupIds: (groups.get(user.id) ?? []).map(({ groupId }) => groupId),
      catalogue,
      timeZone: ctx.config.timeZone,
      links,
    };
    return headers.map((header) => cellOf[header]?.(facts) ?? '');
  });
}

const columnsOf = (headers: readonly string[]) => headers.map((header) => ({ header, width: widths[header] ?? 18 }));
const headersWithoutLinks = exportWords.headers.filter(
  (header) => header !== activationHeader && header !== resetHeader,
);

/**
 * Writes these users to `path`, in the order given, with the columns of an export but its links. Whoever is not there
 * any more is left out. Importing the file again changes nothing.
 * @throws AppError `not_admin`
 */
export async function writeUsersWorkbook(ctx: Context, userIds: readonly number[], path: string): Promise<void> {
  await requireAdmin(ctx);
  const catalogue = await readCatalogue(ctx);
  const rows = async function* (): AsyncGenerator<readonly SheetValue[]> {
    for (let from = 0; from < userIds.length; from += batchSize) {
      const ids = userIds.slice(from, from + batchSize);
      const users = new Map((await findUsers(ctx, ids)).map((user) => [user.id, user]));
      const known = ids.flatMap((id) => users.get(id) ?? []);
      yield* await rowsOf(ctx, known, catalogue, headersWithoutLinks);
    }
  };
  await writeWorkbook(createWriteStream(path), [
    { name: 'People', columns: columnsOf(headersWithoutLinks), rows: rows() },
  ]);
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
}

/**
 * Writes everybody whom the filter describes to `path`, in the order of their addresses and in constant memory, and puts
 * that into the audit trail. Disabled people are left out unless a status names them.
 * @returns how many people are in the file
 * @throws AppError `not_admin`, `invalid_input` for a project or group that does not exist; what `signal` aborts with
 */
export async function exportPeople(
  ctx: Context,
  { words, format, links }: ExportChoice,
  path: string,
  { signal, moved }: ExportRun,
): Promise<number> {
  await requireAdmin(ctx);
  const filter = await filterOf(ctx, words);
  const catalogue = await readCatalogue(ctx);
  const total = await countMatching(ctx, filter);
  const headers = links ? exportWords.headers : headersWithoutLinks;
  let done = 0;
  const rows = async function* (): AsyncGenerator<readonly SheetValue[]> {
    for await (const users of eachMatching(ctx, filter, batchSize)) {
      yield* await rowsOf(ctx, users, catalogue, headers);
      done += users.length;
      moved(done, Math.max(done, total));
    }
  };
  const sheet = { name: 'People', columns: columnsOf(headers), rows: rows() };
  const output = createWriteStream(path);
  if (format === 'csv') await writeCsv(output, sheet, { signal });
  else await writeWorkbook(output, [sheet], { signal });
  await inTransaction(ctx, (tx) =>
    recordAudit(tx, [
      {
        action: 'users.exported',
        subjectType: 'user',
        subjectId: null,
        subjectLabel: `${done} people`,
        after: { people: done, ...(links && { links: 'with links' }) },
        operationId: null,
      },
    ]),
  );
  return done;
}
