import type { Knex } from 'knex';

export const config = { transaction: false };

// Where whoever asked was told that it waits, so that the message can be drawn anew.
const columns = { asked_conversation_id: 70, asked_message_ts: 40 };

export async function up(knex: Knex): Promise<void> {
  for (const [column, length] of Object.entries(columns)) {
    if (await knex.schema.hasColumn('approvals', column)) continue;
    await knex.schema.alterTable('approvals', (table) => {
      table.string(column, length);
    });
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const column of Object.keys(columns)) {
    if (!(await knex.schema.hasColumn('approvals', column))) continue;
    await knex.schema.alterTable('approvals', (table) => {
      table.dropColumn(column);
    });
  }
}
