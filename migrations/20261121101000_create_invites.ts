import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('invites')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('invites').first()) return;
    await knex.schema.dropTable('invites');
  }
  await knex.schema.createTable('invites', (table) => {
    table.increments('id');
    table.integer('user_id').unsigned().notNullable().unique().references('id').inTable('users').onDelete('CASCADE');
    table.string('state', 10).notNullable();
    table.integer('invited_by_user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.datetime('invited_at', { precision: 3 }).notNullable();
    table.datetime('sent_at', { precision: 3 }).notNullable();
    table.integer('sent_count').unsigned().notNullable().defaultTo(1);
    table.integer('reminders_sent').unsigned().notNullable().defaultTo(0);
    table.datetime('reminded_at', { precision: 3 });
    table.datetime('expires_at', { precision: 3 }).notNullable();
    table.datetime('ended_at', { precision: 3 });
    table.index(['state', 'expires_at']);
    table.index(['state', 'reminders_sent', 'sent_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('invites');
}
