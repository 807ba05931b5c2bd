import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('outbox')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('outbox').first()) return;
    await knex.schema.dropTable('outbox');
  }
  await knex.schema.createTable('outbox', (table) => {
    table.increments('id');
    table.string('kind', 8).notNullable();
    table.string('template', 40).notNullable();
    table.string('recipient', 254).notNullable();
    table.text('payload', 'mediumtext').notNullable();
    table.string('dedup_key', 190).notNullable().unique();
    table.string('state', 10).notNullable();
    table.datetime('run_at', { precision: 3 }).notNullable();
    table.integer('attempts').unsigned().notNullable().defaultTo(0);
    table.string('token', 36);
    table.string('last_error', 500);
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('finished_at', { precision: 3 });
    table.index(['state', 'run_at', 'id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('outbox');
}
