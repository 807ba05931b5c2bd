import type { TxContext } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { type Catalogue, changeGroups, changeMemberships, readCatalogue } from '../access/access.service';
import type { Membership } from '../access/access.types';
import { followSwitches } from '../auth-changes/auth-changes.service';
import { closeInvitations } from '../invites/invites.service';
import {
  type FieldChange,
  groupSet,
  membershipSet,
  type OperationResult,
  recordChanges,
} from '../operations/operations.service';
import { changeUsers, findUsers, holdUsers, moveUsers, recordUserChanges } from '../users/users.service';
import { authSystemNames } from '../users/users.types';
import { assignProjects, changesAnything, type PeopleFacts, type PersonChange, updatePerson } from './access-changes';
import type { BatchInput } from './batch.types';
import { inputProblem } from './input-problem.service';
import { readPeopleFacts } from './people-facts.service';

/**
 * Assigns projects to these people, or updates them: each ends as done, unchanged or failed, in a number of statements
 * that does not grow with them. The caller writes the results.
 * @throws AppError `invalid_input` when something that was chosen is not there any more
 */
export async function changePeople(
  tx: TxContext,
  action: 'assign_projects' | 'update',
  input: BatchInput,
  userIds: readonly number[],
  operationId: number,
): Promise<OperationResult[]> {
  await holdUsers(tx, userIds);
  const users = await findUsers(tx, userIds);
  const facts = await readPeopleFacts(tx, userIds, await readCatalogue(tx));
  const problem = await inputProblem(tx, action, input, facts.catalogue);
  if (problem !== null) throw invalidInput(problem);
  const judge = action === 'update' ? updatePerson : assignProjects;
  const changes = users.map((user) => judge(user, input, facts));
  const due = changes.filter((change) => change.problem === null && changesAnything(change));
  await carryOut(tx, due, operationId);
  await remember(tx, due, facts, operationId);
  return changes.map((change) => ({
    userId: change.user.id,
    subject: change.user.email,
    outcome: change.problem !== null ? 'failed' : changesAnything(change) ? 'done' : 'unchanged',
    reason: change.problem,
  }));
}

async function carryOut(tx: TxContext, due: readonly PersonChange[], operationId: number): Promise<void> {
  await changeUsers(
    tx,
    due
      .filter(({ columns }) => Object.keys(columns).length > 0)
      .map(({ user, columns }) => ({ user, changes: columns })),
  );
  await changeMemberships(tx, {
    added: due.flatMap(({ added }) => added),
    removed: [],
    reprofiled: due.flatMap(({ reprofiled }) => reprofiled),
  });
  const pairs = (which: 'groupsAdded' | 'groupsRemoved') =>
    due.flatMap((change) => change[which].map((groupId) => ({ userId: change.user.id, groupId })));
  await changeGroups(tx, pairs('groupsAdded'), pairs('groupsRemoved'));
  const letIn = due.filter(({ status }) => status === 'active').map(({ user }) => user.id);
  if (letIn.length > 0) {
    await moveUsers(tx, letIn, ['invited'], 'active');
    await closeInvitations(tx, letIn);
  }
  const switched = due.flatMap(({ user, columns: { authSystem }, status }) =>
    authSystem === undefined ? [] : [{ user, authSystem, status: status ?? user.status }],
  );
  await followSwitches(tx, switched, operationId);
}

/** The memberships of one person as they are after the change. */
function membershipsAfter(change: PersonChange, before: readonly Membership[]): Membership[] {
  const reprofiled = new Map(change.reprofiled.map((membership) => [membership.projectId, membership]));
  return [...before.map((membership) => reprofiled.get(membership.projectId) ?? membership), ...change.added];
}

function groupsAfter(change: PersonChange, before: readonly number[]): number[] {
  return [...before.filter((id) => !change.groupsRemoved.includes(id)), ...change.groupsAdded];
}

/** Audit lines in names, and what undo needs in ids. */
async function remember(
  tx: TxContext,
  due: readonly PersonChange[],
  facts: PeopleFacts,
  operationId: number,
): Promise<void> {
  const fields: FieldChange[] = [];
  const lines = due.map((change) => {
    const { user, columns } = change;
    const before: Record<string, unknown> = {};
    const after: Record<string, unknown> = {};
    const put = (
      name: string,
      field: FieldChange['field'],
      values: readonly [unknown, unknown],
      ids: readonly [unknown, unknown],
    ) => {
      [before[name], after[name]] = values;
      fields.push({ userId: user.id, field, before: ids[0], after: ids[1] });
    };
    if (columns.defaultProfileId !== undefined) {
      const ids = [user.defaultProfileId, columns.defaultProfileId] as const;
      put('default profile', 'defaultProfile', [profileName(facts, ids[0]), profileName(facts, ids[1])], ids);
    }
    if (columns.authSystem !== undefined) {
      const ids = [user.authSystem, columns.authSystem] as const;
      put('auth system', 'authSystem', [authSystemNames[ids[0]], authSystemNames[ids[1]]], ids);
    }
    if (change.status !== null) put('status', 'status', [user.status, change.status], [user.status, change.status]);
    if (change.added.length + change.reprofiled.length > 0) {
      const had = facts.memberships.get(user.id) ?? [];
      const has = membershipsAfter(change, had);
      put(
        'projects',
        'memberships',
        [accessNames(facts.catalogue, had), accessNames(facts.catalogue, has)],
        [membershipSet(had), membershipSet(has)],
      );
    }
    if (change.groupsAdded.length + change.groupsRemoved.length > 0) {
      const had = facts.groupIds.get(user.id) ?? [];
      const has = groupsAfter(change, had);
      put(
        'groups',
        'groups',
        [groupNames(facts.catalogue, had), groupNames(facts.catalogue, has)],
        [groupSet(had), groupSet(has)],
      );
    }
    return { action: 'user.updated' as const, user, before, after };
  });
  await recordUserChanges(tx, lines, operationId);
  await recordChanges(tx, operationId, fields);
}

const profileName = ({ catalogue }: PeopleFacts, id: number | null) =>
  id === null ? 'site default' : (catalogue.profiles.find((profile) => profile.id === id)?.name ?? `#${id}`);

const groupNames = ({ groups }: Catalogue, ids: readonly number[]) =>
  groups.filter(({ id }) => ids.includes(id)).map(({ name }) => name);

function accessNames({ projects, profiles }: Catalogue, memberships: readonly Membership[]): string[] {
  return memberships.map(({ projectId, profileId }) => {
    const project = projects.find(({ id }) => id === projectId)?.name ?? `#${projectId}`;
    return `${project} (${profiles.find(({ id }) => id === profileId)?.name ?? `#${profileId}`})`;
  });
}
