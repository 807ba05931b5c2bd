import type { Knex } from 'knex';
import { nameKey } from '../../lib/plain-text';
import { contains } from '../../platform/db/dialect';
import { type SessionRow, sessionColumns, toSession } from './session.row';
import type { ListedSession, SessionColumn, SessionKind, SessionQuery } from './sessions.types';

const columns: Readonly<Record<SessionColumn, string>> = {
  email: 'users.email_key',
  client: 'sessions.client_name',
  kind: 'sessions.kind',
  ip: 'sessions.ip',
  started: 'sessions.started_at',
  last_seen: 'sessions.last_seen_at',
};

function listed(db: Knex, email: string): Knex.QueryBuilder {
  const open = db('sessions').whereNull('sessions.ended_at').whereIn('sessions.kind', ['web', 'api']);
  if (email === '') return open;
  const people = db('users')
    .whereRaw(...contains('users.email_key', nameKey(email)))
    .select('users.id');
  return open.whereIn('sessions.user_id', people);
}

/** How many sessions there are; counting ends at `most`. */
export async function countListedSessions(db: Knex, email: string, most: number): Promise<number> {
  const found = listed(db, email).select('sessions.id').limit(most).as('found');
  const row = (await db
    .queryBuilder()
    .from(found as never)
    .count({ total: '*' })
    .first()) as { total: number };
  return Number(row.total);
}

/** One page; the order of equal ones is that of their start. */
export async function selectListedSessions(
  db: Knex,
  query: SessionQuery & { readonly email: string },
): Promise<ListedSession[]> {
  const { sort, direction, page, pageSize } = query;
  const order = [
    { column: columns[sort], order: direction },
    { column: 'sessions.id', order: direction },
  ];
  const ids = listed(db, query.email);
  if (sort === 'email') void ids.join('users', 'users.id', 'sessions.user_id');
  const shown = ids
    .orderBy(order)
    .limit(pageSize)
    .offset(page * pageSize)
    .select('sessions.id')
    .as('page');
  const rows: (SessionRow & { email: string; first_name: string; last_name: string })[] = await db('sessions')
    .join(shown, 'page.id', 'sessions.id')
    .join('users', 'users.id', 'sessions.user_id')
    .orderBy(order)
    .select(...sessionColumns, 'users.email', 'users.first_name', 'users.last_name');
  return rows.map((row) => ({
    ...toSession(row),
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
  }));
}

/** How many open sessions of each kind these users, a statement's worth at most, have. */
export async function countByUserAndKind(
  db: Knex,
  userIds: readonly number[],
): Promise<{ userId: number; kind: SessionKind; total: number }[]> {
  const rows: { user_id: number; kind: SessionKind; total: number }[] = await db('sessions')
    .whereIn('user_id', [...userIds])
    .whereNull('ended_at')
    .groupBy('user_id', 'kind')
    .select('user_id', 'kind', db.raw('COUNT(*) AS total'));
  return rows.map(({ user_id, kind, total }) => ({ userId: user_id, kind, total: Number(total) }));
}
