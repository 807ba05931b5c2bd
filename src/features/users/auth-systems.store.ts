import type { Knex } from 'knex';
import type { AuthSystem, UserStatus } from './users.types';

/** How many users of one auth system and status there are, and how many of them have a username of which kind. */
export interface SystemCount {
  readonly authSystem: AuthSystem;
  readonly status: UserStatus;
  readonly total: number;
  readonly ssoNames: number;
  readonly ldapNames: number;
}

export async function countByAuthSystem(db: Knex): Promise<SystemCount[]> {
  const rows: Record<string, unknown>[] = await db('users')
    .select('auth_system', 'status')
    .count({ total: '*', sso_names: 'sso_username_key', ldap_names: 'ldap_username_key' })
    .groupBy('auth_system', 'status');
  return rows.map((row) => ({
    authSystem: row.auth_system as AuthSystem,
    status: row.status as UserStatus,
    total: Number(row.total),
    ssoNames: Number(row.sso_names),
    ldapNames: Number(row.ldap_names),
  }));
}

/** The next so many ids, ascending, of users who sign in by this system; of LDAP also those who only have its username. */
export async function selectIdsOfSystem(
  db: Knex,
  system: 'ldap' | 'sso',
  afterId: number,
  limit: number,
): Promise<number[]> {
  return db('users')
    .where('id', '>', afterId)
    .where((any) => {
      void any.where('auth_system', system);
      if (system === 'ldap') void any.orWhereNotNull('ldap_username_key');
    })
    .orderBy('id')
    .limit(limit)
    .pluck('id');
}
