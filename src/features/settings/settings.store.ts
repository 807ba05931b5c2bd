import type { Knex } from 'knex';

export async function selectSetting(db: Knex | Knex.Transaction, name: string): Promise<unknown> {
  const row = await db('settings').where({ name }).first('value');
  return row === undefined ? undefined : JSON.parse(row.value);
}

/** Writes one setting, whether it was there before or not. */
export async function upsertSetting(
  db: Knex | Knex.Transaction,
  name: string,
  value: unknown,
  now: Date,
): Promise<void> {
  await db('settings')
    .insert({ name, value: JSON.stringify(value), updated_at: now })
    .onConflict('name')
    .merge();
}
