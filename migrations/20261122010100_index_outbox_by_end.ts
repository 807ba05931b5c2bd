import type { Knex } from 'knex';

export const config = { transaction: false };

const columns = ['state', 'finished_at'];
const name = 'outbox_finished_at_index';

// What is past its keep time is found without reading what is not.
export async function up(knex: Knex): Promise<void> {
  // A run that was killed may have made the index without saying so.
  await knex.schema.alterTable('outbox', (table) => table.dropIndex(columns, name)).catch(() => undefined);
  await knex.schema.alterTable('outbox', (table) => {
    table.index(columns, name);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('outbox', (table) => {
    table.dropIndex(columns, name);
  });
}
