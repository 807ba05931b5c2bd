import type { Knex } from 'knex';

export const config = { transaction: false };

const columns = ['subject_label', 'id'];
const name = 'audit_events_label_index';

export async function up(knex: Knex): Promise<void> {
  // A run that was killed may have made the index without saying so.
  await knex.schema.alterTable('audit_events', (table) => table.dropIndex(columns, name)).catch(() => undefined);
  await knex.schema.alterTable('audit_events', (table) => {
    table.index(columns, name);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('audit_events', (table) => {
    table.dropIndex(columns, name);
  });
}
