import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('identities')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('identities').first()) return;
    await knex.schema.dropTable('identities');
  }
  await knex.schema.createTable('identities', (table) => {
    table.string('team_id', 32).notNullable();
    table.string('slack_user_id', 32).notNullable();
    table.integer('user_id').unsigned().notNullable().references('id').inTable('users').onDelete('CASCADE');
    table.string('email_key', 254).notNullable();
    table.datetime('bound_at', { precision: 3 }).notNullable();
    table.primary(['team_id', 'slack_user_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('identities');
}
