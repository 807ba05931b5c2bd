import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('approvals', 'details')) return;
  // What its card says below the summary, a line each, as JSON.
  await knex.schema.alterTable('approvals', (table) => {
    table.text('details');
  });
}

export async function down(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('approvals', 'details'))) return;
  await knex.schema.alterTable('approvals', (table) => {
    table.dropColumn('details');
  });
}
