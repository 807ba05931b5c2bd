import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('result_statuses')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('result_statuses').first()) return;
    await knex.schema.dropTable('result_statuses');
  }
  await knex.schema.createTable('result_statuses', (table) => {
    table.increments('id');
    table.string('name', 40).notNullable();
    table.string('name_key', 40).notNullable().unique();
    table.boolean('is_final').notNullable().defaultTo(false);
    table.integer('position').unsigned().notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('result_statuses');
}
