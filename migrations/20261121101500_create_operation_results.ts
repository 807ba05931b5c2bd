import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('operation_results')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('operation_results').first()) return;
    await knex.schema.dropTable('operation_results');
  }
  await knex.schema.createTable('operation_results', (table) => {
    table.increments('id');
    table.integer('operation_id').unsigned().notNullable().references('id').inTable('operations').onDelete('CASCADE');
    table.integer('user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('subject', 254).notNullable();
    table.string('outcome', 10).notNullable();
    table.string('reason', 500);
    table.index(['operation_id', 'id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('operation_results');
}
