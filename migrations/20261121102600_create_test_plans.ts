import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('test_plans')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('test_plans').first()) return;
    await knex.schema.dropTable('test_plans');
  }
  await knex.schema.createTable('test_plans', (table) => {
    table.increments('id');
    table.integer('project_id').unsigned().notNullable().references('id').inTable('projects').onDelete('CASCADE');
    table.string('name', 200).notNullable();
    table.text('description', 'mediumtext');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('test_plans');
}
