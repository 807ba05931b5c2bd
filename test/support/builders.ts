import type { Knex } from 'knex';
import { nameKey } from '../../src/lib/plain-text';
import type { Actor } from '../../src/platform/context';

/** Rows for tests, written straight into the tables: only what a test cares about need be named. */

const created = new Date('2026-10-01T08:00:00.000Z');
let number = 0;
const next = (): number => {
  number += 1;
  return number;
};

async function insert(db: Knex, table: string, row: Record<string, unknown>): Promise<number> {
  const [id] = await db(table).insert(row);
  return Number(id);
}

export interface UserRow {
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly status: 'invited' | 'active' | 'disabled';
  readonly is_admin: boolean;
  readonly auth_system: 'internal' | 'ldap' | 'sso';
  readonly sso_username: string | null;
  readonly ldap_username: string | null;
  readonly default_profile_id: number | null;
  readonly password_hash: string | null;
  readonly activated_at: Date | null;
  readonly last_login_at: Date | null;
  readonly created_at: Date;
}

export interface BuiltUser {
  readonly id: number;
  readonly email: string;
}

/** An active internal user, unless told otherwise. */
export async function insertUser(db: Knex, given: Partial<UserRow> = {}): Promise<BuiltUser> {
  const unique = next();
  const user: UserRow = {
    email: `user${unique}@example.com`,
    first_name: 'User',
    last_name: `Number ${unique}`,
    status: 'active',
    is_admin: false,
    auth_system: 'internal',
    sso_username: null,
    ldap_username: null,
    default_profile_id: null,
    password_hash: null,
    activated_at: given.status === 'invited' ? null : created,
    last_login_at: null,
    created_at: created,
    ...given,
  };
  const id = await insert(db, 'users', {
    ...user,
    email_key: nameKey(user.email),
    name_key: nameKey(`${user.first_name} ${user.last_name}`),
    sso_username_key: user.sso_username === null ? null : nameKey(user.sso_username),
    ldap_username_key: user.ldap_username === null ? null : nameKey(user.ldap_username),
    updated_at: user.created_at,
  });
  return { id, email: user.email };
}

/** An active admin. */
export function insertAdmin(db: Knex, given: Partial<UserRow> = {}): Promise<BuiltUser> {
  return insertUser(db, { first_name: 'Ada', last_name: 'Admin', is_admin: true, ...given });
}

/** That user as the one who acts. */
export function actorFor(user: BuiltUser, slackId: string | null = null): Actor {
  return { kind: 'user', userId: user.id, email: user.email, slackId };
}

export interface ProjectRow {
  readonly name: string;
  readonly is_sample: boolean;
  readonly archived_at: Date | null;
}

export async function insertProject(db: Knex, given: Partial<ProjectRow> = {}): Promise<{ id: number; name: string }> {
  const project: ProjectRow = { name: `Project ${next()}`, is_sample: false, archived_at: null, ...given };
  const id = await insert(db, 'projects', {
    ...project,
    name_key: nameKey(project.name),
    created_at: created,
    updated_at: created,
  });
  return { id, name: project.name };
}

/** The id of a built-in profile: Project Manager, Tester or Read Only. */
export async function profileId(db: Knex, name: string): Promise<number> {
  const row = (await db('profiles')
    .where({ name_key: nameKey(name) })
    .first('id')) as { id: number } | undefined;
  if (row === undefined) throw new Error(`no profile is named ${name}`);
  return row.id;
}

export async function insertGroup(
  db: Knex,
  given: { name?: string; members?: readonly number[] } = {},
): Promise<{ id: number; name: string }> {
  const name = given.name ?? `Group ${next()}`;
  const id = await insert(db, 'user_groups', {
    name,
    name_key: nameKey(name),
    permissions: '[]',
    created_at: created,
    updated_at: created,
  });
  const members = given.members ?? [];
  if (members.length > 0)
    await db('group_members').insert(members.map((userId) => ({ group_id: id, user_id: userId })));
  return { id, name };
}

/** Puts a user into a project, as a Tester unless a profile is given. */
export async function insertMembership(
  db: Knex,
  membership: { readonly userId: number; readonly projectId: number; readonly profileId?: number },
): Promise<void> {
  await db('memberships').insert({
    user_id: membership.userId,
    project_id: membership.projectId,
    profile_id: membership.profileId ?? (await profileId(db, 'Tester')),
    created_at: created,
  });
}

/** The site's number of seats. */
export async function setSeats(db: Knex, seats: number): Promise<void> {
  const changed = await db('licences').where({ id: 1 }).update({ seats });
  if (changed === 0) await db('licences').insert({ id: 1, seats, is_trial: seats <= 5 });
}
