import type { Knex } from 'knex';
import { nameKey } from '../../lib/plain-text';
import { contains } from '../../platform/db/dialect';
import type { ManagedGroup, NamedPerson } from './managed.types';

type Database = Knex | Knex.Transaction;

interface GroupRow {
  id: number;
  name: string;
  permissions: string;
  version: number;
}

const columns = ['id', 'name', 'permissions', 'version'] as const;

async function withMembers(db: Database, rows: readonly GroupRow[]): Promise<ManagedGroup[]> {
  const counted: { group_id: number; total: number }[] = await db('group_members')
    .whereIn(
      'group_id',
      rows.map(({ id }) => id),
    )
    .groupBy('group_id')
    .select('group_id')
    .count({ total: '*' });
  const members = new Map(counted.map((row) => [row.group_id, Number(row.total)]));
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    permissions: JSON.parse(row.permissions),
    version: row.version,
    members: members.get(row.id) ?? 0,
  }));
}

function matching(db: Database, text: string): Knex.QueryBuilder {
  const query = db('user_groups');
  return text === '' ? query : query.whereRaw(...contains('name_key', nameKey(text)));
}

export async function countGroups(db: Database, text: string): Promise<number> {
  const row = (await matching(db, text).count({ total: '*' }).first()) as { total: number };
  return Number(row.total);
}

export async function selectGroupPage(
  db: Database,
  text: string,
  limit: number,
  offset: number,
): Promise<ManagedGroup[]> {
  const rows: GroupRow[] = await matching(db, text)
    .orderBy('name_key')
    .limit(limit)
    .offset(offset)
    .select(...columns);
  return withMembers(db, rows);
}

export async function selectGroup(db: Database, id: number): Promise<ManagedGroup | null> {
  const rows: GroupRow[] = await db('user_groups')
    .where({ id })
    .select(...columns);
  return (await withMembers(db, rows))[0] ?? null;
}

/** Members in the order of their addresses; with a text, those whose address or name has it. */
export async function selectMembers(
  db: Database,
  groupId: number,
  text: string,
  limit: number | null,
): Promise<NamedPerson[]> {
  const key = nameKey(text);
  const members = db('group_members').where({ group_id: groupId }).select('user_id');
  const query = db('users').whereIn('id', members).orderBy('email_key');
  if (key !== '')
    void query.where(
      (either) => void either.whereRaw(...contains('email_key', key)).orWhereRaw(...contains('name_key', key)),
    );
  if (limit !== null) void query.limit(limit);
  const rows = await query.select('id', 'email', 'first_name', 'last_name');
  return rows.map((row) => ({ id: row.id, email: row.email, firstName: row.first_name, lastName: row.last_name }));
}

export interface GroupColumns {
  readonly name: string;
  readonly permissions: readonly string[];
}

const written = ({ name, permissions }: GroupColumns) => ({
  name,
  name_key: nameKey(name),
  permissions: JSON.stringify(permissions),
});

export async function insertGroup(db: Knex.Transaction, group: GroupColumns, now: Date): Promise<number> {
  const [id] = await db('user_groups').insert({ ...written(group), created_at: now, updated_at: now });
  return Number(id);
}

/** Writes a group that still is as somebody saw it; tells whether it was. */
export async function updateGroup(
  db: Knex.Transaction,
  id: number,
  version: number,
  group: GroupColumns,
  now: Date,
): Promise<boolean> {
  const changed = await db('user_groups')
    .where({ id, version })
    .update({ ...written(group), updated_at: now, version: db.raw('version + 1') });
  return changed === 1;
}

/** Deletes a group with its memberships; tells whether it still was as somebody saw it. */
export async function deleteGroupRow(db: Knex.Transaction, id: number, version: number): Promise<boolean> {
  return (await db('user_groups').where({ id, version }).del()) === 1;
}
