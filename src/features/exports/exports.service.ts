import { createWriteStream } from 'node:fs';
import { DateTime } from 'luxon';
import type { Context } from '../../platform/context';
import { type SheetValue, writeWorkbook } from '../../platform/sheets/write-sheet';
import { type Catalogue, groupsOf, membershipsOf, readCatalogue } from '../access/access.service';
import type { Membership } from '../access/access.types';
import { exportWords } from '../imports/import-workbooks.service';
import { findUsers, requireAdmin } from '../users/users.service';
import type { User } from '../users/users.types';

const batchSize = 500;
const linkHeaders: readonly string[] = ['Activation Link', 'Reset Password Link'];
const widths: Readonly<Partial<Record<string, number>>> = { 'Login Email': 34, Groups: 24, Projects: 28 };

/** Everything that the cells of one person say. */
interface Facts {
  readonly user: User;
  readonly memberships: readonly Membership[];
  readonly groupIds: readonly number[];
  readonly catalogue: Catalogue;
  readonly timeZone: string;
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
};

/**
 * Writes these users to `path`, in the order given, with the columns of an export but its links. Whoever is not there
 * any more is left out. Importing the file again changes nothing.
 * @throws AppError `not_admin`
 */
export async function writeUsersWorkbook(ctx: Context, userIds: readonly number[], path: string): Promise<void> {
  await requireAdmin(ctx);
  const headers = exportWords.headers.filter((header) => !linkHeaders.includes(header));
  const catalogue = await readCatalogue(ctx);
  const rows = async function* (): AsyncGenerator<readonly SheetValue[]> {
    for (let from = 0; from < userIds.length; from += batchSize) {
      const ids = userIds.slice(from, from + batchSize);
      const users = new Map((await findUsers(ctx, ids)).map((user) => [user.id, user]));
      const memberships = await membershipsOf(ctx, ids);
      const groups = await groupsOf(ctx, ids);
      for (const id of ids) {
        const user = users.get(id);
        if (user === undefined) continue;
        const facts: Facts = {
          user,
          memberships: memberships.get(id) ?? [],
          groupIds: (groups.get(id) ?? []).map(({ groupId }) => groupId),
          catalogue,
          timeZone: ctx.config.timeZone,
        };
        yield headers.map((header) => cellOf[header]?.(facts) ?? '');
      }
    }
  };
  await writeWorkbook(createWriteStream(path), [
    { name: 'People', columns: headers.map((header) => ({ header, width: widths[header] ?? 18 })), rows: rows() },
  ]);
}
