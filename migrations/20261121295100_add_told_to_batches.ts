import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasColumn('batches', 'told')) return;
  // Whether somebody was shown how it ended. Whatever ended before this column was told as well as it could be.
  await knex.schema.alterTable('batches', (table) => {
    table.boolean('told').notNullable().defaultTo(true);
  });
}

export async function down(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('batches', 'told'))) return;
  await knex.schema.alterTable('batches', (table) => {
    table.dropColumn('told');
  });
}
