import type { Knex } from 'knex';
import type { PastRows } from '../../platform/db/delete-past';
import { toDate } from '../../platform/db/dialect';
import { insertWithIds } from '../../platform/db/insert-all';
import type { Link, LinkKey, LinkOwner, LinkPurpose, LinkState } from './credentials.types';

interface LinkRow {
  readonly id: number;
  readonly user_id: number | null;
  readonly purpose: LinkPurpose;
  readonly nonce: string;
  readonly state: LinkState;
  readonly created_at: unknown;
  readonly expires_at: unknown;
}

interface LinkWithOwnerRow extends LinkRow {
  readonly owner_id: number | null;
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly status: LinkOwner['status'];
  readonly has_password: number;
}

export interface NewLink {
  readonly userId: number;
  readonly purpose: LinkPurpose;
  readonly nonce: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const columns = [
  'links.id',
  'links.user_id',
  'links.purpose',
  'links.nonce',
  'links.state',
  'links.created_at',
  'links.expires_at',
];

/** Unique while a link is open and NULL afterwards, so that no race leaves a person two open ones. */
export function liveKey(userId: number, purpose: LinkPurpose): string {
  return `${userId}:${purpose}`;
}

function toLink(row: LinkRow): Link {
  return {
    id: row.id,
    userId: row.user_id,
    purpose: row.purpose,
    nonce: row.nonce,
    state: row.state,
    createdAt: toDate(row.created_at),
    expiresAt: toDate(row.expires_at),
  };
}

/** Holds these users' rows until the transaction ends, in one order for everybody. */
export async function lockOwners(db: Knex.Transaction, userIds: readonly number[]): Promise<void> {
  await db('users').whereIn('id', userIds).orderBy('id').forUpdate().select('id');
}

/** Adds open links to people who have none of that purpose. @returns their ids, by the keys that `liveKey` gives */
export async function insertLinks(db: Knex.Transaction, links: readonly NewLink[]): Promise<Map<string, number>> {
  return insertWithIds(
    db,
    'links',
    links.map((link) => ({
      user_id: link.userId,
      purpose: link.purpose,
      nonce: link.nonce,
      state: 'open',
      live_key: liveKey(link.userId, link.purpose),
      created_at: link.createdAt,
      expires_at: link.expiresAt,
    })),
    'live_key',
  );
}

/** Ends what is open of these users, and answers how many links that were. */
export async function endLiveLinks(
  db: Knex.Transaction,
  userIds: readonly number[],
  purposes: readonly LinkPurpose[],
  state: Exclude<LinkState, 'open'>,
  at: Date,
): Promise<number> {
  const keys = userIds.flatMap((userId) => purposes.map((purpose) => liveKey(userId, purpose)));
  return db('links').whereIn('live_key', keys).update({ state, live_key: null, ended_at: at });
}

/** Uses a link up if it is open and not past its time; the answer says whether this call was the one. */
export async function useLink(db: Knex.Transaction, id: number, at: Date): Promise<boolean> {
  const used = await db('links')
    .where({ id, state: 'open' })
    .where('expires_at', '>', at)
    .update({ state: 'used', live_key: null, ended_at: at });
  return used === 1;
}

/** The links of one purpose of these users that are open and not past their time, by user id. */
export async function selectOpenLinks(
  db: Knex,
  userIds: readonly number[],
  purpose: LinkPurpose,
  now: Date,
): Promise<[userId: number, LinkKey][]> {
  const keys = userIds.map((userId) => liveKey(userId, purpose));
  const rows: Pick<LinkRow, 'id' | 'user_id' | 'nonce'>[] = await db('links')
    .whereIn('live_key', keys)
    .where('expires_at', '>', now)
    .select('id', 'user_id', 'nonce');
  return rows.flatMap(({ id, user_id: userId, nonce }) => (userId === null ? [] : [[userId, { id, purpose, nonce }]]));
}

/** A link and its person; `owner` is null when the person was deleted. */
export async function selectLinkWithOwner(
  db: Knex,
  id: number,
): Promise<{ readonly link: Link; readonly owner: LinkOwner | null } | null> {
  const row: LinkWithOwnerRow | undefined = await db('links')
    .leftJoin('users', 'users.id', 'links.user_id')
    .where('links.id', id)
    .first([
      ...columns,
      'users.id as owner_id',
      'users.email',
      'users.first_name',
      'users.last_name',
      'users.status',
      db.raw('users.password_hash IS NOT NULL AS has_password'),
    ]);
  if (row === undefined) return null;
  const owner =
    row.owner_id === null
      ? null
      : {
          id: row.owner_id,
          email: row.email,
          firstName: row.first_name,
          lastName: row.last_name,
          status: row.status,
          hasPassword: Boolean(row.has_password),
        };
  return { link: toLink(row), owner };
}

/** Links that were used, or ended without. */
export const endedLinks: PastRows = { table: 'links', key: 'id', at: 'ended_at', index: 'links_ended_at_index' };

/** Links whose time is over and that nobody ended. */
export const expiredLinks: PastRows = {
  table: 'links',
  key: 'id',
  where: { state: 'open' },
  at: 'expires_at',
  index: 'links_state_expires_at_index',
};
