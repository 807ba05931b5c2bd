import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('imports')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('imports').first()) return;
    await knex.schema.dropTable('imports');
  }
  await knex.schema.createTable('imports', (table) => {
    table.increments('id');
    table.string('state', 12).notNullable();
    table.string('file_name', 255).notNullable();
    table.string('file_kind', 8);
    table.integer('file_size').unsigned().notNullable();
    table.string('content_hash', 64);
    table.string('slack_file_id', 32);
    // The file and the conversation it was shared in: one delivery makes one import, however often it comes.
    table.string('delivery_key', 80).unique();
    table.string('uploader_slack_id', 70);
    table.integer('uploader_user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('conversation_id', 32);
    table.string('message_ts', 32);
    table.integer('operation_id').unsigned().references('id').inTable('operations').onDelete('SET NULL');
    table.string('plan_digest', 64);
    table.text('header', 'mediumtext');
    table.text('counts', 'mediumtext');
    table.text('warnings', 'mediumtext');
    table.string('problem', 500);
    table.integer('decided_by_user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('decided_by_label', 254);
    table.string('decided_by_slack_id', 70);
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('decided_at', { precision: 3 });
    table.datetime('finished_at', { precision: 3 });
    table.integer('next_row').unsigned().notNullable().defaultTo(0);
    table.string('token', 36);
    table.datetime('lease_until', { precision: 3 });
    table.integer('fence').unsigned().notNullable().defaultTo(0);
    table.index(['state', 'lease_until']);
    table.index(['content_hash', 'id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('imports');
}
