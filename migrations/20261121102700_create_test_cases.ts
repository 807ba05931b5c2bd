import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('test_cases')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('test_cases').first()) return;
    await knex.schema.dropTable('test_cases');
  }
  await knex.schema.createTable('test_cases', (table) => {
    table.increments('id');
    table.integer('project_id').unsigned().notNullable().references('id').inTable('projects').onDelete('CASCADE');
    table.integer('folder_id').unsigned().references('id').inTable('folders').onDelete('SET NULL');
    table.string('name', 200).notNullable();
    table.text('steps', 'mediumtext');
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('test_cases');
}
