import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('batches')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('batches').first()) return;
    await knex.schema.dropTable('batches');
  }
  await knex.schema.createTable('batches', (table) => {
    table.increments('id');
    table.string('action', 20).notNullable();
    table.string('state', 12).notNullable();
    table.text('input', 'mediumtext').notNullable();
    table.integer('owner_user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('owner_label', 254).notNullable();
    table.string('owner_slack_id', 70);
    table.integer('operation_id').unsigned().references('id').inTable('operations').onDelete('SET NULL');
    table.integer('total').unsigned().notNullable();
    table.integer('next_position').unsigned().notNullable().defaultTo(0);
    table.string('conversation_id', 70);
    table.string('message_ts', 40);
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('moved_at', { precision: 3 });
    table.index(['state', 'moved_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('batches');
}
