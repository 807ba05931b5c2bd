import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('profiles')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('profiles').first()) return;
    await knex.schema.dropTable('profiles');
  }
  await knex.schema.createTable('profiles', (table) => {
    table.increments('id');
    table.string('name', 80).notNullable();
    table.string('name_key', 80).notNullable().unique();
    table.text('permissions', 'mediumtext').notNullable();
    table.boolean('is_default').notNullable().defaultTo(false);
    table.boolean('is_read_only').notNullable().defaultTo(false);
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('updated_at', { precision: 3 }).notNullable();
    table.datetime('archived_at', { precision: 3 });
    table.integer('version').unsigned().notNullable().defaultTo(1);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('profiles');
}
