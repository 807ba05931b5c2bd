import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('operation_changes')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('operation_changes').first()) return;
    await knex.schema.dropTable('operation_changes');
  }
  await knex.schema.createTable('operation_changes', (table) => {
    table.increments('id');
    table.integer('operation_id').unsigned().notNullable().references('id').inTable('operations').onDelete('CASCADE');
    table.integer('user_id').unsigned().notNullable().references('id').inTable('users').onDelete('CASCADE');
    table.string('field', 40).notNullable();
    table.text('before', 'mediumtext');
    table.text('after', 'mediumtext');
    table.unique(['operation_id', 'user_id', 'field']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('operation_changes');
}
