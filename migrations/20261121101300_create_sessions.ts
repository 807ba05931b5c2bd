import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('sessions')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('sessions').first()) return;
    await knex.schema.dropTable('sessions');
  }
  await knex.schema.createTable('sessions', (table) => {
    table.increments('id');
    table.integer('user_id').unsigned().notNullable().references('id').inTable('users').onDelete('CASCADE');
    table.string('token_hash', 64).notNullable().unique();
    table.string('kind', 10).notNullable();
    table.string('client_id', 64).notNullable();
    table.string('client_name', 120).notNullable().defaultTo('');
    table.string('ip', 45);
    table.datetime('started_at', { precision: 3 }).notNullable();
    table.datetime('last_seen_at', { precision: 3 }).notNullable();
    table.datetime('ended_at', { precision: 3 });
    table.string('end_reason', 20);
    table.index(['ended_at', 'last_seen_at', 'id']);
    table.index(['user_id', 'ended_at', 'kind']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('sessions');
}
