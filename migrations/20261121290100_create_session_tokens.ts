import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('session_tokens')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('session_tokens').first()) return;
    await knex.schema.dropTable('session_tokens');
  }
  await knex.schema.createTable('session_tokens', (table) => {
    table.string('token_hash', 64).primary();
    table.integer('session_id').unsigned().notNullable().references('id').inTable('sessions').onDelete('CASCADE');
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.index(['session_id', 'created_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('session_tokens');
}
