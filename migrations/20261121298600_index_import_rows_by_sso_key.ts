import type { Knex } from 'knex';

export const config = { transaction: false };

const columns = ['import_id', 'sso_key'];
const name = 'import_rows_sso_key_index';

export async function up(knex: Knex): Promise<void> {
  // A run that was killed may have made the index without saying so.
  await knex.schema.alterTable('import_rows', (table) => table.dropIndex(columns, name)).catch(() => undefined);
  await knex.schema.alterTable('import_rows', (table) => {
    table.index(columns, name);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('import_rows', (table) => {
    table.dropIndex(columns, name);
  });
}
