import type { Knex } from 'knex';
import { jsonArrayOf, jsonObjectOf } from '../../platform/db/dialect';
import type { GivenTexts } from './exports.types';

/**
 * What some users are in, by user id; projects and groups in the archive among it. At most 1,000 users. An export has names
 * and order from the catalogue; a million people are in several millions of projects, so these are not joined and sorted
 * for it, as `selectMemberships` does for others, nor is each a row of its own.
 */
export async function selectGivenTexts(db: Knex, userIds: readonly number[]): Promise<Map<number, GivenTexts>> {
  const rows: { id: number; projects: string | null; groups: string | null }[] = await db('users')
    .whereIn('users.id', [...userIds])
    .select(
      'users.id',
      db('memberships')
        .where('user_id', db.ref('users.id'))
        .select(jsonObjectOf(db, 'project_id', 'profile_id'))
        .as('projects'),
      db('group_members').where('user_id', db.ref('users.id')).select(jsonArrayOf(db, 'group_id')).as('groups'),
    );
  // Of no rows, MySQL makes NULL.
  return new Map(rows.map(({ id, projects, groups }) => [id, { projects: projects ?? '{}', groups: groups ?? '[]' }]));
}
