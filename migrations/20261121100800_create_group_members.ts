import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('group_members')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('group_members').first()) return;
    await knex.schema.dropTable('group_members');
  }
  await knex.schema.createTable('group_members', (table) => {
    table.integer('group_id').unsigned().notNullable().references('id').inTable('user_groups').onDelete('CASCADE');
    table.integer('user_id').unsigned().notNullable().references('id').inTable('users').onDelete('CASCADE');
    table.primary(['group_id', 'user_id']);
    table.index(['user_id', 'group_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('group_members');
}
