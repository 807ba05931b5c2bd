import type { Knex } from 'knex';
import { rowsPerStatement, toDate, toDateOrNull } from '../../platform/db/dialect';
import type { ApiToken, ApiTokenOwner } from './api-tokens.types';

interface TokenRow {
  readonly id: number;
  readonly name: string;
  readonly created_at: unknown;
  readonly last_used_at: unknown;
}

const columns = ['api_tokens.id', 'api_tokens.name', 'api_tokens.created_at', 'api_tokens.last_used_at'];

function toApiToken(row: TokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    madeAt: toDate(row.created_at),
    lastUsedAt: toDateOrNull(row.last_used_at),
  };
}

/** A person's tokens that are not revoked, the newest first. */
export async function selectOpenTokens(db: Knex, userId: number, limit: number): Promise<ApiToken[]> {
  const rows: TokenRow[] = await db('api_tokens')
    .where({ user_id: userId })
    .whereNull('revoked_at')
    .orderBy('id', 'desc')
    .limit(limit)
    .select(columns);
  return rows.map(toApiToken);
}

/** A person's token, revoked or not. */
export async function selectApiToken(db: Knex, userId: number, id: number): Promise<ApiToken | null> {
  const row: TokenRow | undefined = await db('api_tokens').where({ user_id: userId, id }).first(columns);
  return row === undefined ? null : toApiToken(row);
}

/** The token with this hash and its person, unless it is revoked. */
export async function selectByHash(db: Knex, hash: string): Promise<ApiTokenOwner | null> {
  const row = await db('api_tokens')
    .join('users', 'users.id', 'api_tokens.user_id')
    .where('api_tokens.token_hash', hash)
    .whereNull('api_tokens.revoked_at')
    .first([
      ...columns,
      'users.id as user_id',
      'users.email',
      'users.first_name',
      'users.last_name',
      'users.is_admin',
      'users.status',
      'users.auth_system',
    ]);
  if (row === undefined) return null;
  return {
    apiToken: toApiToken(row),
    user: {
      id: row.user_id,
      email: row.email,
      firstName: row.first_name,
      lastName: row.last_name,
      isAdmin: Boolean(row.is_admin),
      status: row.status,
      authSystem: row.auth_system,
    },
  };
}

/** How many tokens a person has made since then, revoked ones too. */
export async function countTokensSince(db: Knex, userId: number, since: Date): Promise<number> {
  const row = await db('api_tokens')
    .where({ user_id: userId })
    .where('created_at', '>', since)
    .count({ total: '*' })
    .first();
  return Number(row?.total ?? 0);
}

/** @returns its id */
export async function insertApiToken(
  db: Knex.Transaction,
  token: { readonly userId: number; readonly name: string; readonly hash: string; readonly madeAt: Date },
): Promise<number> {
  const [id] = await db('api_tokens').insert({
    user_id: token.userId,
    name: token.name,
    token_hash: token.hash,
    created_at: token.madeAt,
  });
  return Number(id);
}

/** Revokes one token; false: it was revoked already. */
export async function revokeOpenToken(db: Knex.Transaction, id: number, reason: string, now: Date): Promise<boolean> {
  const revoked = await db('api_tokens')
    .where({ id })
    .whereNull('revoked_at')
    .update({ revoked_at: now, revoked_reason: reason });
  return revoked === 1;
}

/** Notes a use, unless one since `before` is noted already. */
export async function touchToken(db: Knex, id: number, before: Date, now: Date): Promise<void> {
  await db('api_tokens')
    .where({ id })
    .where((noted) => {
      void noted.whereNull('last_used_at').orWhere('last_used_at', '<=', before);
    })
    .update({ last_used_at: now });
}

/** Revokes what is still valid of these users' API tokens; returns how many that were. */
export async function revokeOpenTokens(
  db: Knex.Transaction,
  userIds: readonly number[],
  reason: string,
  now: Date,
): Promise<number> {
  const size = rowsPerStatement(db);
  let revoked = 0;
  for (let from = 0; from < userIds.length; from += size) {
    revoked += await db('api_tokens')
      .whereIn('user_id', userIds.slice(from, from + size))
      .whereNull('revoked_at')
      .update({ revoked_at: now, revoked_reason: reason });
  }
  return revoked;
}
