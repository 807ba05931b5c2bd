import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('job_runs')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('job_runs').first()) return;
    await knex.schema.dropTable('job_runs');
  }
  await knex.schema.createTable('job_runs', (table) => {
    table.increments('id');
    table.string('name', 64).notNullable();
    table.datetime('slot', { precision: 3 }).notNullable();
    table.integer('fence').unsigned().notNullable();
    table.string('token', 36).notNullable();
    table.string('cause', 10).notNullable();
    table.datetime('started_at', { precision: 3 }).notNullable();
    table.datetime('finished_at', { precision: 3 });
    table.string('outcome', 10).notNullable();
    table.text('counts', 'mediumtext');
    table.string('problem', 500);
    table.index(['name', 'id']);
    table.index(['outcome', 'started_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('job_runs');
}
