import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('imports', 'halted_by')) return;
  // Who paused or stopped it, as they were then, as JSON; null while nobody did.
  await knex.schema.alterTable('imports', (table) => {
    table.string('halted_by', 700);
  });
}

export async function down(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('imports', 'halted_by'))) return;
  await knex.schema.alterTable('imports', (table) => {
    table.dropColumn('halted_by');
  });
}
