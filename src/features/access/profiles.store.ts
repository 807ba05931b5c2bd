import type { Knex } from 'knex';
import { nameKey } from '../../lib/plain-text';
import { contains } from '../../platform/db/dialect';
import { archivedKey, type ManagedProfile, type NamedPerson } from './managed.types';

type Database = Knex | Knex.Transaction;

interface ProfileRow {
  id: number;
  name: string;
  permissions: string;
  is_default: number | boolean;
  is_read_only: number | boolean;
  version: number;
}

const columns = ['id', 'name', 'permissions', 'is_default', 'is_read_only', 'version'] as const;

/** Who has any of these profiles, in a project or as a default: one row a person and profile. */
function held(db: Database, profileIds: readonly number[]): Knex.QueryBuilder {
  return db('memberships')
    .whereIn('profile_id', [...profileIds])
    .select('profile_id', 'user_id')
    .union(
      db('users')
        .whereIn('default_profile_id', [...profileIds])
        .select('default_profile_id', 'id'),
    );
}

async function withHolders(db: Database, rows: readonly ProfileRow[]): Promise<ManagedProfile[]> {
  const ids = rows.map(({ id }) => id);
  const counted: { profile_id: number; total: number }[] = await db
    .from(held(db, ids).as('held'))
    .groupBy('profile_id')
    .select('profile_id')
    .count({ total: '*' });
  const holders = new Map(counted.map((row) => [row.profile_id, Number(row.total)]));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    permissions: JSON.parse(row.permissions),
    isDefault: Boolean(row.is_default),
    isReadOnly: Boolean(row.is_read_only),
    version: row.version,
    holders: holders.get(row.id) ?? 0,
  }));
}

function inUse(db: Database, text: string): Knex.QueryBuilder {
  const query = db('profiles').whereNull('archived_at');
  return text === '' ? query : query.whereRaw(...contains('name_key', nameKey(text)));
}

export async function countProfiles(db: Database, text: string): Promise<number> {
  const row = (await inUse(db, text).count({ total: '*' }).first()) as { total: number };
  return Number(row.total);
}

/** The site default first, then by name. */
export async function selectProfilePage(
  db: Database,
  text: string,
  limit: number,
  offset: number,
): Promise<ManagedProfile[]> {
  const rows: ProfileRow[] = await inUse(db, text)
    .orderBy([{ column: 'is_default', order: 'desc' }, 'name_key'])
    .limit(limit)
    .offset(offset)
    .select(...columns);
  return withHolders(db, rows);
}

/** A profile that is in use, or null. */
export async function selectProfile(db: Database, id: number): Promise<ManagedProfile | null> {
  const rows: ProfileRow[] = await db('profiles')
    .where({ id })
    .whereNull('archived_at')
    .select(...columns);
  return (await withHolders(db, rows))[0] ?? null;
}

export async function selectReadOnlyProfileId(db: Database): Promise<number | null> {
  const row = await db('profiles').where({ is_read_only: true }).whereNull('archived_at').first('id');
  return row === undefined ? null : Number(row.id);
}

/** People who have a profile, in the order of their addresses. */
export async function selectHolders(db: Database, profileId: number, limit: number): Promise<NamedPerson[]> {
  const rows = await db('users')
    .whereIn('id', db.from(held(db, [profileId]).as('held')).select('user_id'))
    .orderBy('email_key')
    .limit(limit)
    .select('id', 'email', 'first_name', 'last_name');
  return rows.map((row) => ({ id: row.id, email: row.email, firstName: row.first_name, lastName: row.last_name }));
}

export interface ProfileColumns {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly isReadOnly: boolean;
}

const written = ({ name, permissions, isReadOnly }: ProfileColumns) => ({
  name,
  name_key: nameKey(name),
  permissions: JSON.stringify(permissions),
  is_read_only: isReadOnly,
});

export async function insertProfile(db: Knex.Transaction, profile: ProfileColumns, now: Date): Promise<number> {
  const [id] = await db('profiles').insert({ ...written(profile), created_at: now, updated_at: now });
  return Number(id);
}

/** Writes a profile that still is as somebody saw it; tells whether it was. */
export async function updateProfile(
  db: Knex.Transaction,
  id: number,
  version: number,
  profile: ProfileColumns,
  now: Date,
): Promise<boolean> {
  const changed = await db('profiles')
    .where({ id, version })
    .whereNull('archived_at')
    .update({ ...written(profile), updated_at: now, version: db.raw('version + 1') });
  return changed === 1;
}

/** Makes one profile the only site default; tells whether it is in use. */
export async function updateDefault(db: Knex.Transaction, id: number, now: Date): Promise<boolean> {
  const changed = await db('profiles')
    .where({ id })
    .whereNull('archived_at')
    .update({ is_default: true, updated_at: now });
  if (changed === 1) await db('profiles').where({ is_default: true }).whereNot({ id }).update({ is_default: false });
  return changed === 1;
}

export async function archiveProfileRow(
  db: Knex.Transaction,
  id: number,
  version: number,
  now: Date,
): Promise<boolean> {
  const changed = await db('profiles')
    .where({ id, version })
    .whereNull('archived_at')
    .update({
      name_key: archivedKey(id),
      archived_at: now,
      updated_at: now,
      is_default: false,
      is_read_only: false,
      version: db.raw('version + 1'),
    });
  return changed === 1;
}

/** One person's holding of a profile; `project` is null where it is their default. */
export interface Holding {
  readonly userId: number;
  readonly email: string;
  readonly project: string | null;
}

export async function selectHoldings(db: Knex.Transaction, profileId: number): Promise<Holding[]> {
  const memberships: Holding[] = await db('memberships')
    .join('users', 'users.id', 'memberships.user_id')
    .join('projects', 'projects.id', 'memberships.project_id')
    .where('memberships.profile_id', profileId)
    .orderBy(['users.id', 'projects.name_key'])
    .select({ userId: 'users.id', email: 'users.email', project: 'projects.name' });
  const defaults: Omit<Holding, 'project'>[] = await db('users')
    .where({ default_profile_id: profileId })
    .orderBy('id')
    .select({ userId: 'id', email: 'email' });
  return [...memberships, ...defaults.map((row) => ({ ...row, project: null }))];
}

/** Gives everybody who has one profile another in its place, in two statements however many they are. */
export async function moveHolders(db: Knex.Transaction, from: number, to: number, now: Date): Promise<void> {
  await db('memberships').where({ profile_id: from }).update({ profile_id: to });
  await db('users')
    .where({ default_profile_id: from })
    .update({ default_profile_id: to, updated_at: now, version: db.raw('version + 1') });
}
