import type { Knex } from 'knex';

export const config = { transaction: false };

const columns = ['finished_at'];
const name = 'imports_finished_at_index';

// The imports of a week, among all that ever were.
export async function up(knex: Knex): Promise<void> {
  // A run that was killed may have made the index without saying so.
  await knex.schema.alterTable('imports', (table) => table.dropIndex(columns, name)).catch(() => undefined);
  await knex.schema.alterTable('imports', (table) => {
    table.index(columns, name);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('imports', (table) => {
    table.dropIndex(columns, name);
  });
}
