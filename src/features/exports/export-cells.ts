import { minute } from '../../lib/duration';
import { nameKey } from '../../lib/plain-text';
import { remembered } from '../../lib/remembered';
import type { Catalogue } from '../access/access.service';
import { exportWords } from '../imports/import-workbooks.service';
import type { ListedUser } from '../users/users.types';
import type { GivenTexts } from './exports.types';
import { type GivenCells, givenCellsOf, namesById } from './given-cells';

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
  readonly user: ListedUser;
  /** In any order; what is not in the catalogue is left out. */
  readonly given: GivenTexts;
  /** Links that work at this moment, as far as they are asked for. */
  readonly activationLink?: string | undefined;
  readonly resetLink?: string | undefined;
}

export interface PersonRow {
  readonly cells: readonly string[];
  /** The person is in more projects or groups than a cell takes; those cells are blank. */
  readonly isCut: boolean;
}

interface Words {
  readonly profiles: ReadonlyMap<number, string>;
  momentOf(date: Date): string;
}

const mostMoments = 10_000;

/**
 * `2026-10-02 07:30` in a time zone. Sweden writes times like that, and the formatter is far faster than luxon's; still it
 * takes longer than all other cells of a row, and of many people several have signed in at the same minute.
 */
function momentsIn(timeZone: string): (date: Date) => string {
  const { format } = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  const ofMinute = remembered((minutes: number) => format(minutes * minute), mostMoments);
  return (date) => ofMinute(Math.floor(date.getTime() / minute));
}

type CellOf = (facts: PersonFacts, given: GivenCells, words: Words) => string;

const cellOf: Readonly<Record<string, CellOf>> = {
  'User ID': ({ user }) => String(user.id),
  'Login Email': ({ user }) => user.email,
  'First Name': ({ user }) => user.firstName,
  'Last Name': ({ user }) => user.lastName,
  Status: ({ user }) => exportWords.statuses[user.status],
  'Auth System': ({ user }) => exportWords.systems[user.authSystem],
  'SSO Username': ({ user }) => user.ssoUsername ?? '',
  'LDAP Username': ({ user }) => user.ldapUsername ?? '',
  // Without projects it is the default profile.
  'User Profile': ({ user }, { inProjects }, { profiles }) =>
    inProjects?.profiles ?? profiles.get(user.defaultProfileId ?? 0) ?? '',
  Groups: (_, { groups }) => groups,
  Projects: (_, { inProjects }) => inProjects?.projects ?? '',
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
  const givenCells = givenCellsOf(catalogue);
  const words: Words = {
    profiles: namesById(catalogue.profiles),
    momentOf: momentsIn(timeZone),
  };
  const columns = headers.map((header): CellOf => cellOf[header] ?? (() => ''));
  return (facts) => {
    const given = givenCells(facts.given);
    return { cells: columns.map((column) => unlessClear(column(facts, given, words))), isCut: given.isCut };
  };
}
