import type { Knex } from 'knex';
import type { GivenProject } from './exports.types';

/**
 * The projects of some users, by user id, in no order; those in the archive among them. At most 1,000 users. An export has
 * names and order from the catalogue; a million people are in several millions of projects, so these are not joined and
 * sorted for it, as `selectMemberships` does for others.
 */
export async function selectProjectsOf(db: Knex, userIds: readonly number[]): Promise<Map<number, GivenProject[]>> {
  const rows: { user_id: number; project_id: number; profile_id: number }[] = await db('memberships')
    .whereIn('user_id', [...userIds])
    .select('user_id', 'project_id', 'profile_id');
  const projects = new Map<number, GivenProject[]>();
  for (const row of rows) {
    const given = { projectId: row.project_id, profileId: row.profile_id };
    const list = projects.get(row.user_id);
    if (list === undefined) projects.set(row.user_id, [given]);
    else list.push(given);
  }
  return projects;
}
