import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('sign_in_failures')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('sign_in_failures').first()) return;
    await knex.schema.dropTable('sign_in_failures');
  }
  await knex.schema.createTable('sign_in_failures', (table) => {
    // HMACs of what is counted: people also type their password into the field of the address.
    table.string('counter_key', 64).primary();
    table.string('account_key', 64).index();
    table.integer('failures').unsigned().notNullable();
    table.datetime('blocked_until', { precision: 3 });
    table.datetime('expires_at', { precision: 3 }).notNullable().index();
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('sign_in_failures');
}
