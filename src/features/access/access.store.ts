import type { Knex } from 'knex';
import { rowsPerStatement } from '../../platform/db/dialect';
import { insertAll } from '../../platform/db/insert-all';
import type { Group, Membership, Profile, Project } from './access.types';

type Database = Knex | Knex.Transaction;

export async function selectProfiles(db: Database): Promise<Profile[]> {
  const rows = await db('profiles')
    .whereNull('archived_at')
    .orderBy('id')
    .select('id', 'name', 'permissions', 'is_default', 'is_read_only');
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    permissions: JSON.parse(row.permissions),
    isDefault: Boolean(row.is_default),
    isReadOnly: Boolean(row.is_read_only),
  }));
}

export async function selectGroups(db: Database): Promise<Group[]> {
  return db('user_groups').orderBy('name_key').select('id', 'name');
}

export async function selectProjects(db: Database): Promise<Project[]> {
  const rows = await db('projects').whereNull('archived_at').orderBy('name_key').select('id', 'name', 'is_sample');
  return rows.map((row) => ({ id: row.id, name: row.name, isSample: Boolean(row.is_sample) }));
}

/** Memberships of these users in projects that are in use. */
export async function selectMemberships(db: Database, userIds: readonly number[]): Promise<Membership[]> {
  const size = rowsPerStatement(db);
  const found: Membership[] = [];
  for (let from = 0; from < userIds.length; from += size) {
    const rows = await db('memberships')
      .join('projects', 'projects.id', 'memberships.project_id')
      .whereNull('projects.archived_at')
      .whereIn('memberships.user_id', userIds.slice(from, from + size))
      .orderBy(['memberships.user_id', 'projects.name_key'])
      .select('memberships.user_id', 'memberships.project_id', 'memberships.profile_id');
    found.push(...rows.map((row) => ({ userId: row.user_id, projectId: row.project_id, profileId: row.profile_id })));
  }
  return found;
}

/** Which of these profiles are in use; none of them is archived until the transaction ends. */
export async function holdProfilesInUse(db: Knex.Transaction, ids: readonly number[]): Promise<number[]> {
  return db('profiles')
    .whereIn('id', [...ids])
    .whereNull('archived_at')
    .orderBy('id')
    .forShare()
    .pluck('id');
}

export async function insertMemberships(
  db: Knex.Transaction,
  memberships: readonly Membership[],
  now: Date,
): Promise<void> {
  await insertAll(
    db,
    'memberships',
    memberships.map(({ userId, projectId, profileId }) => ({
      user_id: userId,
      project_id: projectId,
      profile_id: profileId,
      created_at: now,
    })),
  );
}

/** Deletes exactly these pairs, grouped by project so that the statements do not grow with the users. */
export async function deleteMemberships(
  db: Knex.Transaction,
  pairs: readonly { userId: number; projectId: number }[],
): Promise<void> {
  const size = rowsPerStatement(db);
  for (const [projectId, userIds] of byKey(pairs, ({ projectId }) => projectId)) {
    for (let from = 0; from < userIds.length; from += size) {
      await db('memberships')
        .where({ project_id: projectId })
        .whereIn(
          'user_id',
          userIds.slice(from, from + size).map(({ userId }) => userId),
        )
        .del();
    }
  }
}

/** Sets the profile of exactly these memberships, grouped by project and profile. */
export async function updateMembershipProfiles(
  db: Knex.Transaction,
  memberships: readonly Membership[],
): Promise<void> {
  const size = rowsPerStatement(db);
  for (const group of byKey(memberships, ({ projectId, profileId }) => `${projectId}:${profileId}`).values()) {
    const [first] = group;
    if (!first) continue;
    for (let from = 0; from < group.length; from += size) {
      await db('memberships')
        .where({ project_id: first.projectId })
        .whereIn(
          'user_id',
          group.slice(from, from + size).map(({ userId }) => userId),
        )
        .update({ profile_id: first.profileId });
    }
  }
}

export async function selectGroupMembers(
  db: Database,
  userIds: readonly number[],
): Promise<{ userId: number; groupId: number }[]> {
  const size = rowsPerStatement(db);
  const found: { userId: number; groupId: number }[] = [];
  for (let from = 0; from < userIds.length; from += size) {
    const rows = await db('group_members')
      .whereIn('user_id', userIds.slice(from, from + size))
      .select('user_id', 'group_id');
    found.push(...rows.map((row) => ({ userId: row.user_id, groupId: row.group_id })));
  }
  return found;
}

export async function insertGroupMembers(
  db: Knex.Transaction,
  pairs: readonly { userId: number; groupId: number }[],
): Promise<void> {
  await insertAll(
    db,
    'group_members',
    pairs.map(({ userId, groupId }) => ({ user_id: userId, group_id: groupId })),
  );
}

export async function deleteGroupMembers(
  db: Knex.Transaction,
  pairs: readonly { userId: number; groupId: number }[],
): Promise<void> {
  const size = rowsPerStatement(db);
  for (const [groupId, members] of byKey(pairs, ({ groupId }) => groupId)) {
    for (let from = 0; from < members.length; from += size) {
      await db('group_members')
        .where({ group_id: groupId })
        .whereIn(
          'user_id',
          members.slice(from, from + size).map(({ userId }) => userId),
        )
        .del();
    }
  }
}

/** Takes away the open work of these users in these projects: their unfinished runs and the cases without a final result. */
export async function unassignOpenWork(
  db: Knex.Transaction,
  pairs: readonly { userId: number; projectId: number }[],
): Promise<void> {
  const size = rowsPerStatement(db);
  for (const [projectId, members] of byKey(pairs, ({ projectId }) => projectId)) {
    for (let from = 0; from < members.length; from += size) {
      const userIds = members.slice(from, from + size).map(({ userId }) => userId);
      await db('test_runs')
        .where({ project_id: projectId })
        .where('percent_done', '<', 100)
        .whereIn('assignee_id', userIds)
        .update({ assignee_id: null });
      const runs = db('test_runs').where({ project_id: projectId }).select('id');
      const openStatuses = db('result_statuses').where({ is_final: false }).select('id');
      await db('run_cases')
        .whereIn('assignee_id', userIds)
        .whereIn('run_id', runs)
        .where((open) => void open.whereNull('status_id').orWhereIn('status_id', openStatuses))
        .update({ assignee_id: null });
    }
  }
}

function byKey<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
