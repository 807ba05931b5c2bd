import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('import_rows')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('import_rows').first()) return;
    await knex.schema.dropTable('import_rows');
  }
  await knex.schema.createTable('import_rows', (table) => {
    table.integer('import_id').unsigned().notNullable().references('id').inTable('imports').onDelete('CASCADE');
    table.integer('position').unsigned().notNullable();
    table.integer('row_number').unsigned().notNullable();
    table.string('email', 254);
    table.integer('user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('action', 10).notNullable();
    table.text('cells', 'mediumtext').notNullable();
    table.text('plan', 'mediumtext');
    table.text('problems', 'mediumtext');
    table.string('outcome', 10);
    table.primary(['import_id', 'position']);
    table.index(['import_id', 'action', 'row_number']);
    table.index(['import_id', 'outcome', 'row_number']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('import_rows');
}
