import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('batch_people')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('batch_people').first()) return;
    await knex.schema.dropTable('batch_people');
  }
  await knex.schema.createTable('batch_people', (table) => {
    table.integer('batch_id').unsigned().notNullable().references('id').inTable('batches').onDelete('CASCADE');
    table.integer('position').unsigned().notNullable();
    table.integer('user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('email', 254).notNullable();
    table.primary(['batch_id', 'position']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('batch_people');
}
