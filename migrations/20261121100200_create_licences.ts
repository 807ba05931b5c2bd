import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('licences')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('licences').first()) return;
    await knex.schema.dropTable('licences');
  }
  await knex.schema.createTable('licences', (table) => {
    table.integer('id').unsigned().primary();
    table.integer('seats').unsigned().notNullable();
    table.boolean('is_trial').notNullable().defaultTo(true);
    table.integer('version').unsigned().notNullable().defaultTo(1);
    table.datetime('warned_at', { precision: 3 });
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('licences');
}
