import type { Knex } from 'knex';
import { toDateOrNull } from '../../platform/db/dialect';

export interface LicenceRow {
  readonly seats: number;
  readonly isTrial: boolean;
  /** When the admin channel was told that the seats run out; null once the use fell again. */
  readonly warnedAt: Date | null;
  readonly version: number;
}

export async function selectLicence(db: Knex | Knex.Transaction): Promise<LicenceRow | null> {
  const row = await db('licences').where({ id: 1 }).first('seats', 'is_trial', 'warned_at', 'version');
  return row === undefined
    ? null
    : {
        seats: Number(row.seats),
        isTrial: Boolean(row.is_trial),
        warnedAt: toDateOrNull(row.warned_at),
        version: Number(row.version),
      };
}

export async function updateWarnedAt(db: Knex.Transaction, at: Date | null): Promise<void> {
  await db('licences').where({ id: 1 }).update({ warned_at: at });
}

export async function updateLicence(db: Knex.Transaction, seats: number, isTrial: boolean): Promise<void> {
  await db('licences').where({ id: 1 }).update({ seats, is_trial: isTrial });
}

export async function insertLicence(db: Knex | Knex.Transaction, seats: number): Promise<void> {
  await db('licences').insert({ id: 1, seats, is_trial: true });
}

/** Makes every other taking of seats wait until this transaction ends, on every database (on Galera: fail at commit). */
export async function lockLicence(db: Knex.Transaction): Promise<void> {
  await db('licences')
    .where({ id: 1 })
    .update({ version: db.raw('version + 1') });
}

/** Users that hold a seat, and how many of them hold nothing but the read-only profile in their projects. */
export async function countSeats(db: Knex | Knex.Transaction): Promise<number> {
  const row = (await db('users').whereIn('status', ['invited', 'active']).count({ total: '*' }).first()) as {
    total: number;
  };
  return Number(row.total);
}

/**
 * People with a seat who hold the read-only profile in every one of their projects; admins may do anything anywhere. It
 * begins with who holds that profile, by its index, and so does not look at everybody.
 */
function readOnlyHolders(db: Knex | Knex.Transaction): Knex.QueryBuilder {
  const readOnly = db('profiles').where({ is_read_only: true }).select('id');
  return db('users')
    .whereIn('users.id', db('memberships').whereIn('profile_id', readOnly.clone()).select('user_id'))
    .whereIn('users.status', ['invited', 'active'])
    .where('users.is_admin', false)
    .whereNotExists(
      db('memberships')
        .whereRaw('memberships.user_id = users.id')
        .whereNotIn('profile_id', readOnly)
        .select('memberships.user_id'),
    );
}

/** The profiles that only read: as ids, the count below is planned with them as constants. */
export async function selectReadOnlyProfileIds(db: Knex | Knex.Transaction): Promise<number[]> {
  return db('profiles').where({ is_read_only: true }).pluck('id');
}

/**
 * How many people hold a read-only seat. Outer joins keep their order: from those who hold such a profile, by its index,
 * to those of them who hold a seat, and only for these to what else they hold.
 * @param profileIds the profiles that only read
 */
export async function countReadOnlySeats(db: Knex | Knex.Transaction, profileIds: readonly number[]): Promise<number> {
  const ids = [...profileIds];
  const holders = db('memberships').whereIn('profile_id', ids).distinct('user_id').as('holders');
  const row = (await db
    .queryBuilder()
    .from(holders as never)
    .leftJoin('users', (on) => {
      on.on('users.id', 'holders.user_id')
        .andOnVal('users.is_admin', '=', false as never)
        .andOnIn('users.status', ['invited', 'active']);
    })
    .leftJoin('memberships as others', (on) => {
      on.on('others.user_id', 'users.id').andOnNotIn('others.profile_id', ids);
    })
    .whereNull('others.user_id')
    .count({ total: 'users.id' })
    .first()) as { total: number };
  return Number(row.total);
}

/** A project with the people in it who hold a seat. */
export interface ProjectSeats {
  readonly name: string;
  readonly seats: number;
  /** How many of them have the read-only profile there. */
  readonly readOnly: number;
}

/** The projects with the most seat holders. Somebody in several projects counts in each. */
export async function selectProjectSeats(db: Knex, limit: number): Promise<ProjectSeats[]> {
  const rows: { name: string; seats: number; readOnly: number }[] = await db('memberships')
    .join('users', 'users.id', 'memberships.user_id')
    .join('projects', 'projects.id', 'memberships.project_id')
    .join('profiles', 'profiles.id', 'memberships.profile_id')
    .whereIn('users.status', ['invited', 'active'])
    .whereNull('projects.archived_at')
    .groupBy('projects.id', 'projects.name', 'projects.name_key')
    .orderBy([{ column: 'seats', order: 'desc' }, { column: 'projects.name_key' }])
    .limit(limit)
    .select('projects.name')
    .count({ seats: '*' })
    .select(db.raw('SUM(CASE WHEN profiles.is_read_only THEN 1 ELSE 0 END) AS ??', ['readOnly']));
  return rows.map((row) => ({ name: row.name, seats: Number(row.seats), readOnly: Number(row.readOnly) }));
}

/** Who holds a read-only seat, in the order of their addresses. */
export async function selectReadOnlyHolders(
  db: Knex,
  limit: number,
): Promise<{ email: string; firstName: string; lastName: string }[]> {
  const rows: { email: string; first_name: string; last_name: string }[] = await readOnlyHolders(db)
    .orderBy('email_key')
    .limit(limit)
    .select('email', 'first_name', 'last_name');
  return rows.map((row) => ({ email: row.email, firstName: row.first_name, lastName: row.last_name }));
}
