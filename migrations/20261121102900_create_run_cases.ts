import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('run_cases')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('run_cases').first()) return;
    await knex.schema.dropTable('run_cases');
  }
  await knex.schema.createTable('run_cases', (table) => {
    table.increments('id');
    table.integer('run_id').unsigned().notNullable().references('id').inTable('test_runs').onDelete('CASCADE');
    table.integer('test_case_id').unsigned().references('id').inTable('test_cases').onDelete('SET NULL');
    table.integer('position').unsigned().notNullable();
    table.string('title', 200).notNullable();
    table.integer('assignee_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('assignee_label', 120);
    table.integer('status_id').unsigned().references('id').inTable('result_statuses').onDelete('SET NULL');
    table.datetime('updated_at', { precision: 3 }).notNullable();
    table.unique(['run_id', 'position']);
    table.index(['assignee_id', 'run_id', 'position']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('run_cases');
}
