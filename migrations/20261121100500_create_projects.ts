import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('projects')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('projects').first()) return;
    await knex.schema.dropTable('projects');
  }
  await knex.schema.createTable('projects', (table) => {
    table.increments('id');
    table.string('name', 120).notNullable();
    table.string('name_key', 120).notNullable().unique();
    table.boolean('is_sample').notNullable().defaultTo(false);
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('updated_at', { precision: 3 }).notNullable();
    table.datetime('archived_at', { precision: 3 });
    table.integer('version').unsigned().notNullable().defaultTo(1);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('projects');
}
