import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('folders')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('folders').first()) return;
    await knex.schema.dropTable('folders');
  }
  await knex.schema.createTable('folders', (table) => {
    table.increments('id');
    table.integer('project_id').unsigned().notNullable().references('id').inTable('projects').onDelete('CASCADE');
    table.integer('parent_id').unsigned().references('id').inTable('folders').onDelete('CASCADE');
    table.string('kind', 16).notNullable();
    table.string('name', 120).notNullable();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('folders');
}
