import type { Knex } from 'knex';

export interface LicenceRow {
  readonly seats: number;
  readonly isTrial: boolean;
}

export async function selectLicence(db: Knex | Knex.Transaction): Promise<LicenceRow | null> {
  const row = await db('licences').where({ id: 1 }).first('seats', 'is_trial');
  return row === undefined ? null : { seats: Number(row.seats), isTrial: Boolean(row.is_trial) };
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

export async function countReadOnlySeats(db: Knex | Knex.Transaction): Promise<number> {
  const held = (readOnly: boolean) =>
    db('memberships')
      .join('profiles', 'profiles.id', 'memberships.profile_id')
      .whereRaw('memberships.user_id = users.id')
      .where('profiles.is_read_only', readOnly)
      .select('memberships.user_id');
  const row = (await db('users')
    .whereIn('status', ['invited', 'active'])
    .where('is_admin', false)
    .whereExists(held(true))
    .whereNotExists(held(false))
    .count({ total: '*' })
    .first()) as { total: number };
  return Number(row.total);
}
