import type { Knex } from 'knex';
import type { Account } from './sign-in.types';

type Database = Knex | Knex.Transaction;

/** The account with this address, with its password's hash. */
export async function selectAccount(db: Database, emailKey: string): Promise<Account | null> {
  const row = await db('users')
    .where({ email_key: emailKey })
    .first(
      'id',
      'email',
      'email_key',
      'first_name',
      'last_name',
      'is_admin',
      'status',
      'auth_system',
      'ldap_username',
      'password_hash',
      'version',
    );
  if (row === undefined) return null;
  return {
    id: row.id,
    email: row.email,
    emailKey: row.email_key,
    firstName: row.first_name,
    lastName: row.last_name,
    isAdmin: Boolean(row.is_admin),
    status: row.status,
    authSystem: row.auth_system,
    ldapUsername: row.ldap_username,
    passwordHash: row.password_hash,
    version: row.version,
  };
}

/** Stores the same password at another cost; the answer says whether `from` was still the hash of it. */
export async function replaceHash(db: Database, userId: number, from: string, to: string): Promise<boolean> {
  return (await db('users').where({ id: userId, password_hash: from }).update({ password_hash: to })) === 1;
}
