import type { Knex } from 'knex';

type Database = Knex | Knex.Transaction;

/** What decides about somebody's permissions as a whole, or null for nobody. */
export async function selectPrivilege(
  db: Database,
  userId: number,
): Promise<{ isActive: boolean; isAdmin: boolean } | null> {
  const row = await db('users').where({ id: userId }).first('status', 'is_admin');
  return row === undefined ? null : { isActive: row.status === 'active', isAdmin: Boolean(row.is_admin) };
}

/** The names of site permissions that each of a user's groups gives. */
export async function selectGroupPermissions(db: Database, userId: number): Promise<string[][]> {
  const stored: string[] = await db('group_members')
    .join('user_groups', 'user_groups.id', 'group_members.group_id')
    .where('group_members.user_id', userId)
    .pluck('user_groups.permissions');
  return stored.map((permissions) => JSON.parse(permissions));
}

export interface ProjectProfileRow {
  readonly projectId: number;
  readonly projectName: string;
  readonly profileName: string;
  readonly isReadOnly: boolean;
  readonly permissions: readonly string[];
}

/** A user's profile in each project that is in use; profiles that were archived give nothing any more. */
export async function selectProjectProfiles(db: Database, userId: number): Promise<ProjectProfileRow[]> {
  const rows = await db('memberships')
    .join('projects', 'projects.id', 'memberships.project_id')
    .join('profiles', 'profiles.id', 'memberships.profile_id')
    .where('memberships.user_id', userId)
    .whereNull('projects.archived_at')
    .whereNull('profiles.archived_at')
    .select('memberships.project_id', 'profiles.name', 'profiles.is_read_only', 'profiles.permissions', {
      project_name: 'projects.name',
    });
  return rows.map((row) => ({
    projectId: row.project_id,
    projectName: row.project_name,
    profileName: row.name,
    isReadOnly: Boolean(row.is_read_only),
    permissions: JSON.parse(row.permissions),
  }));
}
