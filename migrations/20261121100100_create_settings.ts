import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('settings')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('settings').first()) return;
    await knex.schema.dropTable('settings');
  }
  await knex.schema.createTable('settings', (table) => {
    table.string('name', 64).primary();
    table.text('value', 'mediumtext').notNullable();
    table.datetime('updated_at', { precision: 3 }).notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('settings');
}
