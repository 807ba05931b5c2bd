import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('test_runs')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('test_runs').first()) return;
    await knex.schema.dropTable('test_runs');
  }
  await knex.schema.createTable('test_runs', (table) => {
    table.increments('id');
    table.integer('project_id').unsigned().notNullable().references('id').inTable('projects').onDelete('CASCADE');
    table.integer('test_plan_id').unsigned().references('id').inTable('test_plans').onDelete('SET NULL');
    table.string('name', 200).notNullable();
    table.integer('assignee_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('assignee_label', 120);
    table.decimal('percent_done', 6, 3).notNullable().defaultTo(0);
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.index(['assignee_id', 'percent_done']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('test_runs');
}
