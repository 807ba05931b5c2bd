import type { Knex } from 'knex';
import type { TwinKind } from './imports.types';

type Database = Knex | Knex.Transaction;

const columns: Readonly<Record<TwinKind, string>> = {
  email: 'email_key',
  ssoUsername: 'sso_key',
  ldapUsername: 'ldap_key',
};

/** The key that stands `size` rows further on in the order of the keys, or null where fewer are left. */
export async function selectKeyAhead(
  db: Database,
  importId: number,
  kind: TwinKind,
  after: string,
  size: number,
): Promise<string | null> {
  const column = columns[kind];
  const row = await db('import_rows')
    .where({ import_id: importId })
    .where(column, '>', after)
    .orderBy(column)
    .offset(size - 1)
    .first({ key: column });
  return row?.key ?? null;
}

/** Whether several rows have the same key, of those after one key and up to another, or up to the last. */
export async function hasSameKeys(
  db: Database,
  importId: number,
  kind: TwinKind,
  after: string,
  upTo: string | null,
): Promise<boolean> {
  const column = columns[kind];
  const query = db('import_rows').where({ import_id: importId }).where(column, '>', after);
  if (upTo !== null) void query.where(column, '<=', upTo);
  const row = await query.groupBy(column).havingRaw('COUNT(*) > 1').first({ key: column });
  return row !== undefined;
}

const ofUsers: Readonly<Record<TwinKind, string>> = {
  email: 'email_key',
  ssoUsername: 'sso_username_key',
  ldapUsername: 'ldap_username_key',
};

/** How many rows say what some user has, of those after one key and up to another, or up to the last. */
export async function countKnownKeys(
  db: Database,
  importId: number,
  kind: TwinKind,
  after: string,
  upTo: string | null,
): Promise<number> {
  const column = `import_rows.${columns[kind]}`;
  const query = db('import_rows')
    .join('users', `users.${ofUsers[kind]}`, column)
    .where('import_rows.import_id', importId)
    .where(column, '>', after);
  if (upTo !== null) void query.where(column, '<=', upTo);
  const row = (await query.count({ total: '*' }).first()) as { total: number };
  return Number(row.total);
}

/** Rows that share one of these keys: the first so many of each by their numbers, with how many there are. */
export async function selectSameKeys(
  db: Database,
  importId: number,
  kind: TwinKind,
  keys: readonly string[],
  firstRows: number,
): Promise<{ key: string; rowNumber: number; total: number }[]> {
  const column = columns[kind];
  const counted = db('import_rows')
    .where({ import_id: importId })
    .whereIn(column, [...keys])
    .select({ key: column, rowNumber: 'row_number' })
    .select(
      db.raw('COUNT(*) OVER (PARTITION BY ??) AS total', [column]),
      db.raw('ROW_NUMBER() OVER (PARTITION BY ?? ORDER BY ??) AS place', [column, 'row_number']),
    );
  const rows: { key: string; rowNumber: number; total: number }[] = await db
    .queryBuilder()
    .from(counted.as('counted') as never)
    .where('total', '>', 1)
    .where('place', '<=', firstRows)
    .orderBy(['key', 'rowNumber'])
    .select('key', 'rowNumber', 'total');
  return rows.map((row) => ({ ...row, total: Number(row.total) }));
}
