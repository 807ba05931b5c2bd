import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('seen_deliveries')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('seen_deliveries').first()) return;
    await knex.schema.dropTable('seen_deliveries');
  }
  await knex.schema.createTable('seen_deliveries', (table) => {
    table.string('delivery_key', 190).primary();
    table.datetime('seen_at', { precision: 3 }).notNullable().index();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('seen_deliveries');
}
