import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('links')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('links').first()) return;
    await knex.schema.dropTable('links');
  }
  await knex.schema.createTable('links', (table) => {
    table.increments('id');
    table.integer('user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('purpose', 12).notNullable();
    table.string('nonce', 32).notNullable();
    table.string('state', 10).notNullable();
    table.string('live_key', 40).unique();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('expires_at', { precision: 3 }).notNullable();
    table.datetime('ended_at', { precision: 3 });
    table.index(['user_id', 'purpose', 'state']);
    table.index(['state', 'expires_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('links');
}
