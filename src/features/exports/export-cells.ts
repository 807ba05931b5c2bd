import { orderOf } from '../../lib/order-of';
import { nameKey } from '../../lib/plain-text';
import { defaultSheetLimits } from '../../platform/sheets/sheet.types';
import type { Catalogue } from '../access/access.service';
import { exportWords } from '../imports/import-workbooks.service';
import type { User } from '../users/users.types';
import type { GivenProject } from './exports.types';

const activationHeader = 'Activation Link';
const resetHeader = 'Reset Password Link';

/** The headers of an export in their order. */
export function exportHeaders(withLinks: boolean): readonly string[] {
  return withLinks
    ? exportWords.headers
    : exportWords.headers.filter((header) => header !== activationHeader && header !== resetHeader);
}

/** What the cells of one person say. */
export interface PersonFacts {
  readonly user: User;
  /** In any order; a project that is not in the catalogue is left out. */
  readonly projects: readonly GivenProject[];
  /** In any order. */
  readonly groups: readonly { readonly groupId: number }[];
  /** Links that work at this moment, as far as they are asked for. */
  readonly activationLink?: string | undefined;
  readonly resetLink?: string | undefined;
}

export interface PersonRow {
  readonly cells: readonly string[];
  /** The person is in more projects or groups than a cell takes; those cells are blank. */
  readonly isCut: boolean;
}

interface Names {
  readonly profiles: ReadonlyMap<number, string>;
  readonly projects: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
  readonly projectsInOrder: ReturnType<typeof orderOf>;
  readonly groupsInOrder: ReturnType<typeof orderOf>;
  momentOf(date: Date): string;
}

const namesById = (items: readonly { readonly id: number; readonly name: string }[]) =>
  new Map(items.map(({ id, name }) => [id, name]));

/** `2026-10-02 07:30` in a time zone. Sweden writes times like that, and the formatter is far faster than luxon's. */
function momentsIn(timeZone: string): (date: Date) => string {
  const { format } = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return format;
}

/** Names one a line; null where a cell does not take them all. */
function listCell(names: readonly string[]): string | null {
  const text = names.join('\n');
  return text.length > defaultSheetLimits.maxCellLength ? null : text;
}

interface Lists {
  readonly projects: string;
  readonly profile: string;
  readonly groups: string;
  readonly isCut: boolean;
}

/**
 * The cells that hold several names. Profiles pair with the projects line by line; without projects it is the default
 * profile. Where an archived profile has no name to import, or the names do not fit, the cells are blank: an import
 * leaves what they are about as it is.
 */
function listsOf({ user, projects: given, groups: inGroups }: PersonFacts, names: Names): Lists {
  const groups = listCell(
    names.groupsInOrder(inGroups, ({ groupId }) => groupId).flatMap(({ groupId }) => names.groups.get(groupId) ?? []),
  );
  const inUse = names.projectsInOrder(given, ({ projectId }) => projectId);
  if (inUse.length === 0) {
    const profile = user.defaultProfileId === null ? '' : (names.profiles.get(user.defaultProfileId) ?? '');
    return { projects: '', profile, groups: groups ?? '', isCut: groups === null };
  }
  const known = inUse.map(({ profileId }) => names.profiles.get(profileId));
  const profile = known.includes(undefined) ? '' : listCell(known as string[]);
  const projects = listCell(inUse.map(({ projectId }) => names.projects.get(projectId) ?? ''));
  const isCut = projects === null || profile === null;
  return {
    projects: isCut ? '' : projects,
    profile: isCut ? '' : profile,
    groups: groups ?? '',
    isCut: isCut || groups === null,
  };
}

type CellOf = (facts: PersonFacts, lists: Lists, names: Names) => string;

const cellOf: Readonly<Record<string, CellOf>> = {
  'User ID': ({ user }) => String(user.id),
  'Login Email': ({ user }) => user.email,
  'First Name': ({ user }) => user.firstName,
  'Last Name': ({ user }) => user.lastName,
  Status: ({ user }) => exportWords.statuses[user.status],
  'Auth System': ({ user }) => exportWords.systems[user.authSystem],
  'SSO Username': ({ user }) => user.ssoUsername ?? '',
  'LDAP Username': ({ user }) => user.ldapUsername ?? '',
  'User Profile': (_, { profile }) => profile,
  Groups: (_, { groups }) => groups,
  Projects: (_, { projects }) => projects,
  Admin: ({ user }) => exportWords.admin(user.isAdmin),
  'Last Login': ({ user }, _, { momentOf }) => (user.lastLoginAt === null ? '' : momentOf(user.lastLoginAt)),
  [activationHeader]: ({ user, activationLink }) => (user.status === 'invited' ? (activationLink ?? '') : ''),
  [resetHeader]: ({ resetLink }) => resetLink ?? '',
};

/** Whoever is called like the word that empties a cell must not lose the name by that. */
const unlessClear = (text: string) => (text.startsWith('<') && nameKey(text) === exportWords.clear ? '' : text);

/** Makes the cells of people, in the order of the headers. Times are in `timeZone`. */
export function personRows(
  headers: readonly string[],
  catalogue: Catalogue,
  timeZone: string,
): (facts: PersonFacts) => PersonRow {
  const names: Names = {
    profiles: namesById(catalogue.profiles),
    projects: namesById(catalogue.projects),
    groups: namesById(catalogue.groups),
    projectsInOrder: orderOf(catalogue.projects),
    groupsInOrder: orderOf(catalogue.groups),
    momentOf: momentsIn(timeZone),
  };
  const columns = headers.map((header): CellOf => cellOf[header] ?? (() => ''));
  return (facts) => {
    const lists = listsOf(facts, names);
    return { cells: columns.map((column) => unlessClear(column(facts, lists, names))), isCut: lists.isCut };
  };
}
