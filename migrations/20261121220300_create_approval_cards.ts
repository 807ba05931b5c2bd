import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('approval_cards')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('approval_cards').first()) return;
    await knex.schema.dropTable('approval_cards');
  }
  await knex.schema.createTable('approval_cards', (table) => {
    table.increments('id');
    table.integer('approval_id').unsigned().notNullable().references('id').inTable('approvals').onDelete('CASCADE');
    table.string('conversation_id', 70).notNullable();
    table.string('message_ts', 40).notNullable();
    table.unique(['approval_id', 'conversation_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('approval_cards');
}
