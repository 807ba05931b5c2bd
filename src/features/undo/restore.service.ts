import type { TxContext } from '../../platform/context';
import { changeGroups, changeMemberships } from '../access/access.service';
import type { Membership } from '../access/access.types';
import { followSwitches } from '../auth-changes/auth-changes.service';
import { shutOut } from '../invites/invites.service';
import { takeSeats } from '../licences/licences.service';
import type { ChangedField } from '../operations/operations.service';
import { endSessionsOf } from '../sessions/sessions.service';
import { changeUsers, moveUsers, recordUserChanges } from '../users/users.service';
import type { AuthSystem, User, UserChanges, UserStatus } from '../users/users.types';
import { readMembershipSet, type UndoFacts } from './plan-undo';
import type { RestoredPerson } from './undo.types';
import { changeInNames } from './undo-names';

/** Writes the values of before, and an audit line for each person, in a number of statements that people do not raise. */
export async function restore(
  tx: TxContext,
  facts: UndoFacts,
  people: readonly RestoredPerson[],
  operationId: number,
): Promise<{ readonly sessionsEnded: number }> {
  const sessionsEnded = await restoreStatuses(tx, people, operationId);
  await changeUsers(
    tx,
    people
      .filter(({ changes }) => changes.some(({ field }) => field !== 'status'))
      .map((person) => ({ user: person.user, changes: columnsOf(person) })),
  );
  const switched = people.flatMap((person) => {
    const authSystem = restoredValue<AuthSystem>(person, 'authSystem');
    const status = restoredValue<UserStatus>(person, 'status') ?? person.user.status;
    return authSystem === undefined ? [] : [{ user: person.user, authSystem, status }];
  });
  const { sessionsEnded: switchedSessions } = await followSwitches(tx, switched, operationId);
  await restoreMemberships(tx, facts, people);
  await restoreGroups(tx, facts, people);
  await recordUserChanges(
    tx,
    people.flatMap((person) => {
      // Whoever is disabled again has the line of every disabling.
      const changes = person.changes.filter(({ field, before }) => field !== 'status' || before !== 'disabled');
      const names = changes.map((change) => changeInNames(facts.catalogue, change));
      if (names.length === 0) return [];
      return [
        {
          action: 'user.change_undone',
          user: person.user,
          before: Object.fromEntries(names.map(({ label, after }) => [label, after])),
          after: Object.fromEntries(names.map(({ label, before }) => [label, before])),
        },
      ];
    }),
    operationId,
  );
  return { sessionsEnded: sessionsEnded + switchedSessions };
}

function restoredValue<Value>({ changes }: RestoredPerson, field: ChangedField): Value | undefined {
  return changes.find((change) => change.field === field)?.before as Value | undefined;
}

async function restoreStatuses(tx: TxContext, people: readonly RestoredPerson[], operationId: number): Promise<number> {
  const moving = (from: readonly UserStatus[], to: UserStatus): User[] =>
    people
      .filter((person) => from.includes(person.user.status) && restoredValue<UserStatus>(person, 'status') === to)
      .map(({ user }) => user);
  const disabled = moving(['invited', 'active'], 'disabled');
  const sessionsEnded = disabled.length === 0 ? 0 : await shutOut(tx, disabled, operationId);
  const active = moving(['disabled', 'invited'], 'active');
  const invited = moving(['disabled', 'active'], 'invited');
  await takeSeats(tx, [...active, ...invited].filter(({ status }) => status === 'disabled').length);
  const ids = (users: readonly User[]) => users.map(({ id }) => id);
  await moveUsers(tx, ids(active), ['disabled', 'invited'], 'active');
  await moveUsers(tx, ids(invited), ['disabled', 'active'], 'invited');
  const wereActive = invited.filter(({ status }) => status === 'active');
  const alsoEnded = wereActive.length === 0 ? 0 : await endSessionsOf(tx, ids(wereActive), 'admin');
  return sessionsEnded + alsoEnded;
}

function columnsOf(person: RestoredPerson): UserChanges {
  const column = <Value>(field: ChangedField, name: keyof UserChanges = field as keyof UserChanges) => {
    const before = restoredValue<Value>(person, field);
    return before === undefined ? {} : { [name]: before };
  };
  return {
    ...column<string>('firstName'),
    ...column<string>('lastName'),
    ...column<boolean>('isAdmin'),
    ...column<AuthSystem>('authSystem'),
    ...column<string | null>('ssoUsername'),
    ...column<string | null>('ldapUsername'),
    ...column<number | null>('defaultProfile', 'defaultProfileId'),
  };
}

async function restoreMemberships(tx: TxContext, facts: UndoFacts, people: readonly RestoredPerson[]): Promise<void> {
  const added: Membership[] = [];
  const removed: Membership[] = [];
  const reprofiled: Membership[] = [];
  for (const person of people) {
    const before = restoredValue<readonly string[]>(person, 'memberships');
    if (before === undefined) continue;
    const wanted = readMembershipSet(person.user.id, before);
    const now = facts.memberships.get(person.user.id) ?? [];
    const of = (list: readonly Membership[], projectId: number) => list.find((entry) => entry.projectId === projectId);
    added.push(...wanted.filter(({ projectId }) => !of(now, projectId)));
    removed.push(...now.filter(({ projectId }) => !of(wanted, projectId)));
    reprofiled.push(
      ...wanted.filter(({ projectId, profileId }) => (of(now, projectId)?.profileId ?? profileId) !== profileId),
    );
  }
  await changeMemberships(tx, { added, removed, reprofiled });
}

async function restoreGroups(tx: TxContext, facts: UndoFacts, people: readonly RestoredPerson[]): Promise<void> {
  const added: { userId: number; groupId: number }[] = [];
  const removed: { userId: number; groupId: number }[] = [];
  for (const person of people) {
    const wanted = restoredValue<readonly number[]>(person, 'groups');
    if (wanted === undefined) continue;
    const userId = person.user.id;
    const now = facts.groupIds.get(userId) ?? [];
    added.push(...wanted.filter((id) => !now.includes(id)).map((groupId) => ({ userId, groupId })));
    removed.push(...now.filter((id) => !wanted.includes(id)).map((groupId) => ({ userId, groupId })));
  }
  await changeGroups(tx, added, removed);
}
