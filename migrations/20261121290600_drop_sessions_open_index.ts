import type { Knex } from 'knex';

export const config = { transaction: false };

const columns = ['ended_at', 'kind'];
const name = 'sessions_open_index';

// The index of open sessions by kind and last request answers what this one did; each index is written at every touch.
export async function up(knex: Knex): Promise<void> {
  // A run that was killed may have dropped the index without saying so.
  await knex.schema.alterTable('sessions', (table) => table.dropIndex(columns, name)).catch(() => undefined);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('sessions', (table) => {
    table.index(columns, name);
  });
}
