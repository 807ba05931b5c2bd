import type { Knex } from 'knex';

export const config = { transaction: false };

const columns = ['ended_at'];
const name = 'links_ended_at_index';

// What is past its keep time is found without reading what is not.
export async function up(knex: Knex): Promise<void> {
  // A run that was killed may have made the index without saying so.
  await knex.schema.alterTable('links', (table) => table.dropIndex(columns, name)).catch(() => undefined);
  await knex.schema.alterTable('links', (table) => {
    table.index(columns, name);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('links', (table) => {
    table.dropIndex(columns, name);
  });
}
