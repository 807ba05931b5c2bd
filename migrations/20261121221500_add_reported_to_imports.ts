import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('imports', 'reported')) return;
  // What of an ended import was delivered to Slack, and how often that was tried, as JSON.
  await knex.schema.alterTable('imports', (table) => {
    table.string('reported', 200);
  });
}

export async function down(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('imports', 'reported'))) return;
  await knex.schema.alterTable('imports', (table) => {
    table.dropColumn('reported');
  });
}
