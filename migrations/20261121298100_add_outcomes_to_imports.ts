import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('imports', 'outcomes')) return;
  // How many rows ended in which way so far, as JSON: it moves on with next_row, so that nobody counts rows.
  await knex.schema.alterTable('imports', (table) => {
    table.string('outcomes', 200);
  });
}

export async function down(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('imports', 'outcomes'))) return;
  await knex.schema.alterTable('imports', (table) => {
    table.dropColumn('outcomes');
  });
}
