import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('imports', 'first_confirmed_by')) return;
  // Who confirmed a plan that waits for a second admin, as they were then, as JSON.
  await knex.schema.alterTable('imports', (table) => {
    table.string('first_confirmed_by', 700);
  });
}

export async function down(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('imports', 'first_confirmed_by'))) return;
  await knex.schema.alterTable('imports', (table) => {
    table.dropColumn('first_confirmed_by');
  });
}
