import type { Knex } from 'knex';
import type { SignInMove } from './users.types';

/**
 * Moves these users alike, in one statement: its time grows with the people, where a value of its own for each of them
 * (`CASE id WHEN …`) takes the square of that. The order of the columns counts: MariaDB reads what it set just before.
 */
export async function updateSignIns(
  db: Knex.Transaction,
  ids: readonly number[],
  { to, ldapName }: SignInMove,
  now: Date,
): Promise<void> {
  await db('users')
    .whereIn('id', [...ids])
    .update({
      ...(to === null ? {} : { auth_system: to }),
      ...(ldapName === 'reused'
        ? { sso_username: db.ref('ldap_username'), sso_username_key: db.ref('ldap_username_key') }
        : {}),
      ...(ldapName === 'stays' ? {} : { ldap_username: null, ldap_username_key: null }),
      updated_at: now,
      version: db.raw('version + 1'),
    });
}
