import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('operations')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('operations').first()) return;
    await knex.schema.dropTable('operations');
  }
  await knex.schema.createTable('operations', (table) => {
    table.increments('id');
    table.string('kind', 40).notNullable();
    table.string('state', 12).notNullable();
    table.integer('actor_user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('actor_label', 254).notNullable();
    table.string('actor_slack_id', 70);
    table.string('idempotency_key', 120).unique();
    table.text('input', 'mediumtext');
    table.text('counts', 'mediumtext');
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('finished_at', { precision: 3 });
    table.index(['state', 'created_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('operations');
}
