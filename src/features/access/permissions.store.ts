import type { Knex } from 'knex';
import { isMysql } from '../../platform/db/dialect';

type Database = Knex | Knex.Transaction;

/** What somebody holds, by the names that are stored. */
export interface HeldRow {
  readonly isActive: boolean;
  readonly isAdmin: boolean;
  /** The site permissions that each of their groups gives. */
  readonly groups: readonly (readonly string[])[];
  /** Their profile in each project that is in use; profiles that were archived give nothing any more. */
  readonly projects: readonly ProjectProfileRow[];
}

export interface ProjectProfileRow {
  readonly projectId: number;
  readonly projectName: string;
  readonly profileName: string;
  readonly isReadOnly: boolean;
  readonly permissions: readonly string[];
}

interface UnionRow {
  readonly source: 'user' | 'group' | 'project';
  readonly user_id: number;
  readonly project_id: number | null;
  readonly project_name: string | null;
  /** The name of the profile; of the user their status. */
  readonly name: string | null;
  /** Whether the profile is read-only; of the user whether they are an admin. */
  readonly flag: number | null;
  readonly permissions: string | null;
}

// One way to the database and written out, because this runs at every request that a platform asks about.
function heldQuery(people: number): string {
  const ids = `(${Array.from({ length: people }, () => '?').join()})`;
  return `SELECT 'user' AS source, id AS user_id, NULL AS project_id, NULL AS project_name, status AS name,
    is_admin AS flag, NULL AS permissions FROM users WHERE id IN ${ids}
  UNION ALL SELECT 'group', m.user_id, NULL, NULL, NULL, NULL, g.permissions
    FROM group_members m JOIN user_groups g ON g.id = m.group_id WHERE m.user_id IN ${ids}
  UNION ALL SELECT 'project', m.user_id, m.project_id, r.name, p.name, p.is_read_only, p.permissions
    FROM memberships m JOIN projects r ON r.id = m.project_id JOIN profiles p ON p.id = m.profile_id
    WHERE m.user_id IN ${ids} AND r.archived_at IS NULL AND p.archived_at IS NULL`;
}

const stored = ({ permissions }: UnionRow): string[] => JSON.parse(permissions ?? '[]');

function toHeld(user: UnionRow, rows: readonly UnionRow[]): HeldRow {
  return {
    isActive: user.name === 'active',
    isAdmin: Boolean(user.flag),
    groups: rows.filter(({ source }) => source === 'group').map(stored),
    projects: rows
      .filter(({ source }) => source === 'project')
      .map((row) => ({
        projectId: row.project_id ?? 0,
        projectName: row.project_name ?? '',
        profileName: row.name ?? '',
        isReadOnly: Boolean(row.flag),
        permissions: stored(row),
      })),
  };
}

/** All that decides about these people's permissions, a hundred at most; ids of nobody are left out. */
export async function selectHeld(db: Database, userIds: readonly number[]): Promise<ReadonlyMap<number, HeldRow>> {
  if (userIds.length === 0) return new Map();
  const found = await db.raw(heldQuery(userIds.length), [...userIds, ...userIds, ...userIds]);
  const byUser = new Map<number, UnionRow[]>();
  for (const row of (isMysql(db) ? found[0] : found) as UnionRow[]) {
    const rows = byUser.get(row.user_id);
    if (rows === undefined) byUser.set(row.user_id, [row]);
    else rows.push(row);
  }
  const held = new Map<number, HeldRow>();
  for (const [id, rows] of byUser) {
    const user = rows.find(({ source }) => source === 'user');
    if (user !== undefined) held.set(id, toHeld(user, rows));
  }
  return held;
}
