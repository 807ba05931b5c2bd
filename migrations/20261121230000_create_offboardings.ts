import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('offboardings')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('offboardings').first()) return;
    await knex.schema.dropTable('offboardings');
  }
  await knex.schema.createTable('offboardings', (table) => {
    table.increments('id');
    table.integer('user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('user_email', 254).notNullable();
    table.integer('replacement_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('replacement_email', 254);
    table.datetime('due_at', { precision: 3 }).notNullable();
    table.string('state', 12).notNullable();
    // The user's id while it is planned: one for each person, however many admins plan at once.
    table.string('live_key', 20).unique();
    table.integer('requested_by_user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('requested_by_label', 254).notNullable();
    table.string('requested_by_slack_id', 70);
    table.string('problem', 500);
    table.datetime('reminded_at', { precision: 3 });
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('ended_at', { precision: 3 });
    table.index(['state', 'due_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('offboardings');
}
