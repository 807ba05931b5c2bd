import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('session_choices')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('session_choices').first()) return;
    await knex.schema.dropTable('session_choices');
  }
  await knex.schema.createTable('session_choices', (table) => {
    table.string('choice_hash', 64).primary();
    table.integer('user_id').unsigned().notNullable().references('id').inTable('users').onDelete('CASCADE');
    table.string('kind', 10).notNullable();
    table.string('client_id', 64).notNullable();
    table.string('client_name', 120).notNullable();
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('expires_at', { precision: 3 }).notNullable().index();
    table.index(['user_id', 'created_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('session_choices');
}
