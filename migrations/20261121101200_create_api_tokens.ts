import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('api_tokens')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('api_tokens').first()) return;
    await knex.schema.dropTable('api_tokens');
  }
  await knex.schema.createTable('api_tokens', (table) => {
    table.increments('id');
    table.integer('user_id').unsigned().notNullable().references('id').inTable('users').onDelete('CASCADE');
    table.string('name', 80).notNullable();
    table.string('token_hash', 64).notNullable().unique();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('last_used_at', { precision: 3 });
    table.datetime('revoked_at', { precision: 3 });
    table.string('revoked_reason', 20);
    table.index(['user_id', 'revoked_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('api_tokens');
}
