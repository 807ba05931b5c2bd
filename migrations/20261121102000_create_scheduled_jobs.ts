import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('scheduled_jobs')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('scheduled_jobs').first()) return;
    await knex.schema.dropTable('scheduled_jobs');
  }
  await knex.schema.createTable('scheduled_jobs', (table) => {
    table.string('name', 64).primary();
    table.string('cron', 120).notNullable();
    table.datetime('next_run_at', { precision: 3 }).notNullable();
    table.string('token', 36);
    table.datetime('lease_until', { precision: 3 });
    table.integer('fence').unsigned().notNullable().defaultTo(0);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('scheduled_jobs');
}
