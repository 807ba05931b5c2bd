import { listOf, nameKey } from '../../lib/plain-text';
import { needsReset } from '../edits/sign-in';
import type { NewUser, User } from '../users/users.types';
import { adminLabel, statusLabels, systemLabels } from './field-labels';
import { headerOf } from './import-columns';
import { type FieldDifference, type ImportRow, type RowProblem, type TwinKind, twinKinds } from './imports.types';
import { planAccess, plannedDefaultProfile } from './plan-access';
import { planSignIn } from './plan-status';
import type { ReadValues } from './read-row-values';
import type { PeopleFacts, RowChange, RowPlan, RowValues, SiteFacts, TwinKeysOfRow, Twins } from './row-plan.types';

/** A row that is left out, and why. */
export function failing(problems: readonly RowProblem[], userId: number | null = null): RowPlan {
  return { action: 'fail', userId, change: null, differences: [], problems };
}

const nobody: ReadonlySet<number> = new Set();
const none: readonly never[] = [];

/** Decides what a row does to the data of now. Asks nothing and changes nothing. */
export function planRow(
  row: ImportRow,
  { values, keys, problems: unreadable }: ReadValues,
  site: SiteFacts,
  people: PeopleFacts,
  twins: Twins,
): RowPlan {
  const { email } = values;
  // Without an address nothing else can be judged than what the cells say by themselves.
  if (email === undefined || keys.email === null) return failing(unreadable);
  const user = people.byEmailKey.get(keys.email);
  const signIn = planSignIn(values, user, site);
  const problems = [...unreadable];
  addTwinProblems(problems, row, keys, twins);
  addIdProblem(problems, values, user, people);
  problems.push(...signIn.problems);
  addHolderProblems(problems, values, user, people);
  if (problems.length > 0) return failing(problems, user?.id ?? null);

  const { named } = site;
  const newDefault = plannedDefaultProfile(values, user === undefined);
  const defaultProfileId = newDefault === undefined ? (user?.defaultProfileId ?? null) : newDefault;
  const access = planAccess(
    values,
    user === undefined ? null : (people.memberships.get(user.id) ?? []),
    site,
    defaultProfileId,
  );
  const before = user === undefined ? nobody : new Set(people.groupIds.get(user.id));
  const after = values.groups === undefined ? before : idsOf(values.groups);
  const groups = { added: without(after, before), removed: without(before, after) };
  const target: NewUser = {
    email: user?.email ?? email,
    emailKey: keys.email,
    firstName: values.firstName ?? user?.firstName ?? '',
    lastName: values.lastName ?? user?.lastName ?? '',
    status: signIn.status,
    isAdmin: values.isAdmin ?? user?.isAdmin ?? false,
    authSystem: signIn.authSystem,
    ssoUsername: signIn.ssoUsername,
    ldapUsername: signIn.ldapUsername,
    defaultProfileId,
  };
  const groupNames = (ids: ReadonlySet<number>) => (ids.size === 0 ? '' : namesOf(named.groups(ids)));
  const profileName = (id: number | null | undefined) => named.profile(id)?.name ?? '';
  const differences: FieldDifference[] = [];
  compareColumns(differences, user, target);
  compare(differences, headerOf.profile, profileName(user?.defaultProfileId), profileName(defaultProfileId));
  compare(differences, headerOf.groups, groupNames(before), groupNames(after));
  compare(differences, headerOf.projects, access.old, access.new);

  if (user === undefined) {
    const change = addingChange(target, access.changes.added, groups.added);
    return { action: 'invite', userId: null, change, differences, problems: none };
  }
  const change: RowChange = {
    person: null,
    columns: changedColumns(user, target),
    status: user.status !== target.status ? target.status : null,
    memberships: access.changes,
    groups,
    sendsReset: needsReset(user, target),
    seats: step(holdsSeat(user), holdsSeat(target)),
    admins: step(isActiveAdmin(user), isActiveAdmin(target)),
  };
  return changesNothing(change)
    ? { action: 'unchanged', userId: user.id, change: null, differences: none, problems: none }
    : { action: 'update', userId: user.id, change, differences, problems: none };
}

const namesOf = (items: readonly { readonly name: string }[]) => items.map(({ name }) => name).join(', ');

function idsOf(items: readonly { readonly id: number }[]): Set<number> {
  const ids = new Set<number>();
  for (const { id } of items) ids.add(id);
  return ids;
}

/** Sorted, so that the same change is the same plan whatever order the database gives. */
function without(ids: ReadonlySet<number>, others: ReadonlySet<number>): readonly number[] {
  if (ids.size === 0) return none;
  const left: number[] = [];
  for (const id of ids) if (!others.has(id)) left.push(id);
  return left.length < 2 ? left : left.sort((a, b) => a - b);
}

/** All that a row does for somebody new. */
export function addingChange(
  person: NewUser,
  memberships: RowChange['memberships']['added'],
  groupIds: readonly number[],
): RowChange & { readonly person: NewUser } {
  return {
    person,
    columns: {},
    status: person.status,
    memberships: { added: memberships, removed: none, reprofiled: none },
    groups: { added: groupIds, removed: none },
    sendsReset: false,
    seats: step(false, holdsSeat(person)),
    admins: step(false, isActiveAdmin(person)),
  };
}

const holdsSeat = (user: Pick<User, 'status'> | undefined) => user !== undefined && user.status !== 'disabled';
const isActiveAdmin = (user: Pick<User, 'status' | 'isAdmin'> | undefined) =>
  user !== undefined && user.status === 'active' && user.isAdmin;
const step = (before: boolean, after: boolean): -1 | 0 | 1 => (before === after ? 0 : after ? 1 : -1);

function compare(differences: FieldDifference[], field: string, old: string, next: string): void {
  if (old !== next) differences.push({ field, old, new: next });
}

function compareColumns(differences: FieldDifference[], user: User | undefined, target: NewUser): void {
  // Of somebody new, what is usual need not be told: no admin, signs in by a password.
  const usual = { isAdmin: false, authSystem: 'internal' } as const;
  const { isAdmin, authSystem } = user ?? usual;
  compare(differences, headerOf.firstName, user?.firstName ?? '', target.firstName);
  compare(differences, headerOf.lastName, user?.lastName ?? '', target.lastName);
  compare(
    differences,
    headerOf.status,
    user === undefined ? '' : statusLabels[user.status],
    statusLabels[target.status],
  );
  compare(differences, headerOf.authSystem, systemLabels[authSystem], systemLabels[target.authSystem]);
  compare(differences, headerOf.ssoUsername, user?.ssoUsername ?? '', target.ssoUsername ?? '');
  compare(differences, headerOf.ldapUsername, user?.ldapUsername ?? '', target.ldapUsername ?? '');
  compare(differences, headerOf.admin, adminLabel(isAdmin), adminLabel(target.isAdmin));
}

function changedColumns(user: User, target: NewUser): RowChange['columns'] {
  return {
    ...(user.firstName !== target.firstName && { firstName: target.firstName }),
    ...(user.lastName !== target.lastName && { lastName: target.lastName }),
    ...(user.isAdmin !== target.isAdmin && { isAdmin: target.isAdmin }),
    ...(user.authSystem !== target.authSystem && { authSystem: target.authSystem }),
    ...(user.ssoUsername !== target.ssoUsername && { ssoUsername: target.ssoUsername }),
    ...(user.ldapUsername !== target.ldapUsername && { ldapUsername: target.ldapUsername }),
    ...(user.defaultProfileId !== target.defaultProfileId && { defaultProfileId: target.defaultProfileId }),
  };
}

function changesNothing({ columns, status, memberships, groups }: RowChange): boolean {
  return (
    Object.keys(columns).length === 0 &&
    status === null &&
    [memberships.added, memberships.removed, memberships.reprofiled, groups.added, groups.removed].every(
      ({ length }) => length === 0,
    )
  );
}

/** Numbers of other rows that a problem names. */
const shownTwins = 5;

function addTwinProblems(problems: RowProblem[], row: ImportRow, keys: TwinKeysOfRow, twins: Twins): void {
  for (const kind of twinKinds) {
    const key = keys[kind];
    const found = key === null ? undefined : twins[kind].get(key);
    if (found === undefined) continue;
    const others = found.rows.filter((number) => number !== row.rowNumber).slice(0, shownTwins);
    const isOne = found.total === 2;
    const rows = `${isOne ? 'Row' : 'Rows'} ${listOf(others.map(String))}${found.total - 1 > shownTwins ? ' …' : ''}`;
    problems.push({ field: headerOf[kind], sentence: `${rows} ${isOne ? 'has' : 'have'} ${twinAdvice[kind]}` });
  }
}

const onlyOne = (header: string) => `the same ${header}. Only one person can have it: correct the others.`;
const twinAdvice: Readonly<Record<TwinKind, string>> = {
  email: 'the same address. Leave one row for each person.',
  ssoUsername: onlyOne(headerOf.ssoUsername),
  ldapUsername: onlyOne(headerOf.ldapUsername),
};

function addIdProblem(problems: RowProblem[], values: RowValues, user: User | undefined, people: PeopleFacts): void {
  const { userId, email } = values;
  if (userId === undefined || userId === user?.id) return;
  const owner = people.byId.get(userId);
  const belongs =
    owner === undefined ? `Nobody has the User ID ${userId}` : `User ID ${userId} belongs to ${owner.email}`;
  const advice =
    user === undefined
      ? 'An import cannot change a Login Email: correct it, or empty User ID to invite a new person.'
      : `${email} has ${user.id}. Correct one of the two, or empty User ID.`;
  problems.push({ field: headerOf.userId, sentence: `${belongs}${user === undefined ? '. ' : '; '}${advice}` });
}

function addHolderProblems(
  problems: RowProblem[],
  values: RowValues,
  user: User | undefined,
  people: PeopleFacts,
): void {
  for (const key of ['ssoUsername', 'ldapUsername'] as const) {
    const username = values[key];
    const holders = people.holders[key];
    if (username === undefined || username === null || holders.size === 0) continue;
    const holder = holders.get(nameKey(username));
    if (holder === undefined || holder.id === user?.id) continue;
    problems.push({
      field: headerOf[key],
      sentence: `${headerOf[key]} “${username}” belongs to ${holder.email}. Correct it, or change that person first.`,
    });
  }
}
