import type { Knex } from 'knex';

export const config = { transaction: false };

const columns = ['ended_at', 'kind', 'last_seen_at', 'id'];
const name = 'sessions_open_by_last_request_index';

export async function up(knex: Knex): Promise<void> {
  // A run that was killed may have made the index without saying so.
  await knex.schema.alterTable('sessions', (table) => table.dropIndex(columns, name)).catch(() => undefined);
  await knex.schema.alterTable('sessions', (table) => {
    table.index(columns, name);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('sessions', (table) => {
    table.dropIndex(columns, name);
  });
}
