import type { Knex } from 'knex';
import type { GivenProject } from './exports.types';

// What an export reads beside the users themselves. It needs neither names nor an order, which the catalogue has; a
// million people are in several millions of projects, and what is not asked for is not sorted, sent and copied for them.

function addTo<Item>(lists: Map<number, Item[]>, id: number, item: Item): void {
  const list = lists.get(id);
  if (list === undefined) lists.set(id, [item]);
  else list.push(item);
}

/** The projects of some users, by user id, in no order; those in the archive among them. At most 1,000 users. */
export async function selectProjectsOf(db: Knex, userIds: readonly number[]): Promise<Map<number, GivenProject[]>> {
  const rows: { user_id: number; project_id: number; profile_id: number }[] = await db('memberships')
    .whereIn('user_id', [...userIds])
    .select('user_id', 'project_id', 'profile_id');
  const projects = new Map<number, GivenProject[]>();
  for (const row of rows) addTo(projects, row.user_id, { projectId: row.project_id, profileId: row.profile_id });
  return projects;
}

/** The ids of the groups of some users, by user id, in no order. At most 1,000 users. */
export async function selectGroupsOf(db: Knex, userIds: readonly number[]): Promise<Map<number, number[]>> {
  const rows: { user_id: number; group_id: number }[] = await db('group_members')
    .whereIn('user_id', [...userIds])
    .select('user_id', 'group_id');
  const groups = new Map<number, number[]>();
  for (const row of rows) addTo(groups, row.user_id, row.group_id);
  return groups;
}
