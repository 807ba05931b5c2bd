import type { Knex } from 'knex';

export const config = { transaction: false };

const column = 'email_key';

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('import_rows', column)) return;
  // What only one row of a file may say, as it is compared.
  await knex.schema.alterTable('import_rows', (table) => {
    table.string(column, 255);
  });
}

export async function down(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('import_rows', column))) return;
  await knex.schema.alterTable('import_rows', (table) => {
    table.dropColumn(column);
  });
}
