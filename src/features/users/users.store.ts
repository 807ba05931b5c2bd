import type { Knex } from 'knex';
import { inSlices } from '../../lib/in-turns';
import { nameKey } from '../../lib/plain-text';
import {
  contains,
  rowsPerStatement,
  storedDate,
  toDate,
  toDateOrNull,
  withoutItsIndex,
} from '../../platform/db/dialect';
import { insertWithIds } from '../../platform/db/insert-all';
import {
  type AuthSystem,
  type ListedUser,
  type NewUser,
  nameSearchKey,
  type User,
  type UserChanges,
  type UserFilter,
  type UserStatus,
} from './users.types';

type Database = Knex | Knex.Transaction;

interface ListedRow {
  id: number;
  email: string;
  email_key: string;
  first_name: string;
  last_name: string;
  status: UserStatus;
  is_admin: number | boolean;
  auth_system: AuthSystem;
  sso_username: string | null;
  ldap_username: string | null;
  default_profile_id: number | null;
  last_login_at: unknown;
}

interface UserRow extends ListedRow {
  has_password: number | boolean;
  activated_at: unknown;
  created_at: unknown;
  updated_at: unknown;
  version: number;
}

const ofUsers = (column: string) => `users.${column}`;
const listedColumns = [
  'id',
  'email',
  'email_key',
  'first_name',
  'last_name',
  'status',
  'is_admin',
  'auth_system',
  'sso_username',
  'ldap_username',
  'default_profile_id',
  'last_login_at',
].map(ofUsers);
const columns = [...listedColumns, ...['activated_at', 'created_at', 'updated_at', 'version'].map(ofUsers)];

function select(db: Database): Knex.QueryBuilder<UserRow, UserRow[]> {
  return db('users').select(...columns, db.raw('users.password_hash IS NOT NULL AS has_password'));
}

function toListedUser(row: ListedRow): ListedUser {
  return {
    id: row.id,
    email: row.email,
    emailKey: row.email_key,
    firstName: row.first_name,
    lastName: row.last_name,
    status: row.status,
    isAdmin: Boolean(row.is_admin),
    authSystem: row.auth_system,
    ssoUsername: row.sso_username,
    ldapUsername: row.ldap_username,
    defaultProfileId: row.default_profile_id,
    lastLoginAt: toDateOrNull(row.last_login_at),
  };
}

function toUser(row: UserRow): User {
  return {
    ...toListedUser(row),
    hasPassword: Boolean(row.has_password),
    activatedAt: toDateOrNull(row.activated_at),
    createdAt: toDate(row.created_at),
    updatedAt: toDate(row.updated_at),
    version: row.version,
  };
}

/** Any number of keys in statements of a bounded size; every database has a limit on bindings. */
async function inBatches<Key, Row>(
  db: Database,
  keys: readonly Key[],
  read: (batch: Key[]) => Promise<Row[]>,
): Promise<Row[]> {
  return (await inSlices(keys, rowsPerStatement(db), read)).flat();
}

export async function selectUsersById(db: Database, ids: readonly number[]): Promise<User[]> {
  return (await inBatches<number, UserRow>(db, ids, (batch) => select(db).whereIn('users.id', batch))).map(toUser);
}

/** These users, each row held until the transaction ends; the order is the same for everybody. */
export async function lockUsersById(db: Knex.Transaction, ids: readonly number[]): Promise<void> {
  const sorted = [...ids].sort((a, b) => a - b);
  await inBatches<number, UserRow>(db, sorted, (batch) =>
    db('users').whereIn('id', batch).orderBy('id').forUpdate().select('id'),
  );
}

export async function selectUsersByEmailKey(db: Database, keys: readonly string[]): Promise<User[]> {
  return (await inBatches<string, UserRow>(db, keys, (batch) => select(db).whereIn('email_key', batch))).map(toUser);
}

export async function selectUsersByExternalKey(
  db: Database,
  column: 'sso_username_key' | 'ldap_username_key',
  keys: readonly string[],
): Promise<User[]> {
  return (await inBatches<string, UserRow>(db, keys, (batch) => select(db).whereIn(column, batch))).map(toUser);
}

function filtered<Query extends Knex.QueryBuilder>(
  db: Database,
  query: Query,
  filter: UserFilter,
  status: string | Knex.Raw = 'users.status',
): Query {
  const statuses: readonly UserStatus[] = filter.statuses ?? ['invited', 'active'];
  let narrowed: Knex.QueryBuilder = query.whereIn(status as string, [...statuses]);
  if (filter.projectId !== undefined) {
    const members = db('memberships').where({ project_id: filter.projectId }).select('user_id');
    narrowed = narrowed.whereIn('users.id', members);
  }
  if (filter.groupId !== undefined) {
    const members = db('group_members').where({ group_id: filter.groupId }).select('user_id');
    narrowed = narrowed.whereIn('users.id', members);
  }
  if (filter.invitedBefore !== undefined) {
    const waiting = db('invites').where('invited_at', '<=', filter.invitedBefore).select('user_id');
    narrowed = narrowed.whereIn('users.id', waiting);
  }
  if (filter.text !== undefined && filter.text !== '') {
    const text = nameKey(filter.text);
    narrowed = narrowed.where(
      (either) =>
        void either.whereRaw(...contains('users.email_key', text)).orWhereRaw(...contains('users.name_key', text)),
    );
  }
  return narrowed as Query;
}

/**
 * One page, in the order of the addresses. Who is on it is found in an index that holds all that is asked of it; only
 * those users' rows are read.
 */
export async function selectUserPage(db: Database, filter: UserFilter, limit: number, offset: number): Promise<User[]> {
  const ids = filtered(db, db('users'), filter)
    .orderBy('users.email_key')
    .limit(limit)
    .offset(offset)
    .select('users.id')
    .as('page');
  const rows: UserRow[] = await select(db).join(ids, 'page.id', 'users.id').orderBy('users.email_key');
  return rows.map(toUser);
}

/** The next so many who match after an address, in the order of the addresses. */
export async function selectUsersAfter(
  db: Database,
  filter: UserFilter,
  emailKey: string,
  limit: number,
): Promise<ListedUser[]> {
  const rows: ListedRow[] = await filtered(db, db('users'), filter, withoutItsIndex(db, 'users.status'))
    .where('users.email_key', '>', emailKey)
    .orderBy('users.email_key')
    .limit(limit)
    .select(listedColumns);
  return rows.map(toListedUser);
}

/** The ids of the first so many, in the order of the addresses. */
export async function selectUserIds(db: Database, filter: UserFilter, limit: number): Promise<number[]> {
  return filtered(db, db('users'), filter).orderBy('users.email_key').limit(limit).pluck('users.id');
}

/** Users whose address or name begins with these letters, by the indexes of both. */
export async function selectUsersBeginning(db: Database, letters: string, limit: number): Promise<User[]> {
  const beginning = (column: 'users.email_key' | 'users.name_key') =>
    select(db)
      .where(column, '>=', letters)
      .where(column, '<', `${letters}\uffff`)
      .orderBy(column)
      .limit(limit) as unknown as Promise<UserRow[]>;
  const rows = [...(await beginning('users.email_key')), ...(await beginning('users.name_key'))];
  return [...new Map(rows.map((row) => [row.id, toUser(row)])).values()].slice(0, limit);
}

/** How many users there are; with `most`, counting ends there, which is soon where nearly everybody matches. */
export async function countUsers(db: Database, filter: UserFilter, most?: number): Promise<number> {
  const found = filtered(db, db('users'), filter);
  const counted: Knex.QueryBuilder =
    most === undefined ? found : db.queryBuilder().from(found.select('users.id').limit(most).as('found') as never);
  const row = (await counted.count({ total: '*' }).first()) as { total: number };
  return Number(row.total);
}

export async function countUsersByStatus(db: Database): Promise<Record<UserStatus, number>> {
  const rows: { status: UserStatus; total: number }[] = await db('users')
    .select('status')
    .count({ total: '*' })
    .groupBy('status');
  const counts: Record<UserStatus, number> = { invited: 0, active: 0, disabled: 0 };
  for (const row of rows) counts[row.status] = Number(row.total);
  return counts;
}

export async function selectActiveAdmins(db: Database): Promise<User[]> {
  return ((await select(db).where({ is_admin: true, status: 'active' }).orderBy('email_key')) as UserRow[]).map(toUser);
}

const externalKey = (username: string | null) => (username === null ? null : nameKey(username));

/** Adds users. @returns their ids by their email keys */
export async function insertUsers(
  db: Knex.Transaction,
  users: readonly NewUser[],
  now: Date,
): Promise<Map<string, number>> {
  return insertWithIds(
    db,
    'users',
    users.map((user) => ({
      email: user.email,
      email_key: user.emailKey,
      first_name: user.firstName,
      last_name: user.lastName,
      name_key: nameSearchKey(user),
      status: user.status,
      is_admin: user.isAdmin,
      auth_system: user.authSystem,
      sso_username: user.ssoUsername,
      sso_username_key: externalKey(user.ssoUsername),
      ldap_username: user.ldapUsername,
      ldap_username_key: externalKey(user.ldapUsername),
      default_profile_id: user.defaultProfileId,
      activated_at: user.status === 'active' ? now : null,
      created_at: now,
      updated_at: now,
    })),
    'email_key',
  );
}

/** Moves exactly those users that still have the state one saw, and tells how many that were. */
export async function updateStatus(
  db: Knex.Transaction,
  ids: readonly number[],
  from: readonly UserStatus[],
  to: UserStatus,
  now: Date,
): Promise<number> {
  let changed = 0;
  const size = rowsPerStatement(db);
  for (let start = 0; start < ids.length; start += size) {
    changed += await db('users')
      .whereIn('id', ids.slice(start, start + size))
      .whereIn('status', [...from])
      .update({
        status: to,
        updated_at: now,
        version: db.raw('version + 1'),
        ...(to === 'active' ? { activated_at: db.raw('COALESCE(activated_at, ?)', [storedDate(db, now)]) } : {}),
      });
  }
  return changed;
}

function changedColumns(changes: UserChanges): Record<string, unknown> {
  return {
    ...(changes.firstName !== undefined ? { first_name: changes.firstName } : {}),
    ...(changes.lastName !== undefined ? { last_name: changes.lastName } : {}),
    ...(changes.isAdmin !== undefined ? { is_admin: changes.isAdmin } : {}),
    ...(changes.authSystem !== undefined ? { auth_system: changes.authSystem } : {}),
    ...(changes.ssoUsername !== undefined
      ? { sso_username: changes.ssoUsername, sso_username_key: externalKey(changes.ssoUsername) }
      : {}),
    ...(changes.ldapUsername !== undefined
      ? { ldap_username: changes.ldapUsername, ldap_username_key: externalKey(changes.ldapUsername) }
      : {}),
    ...(changes.defaultProfileId !== undefined ? { default_profile_id: changes.defaultProfileId } : {}),
  };
}

/**
 * Writes the changed columns of many users in one statement a batch: each column becomes `CASE id WHEN … END`.
 * @param users with the current names, because the search key is made of both
 */
export async function updateUsers(
  db: Knex.Transaction,
  users: readonly { readonly user: User; readonly changes: UserChanges }[],
  now: Date,
): Promise<void> {
  // A user has a dozen columns at most, each with two bindings: SQLite's limit of 32,766 bindings holds 400 of them.
  const size = 250;
  for (let from = 0; from < users.length; from += size) {
    const batch = users.slice(from, from + size).map(({ user, changes }) => ({
      id: user.id,
      set: {
        ...changedColumns(changes),
        ...(changes.firstName !== undefined || changes.lastName !== undefined
          ? { name_key: nameSearchKey({ ...user, ...changes }) }
          : {}),
      } as Record<string, unknown>,
    }));
    const touched = [...new Set(batch.flatMap(({ set }) => Object.keys(set)))];
    const update: Record<string, unknown> = { updated_at: now, version: db.raw('version + 1') };
    for (const column of touched) {
      const rows = batch.filter(({ set }) => column in set);
      update[column] = db.raw(`CASE id ${rows.map(() => 'WHEN ? THEN ?').join(' ')} ELSE ?? END`, [
        ...rows.flatMap(({ id, set }) => [id, set[column] as Knex.RawBinding]),
        column,
      ] as Knex.RawBinding[]);
    }
    await db('users')
      .whereIn(
        'id',
        batch.map(({ id }) => id),
      )
      .update(update);
  }
}

export async function updateLastLogin(db: Knex.Transaction, id: number, at: Date): Promise<void> {
  await db('users').where({ id }).update({ last_login_at: at });
}

export async function selectIdentity(
  db: Database,
  teamId: string,
  slackUserId: string,
): Promise<{ userId: number; emailKey: string } | null> {
  const row = await db('identities')
    .where({ team_id: teamId, slack_user_id: slackUserId })
    .first('user_id', 'email_key');
  return row === undefined ? null : { userId: row.user_id, emailKey: row.email_key };
}

export async function insertIdentity(
  db: Database,
  teamId: string,
  slackUserId: string,
  user: User,
  now: Date,
): Promise<void> {
  await db('identities').insert({
    team_id: teamId,
    slack_user_id: slackUserId,
    user_id: user.id,
    email_key: user.emailKey,
    bound_at: now,
  });
}

/** Addresses that begin with these letters, a few hundred at most, in their order. */
export async function selectEmailsBeginning(db: Database, letters: string): Promise<string[]> {
  return db('users')
    .where('email_key', '>=', letters)
    .where('email_key', '<', `${letters}\uffff`)
    .orderBy('email_key')
    .limit(300)
    .pluck('email');
}

/** Slack accounts of a workspace that are bound to a user; one with an empty address waits to be linked again. */
export async function selectBindings(
  db: Database,
  userId: number,
  teamId: string,
): Promise<{ slackUserId: string; emailKey: string }[]> {
  const rows: { slack_user_id: string; email_key: string }[] = await db('identities')
    .where({ user_id: userId, team_id: teamId })
    .select('slack_user_id', 'email_key');
  return rows.map((row) => ({ slackUserId: row.slack_user_id, emailKey: row.email_key }));
}

export async function deleteIdentity(db: Database, teamId: string, slackUserId: string): Promise<void> {
  await db('identities').where({ team_id: teamId, slack_user_id: slackUserId }).del();
}

/** Slack user ids that are bound to this user. */
export async function selectSlackIds(db: Database, userId: number): Promise<string[]> {
  return db('identities').where({ user_id: userId }).orderBy('bound_at').pluck('slack_user_id');
}

/** The address that a bound Slack account must have; empty: whatever it has at its next use. */
export async function updateIdentityEmail(
  db: Database,
  bound: { readonly userId: number } | { readonly teamId: string; readonly slackUserId: string },
  emailKey: string,
): Promise<number> {
  const which =
    'userId' in bound ? { user_id: bound.userId } : { team_id: bound.teamId, slack_user_id: bound.slackUserId };
  return db('identities').where(which).update({ email_key: emailKey });
}
