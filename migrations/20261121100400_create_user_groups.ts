import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('user_groups')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('user_groups').first()) return;
    await knex.schema.dropTable('user_groups');
  }
  await knex.schema.createTable('user_groups', (table) => {
    table.increments('id');
    table.string('name', 80).notNullable();
    table.string('name_key', 80).notNullable().unique();
    table.text('permissions', 'mediumtext').notNullable();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('updated_at', { precision: 3 }).notNullable();
    table.integer('version').unsigned().notNullable().defaultTo(1);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('user_groups');
}
