import { nearestOf } from '../../lib/did-you-mean';
import { nameKey, shorten } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { conflict, invalidInput } from '../../platform/errors';
import {
  deleteGroupMembers,
  deleteMemberships,
  holdProfilesInUse,
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

type NamedKind = 'Project' | 'Profile' | 'Group';
export type FoundByName<Item> = { readonly found: Item } | { readonly problem: string };

/** How many more times it may be asked what somebody meant, which takes longer than all else about a name. */
export interface SuggestionsLeft {
  left: number;
}

const mostSuggestions = 50;
const mostProblems = 5;
const shownName = (name: string) => `“${shorten(name, 80)}”`;

/** `there are “Apollo”, “Gemini” and more.` */
function knownNames(items: readonly { readonly name: string }[]): string {
  if (items.length === 0) return 'there is none yet.';
  const known = items.slice(0, 8).map(({ name }) => `“${name}”`);
  return `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}${items.length > 8 ? ' and more' : ''}.`;
}

/** Names and what was meant by those that are not known; the map and the index are built once for any number of names. */
function namesOf<Item extends { readonly name: string }>(items: readonly Item[], suggestions: SuggestionsLeft) {
  const byKey = new Map<string, Item>();
  for (const item of items) if (!byKey.has(nameKey(item.name))) byKey.set(nameKey(item.name), item);
  const nearest = nearestOf(items.map(({ name }) => name));
  return {
    find: (name: string) => byKey.get(nameKey(name)),
    meant(name: string): string | null {
      if (suggestions.left <= 0) return null;
      suggestions.left -= 1;
      return nearest(name);
    },
  };
}

/**
 * Looks names up one after another: what each means, or the sentence that says what is wrong with it, such as
 * `Project “Apolo” does not exist; did you mean “Apollo”?`
 */
export function nameLookUp<Item extends { readonly name: string }>(
  kind: NamedKind,
  items: readonly Item[],
  suggestions: SuggestionsLeft = { left: mostSuggestions },
): (name: string) => FoundByName<Item> {
  const names = namesOf(items, suggestions);
  const all = knownNames(items);
  return (name) => {
    const found = names.find(name);
    if (found !== undefined) return { found };
    const meant = names.meant(name);
    const hint = meant === null ? all : `did you mean “${meant}”?`;
    return { problem: `${kind} ${shownName(name)} does not exist; ${hint}` };
  };
}

/** What one name means, or what is wrong with it. */
export function lookUp<Item extends { readonly name: string }>(
  kind: NamedKind,
  items: readonly Item[],
  name: string,
): FoundByName<Item> {
  return nameLookUp(kind, items)(name);
}

/**
 * The items that several names mean, each once.
 * @throws AppError `invalid_input` with a sentence for each of the first names that mean nothing
 */
export function lookUpAll<Item extends { readonly id: number; readonly name: string }>(
  kind: NamedKind,
  items: readonly Item[],
  names: readonly string[],
): Item[] {
  const known = namesOf(items, { left: mostProblems });
  const found = new Map<number, Item>();
  const unknown: string[] = [];
  for (const name of names) {
    const item = known.find(name);
    if (item === undefined) unknown.push(name);
    else found.set(item.id, item);
  }
  if (unknown.length > 0) throw invalidInput(unknownNames(kind, items, unknown, known.meant), kind.toLowerCase());
  return [...found.values()];
}

function unknownNames(
  kind: NamedKind,
  items: readonly { readonly name: string }[],
  unknown: readonly string[],
  meantBy: (name: string) => string | null,
): string {
  const first = unknown.slice(0, mostProblems).map((name) => ({ name, meant: meantBy(name) }));
  const lines = first.map(
    ({ name, meant }) =>
      `${kind} ${shownName(name)} does not exist${meant === null ? '' : `; did you mean “${meant}”?`}`,
  );
  const more = unknown.length - first.length;
  const names = knownNames(items);
  const needsNames = first.some(({ meant }) => meant === null);
  if (lines.length === 1) return needsNames ? `${lines[0]}; ${names}` : (lines[0] as string);
  return [
    ...lines.map((line) => (line.endsWith('?') ? line : `${line}.`)),
    ...(more > 0 ? [`and ${more.toLocaleString('en-US')} more.`] : []),
    ...(needsNames ? [`${names[0]?.toUpperCase()}${names.slice(1)}`] : []),
  ].join('\n');
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
  await holdProfiles(tx, memberships);
  await insertMemberships(tx.db, memberships, tx.clock.now());
}

/** Nobody is given a profile that is archived at the same moment; those who have it by then get what takes its place. */
async function holdProfiles(tx: TxContext, memberships: readonly Membership[]): Promise<void> {
  const ids = [...new Set(memberships.map(({ profileId }) => profileId))];
  if (ids.length === 0 || (await holdProfilesInUse(tx.db, ids)).length === ids.length) return;
  throw conflict('A profile that was to be given was archived a moment ago. Nothing was changed; choose another one.');
}

/** What changes in the memberships of any number of users, as sets. */
export interface MembershipChanges {
  readonly added: readonly Membership[];
  readonly removed: readonly { readonly userId: number; readonly projectId: number }[];
  readonly reprofiled: readonly Membership[];
}

/** Writes set-wise changes; whoever leaves a project leaves its open work unassigned (R39, A18). */
export async function changeMemberships(tx: TxContext, changes: MembershipChanges): Promise<void> {
  await holdProfiles(tx, [...changes.added, ...changes.reprofiled]);
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
