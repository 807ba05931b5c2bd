import { didYouMean } from '../../lib/did-you-mean';
import { nameKey } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import {
  deleteGroupMembers,
  deleteMemberships,
  insertGroupMembers,
  insertMemberships,
  selectGroupMembers,
  selectGroups,
  selectMemberships,
  selectProfiles,
  selectProjects,
  unassignOpenWork,
  updateMembershipProfiles,
} from './access.store';
import type { Group, Membership, Profile, Project } from './access.types';

/** Everything that a name in a command or a cell can mean. Small: read once for a request or a file. */
export interface Catalogue {
  readonly profiles: readonly Profile[];
  readonly groups: readonly Group[];
  readonly projects: readonly Project[];
}

export async function readCatalogue(ctx: Context): Promise<Catalogue> {
  return {
    profiles: await selectProfiles(ctx.db),
    groups: await selectGroups(ctx.db),
    projects: await selectProjects(ctx.db),
  };
}

/** What one name means, or the sentence that says what is wrong with it: `Project “Apolo” does not exist; did you mean “Apollo”?` */
export function lookUp<Item extends { readonly name: string }>(
  kind: 'Project' | 'Profile' | 'Group',
  items: readonly Item[],
  name: string,
): { readonly found: Item } | { readonly problem: string } {
  const key = nameKey(name);
  const found = items.find((item) => nameKey(item.name) === key);
  if (found) return { found };
  const meant = didYouMean(
    name,
    items.map((item) => item.name),
  );
  const shown = name.length > 80 ? `${name.slice(0, 79)}…` : name;
  const known = items.slice(0, 8).map((item) => `“${item.name}”`);
  const hint =
    meant !== null
      ? `did you mean “${meant}”?`
      : known.length === 0
        ? 'there is none yet.'
        : `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}${items.length > 8 ? ' and more' : ''}.`;
  return { problem: `${kind} “${shown}” does not exist; ${hint}` };
}

/**
 * The items that several names mean, each once.
 * @throws AppError `invalid_input` with one sentence for all names that mean nothing
 */
export function lookUpAll<Item extends { readonly id: number; readonly name: string }>(
  kind: 'Project' | 'Profile' | 'Group',
  items: readonly Item[],
  names: readonly string[],
): Item[] {
  const found = new Map<number, Item>();
  const problems: string[] = [];
  for (const name of names) {
    const result = lookUp(kind, items, name);
    if ('found' in result) found.set(result.found.id, result.found);
    else problems.push(result.problem);
  }
  if (problems.length > 0) throw invalidInput(problems.join('\n'), kind.toLowerCase());
  return [...found.values()];
}

/** The profile somebody gets in a project when none is named: their default, else the site's (A16). */
export function profileFor(catalogue: Catalogue, defaultProfileId: number | null): Profile {
  const profile =
    catalogue.profiles.find(({ id }) => id === defaultProfileId) ??
    catalogue.profiles.find(({ isDefault }) => isDefault) ??
    catalogue.profiles[0];
  if (profile === undefined) throw invalidInput('This site has no profile yet. Make one first.');
  return profile;
}

export async function membershipsOf(ctx: Context, userIds: readonly number[]): Promise<Map<number, Membership[]>> {
  return groupByUser(await selectMemberships(ctx.db, userIds));
}

/** Group ids by user. */
export async function groupsOf(
  ctx: Context,
  userIds: readonly number[],
): Promise<Map<number, { userId: number; groupId: number }[]>> {
  return groupByUser(await selectGroupMembers(ctx.db, userIds));
}

/** Adds memberships that are known not to exist yet. */
export async function addMemberships(tx: TxContext, memberships: readonly Membership[]): Promise<void> {
  await insertMemberships(tx.db, memberships, tx.clock.now());
}

/** What changes in the memberships of any number of users, as sets. */
export interface MembershipChanges {
  readonly added: readonly Membership[];
  readonly removed: readonly { readonly userId: number; readonly projectId: number }[];
  readonly reprofiled: readonly Membership[];
}

/** Writes set-wise changes; whoever leaves a project leaves its open work unassigned (R39, A18). */
export async function changeMemberships(tx: TxContext, changes: MembershipChanges): Promise<void> {
  await unassignOpenWork(tx.db, changes.removed);
  await deleteMemberships(tx.db, changes.removed);
  await updateMembershipProfiles(tx.db, changes.reprofiled);
  await insertMemberships(tx.db, changes.added, tx.clock.now());
}

export async function changeGroups(
  tx: TxContext,
  added: readonly { readonly userId: number; readonly groupId: number }[],
  removed: readonly { readonly userId: number; readonly groupId: number }[],
): Promise<void> {
  await deleteGroupMembers(tx.db, removed);
  await insertGroupMembers(tx.db, added);
}

function groupByUser<Item extends { readonly userId: number }>(items: readonly Item[]): Map<number, Item[]> {
  const groups = new Map<number, Item[]>();
  for (const item of items) {
    const group = groups.get(item.userId);
    if (group) group.push(item);
    else groups.set(item.userId, [item]);
  }
  return groups;
}
