import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('memberships')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('memberships').first()) return;
    await knex.schema.dropTable('memberships');
  }
  await knex.schema.createTable('memberships', (table) => {
    table.integer('user_id').unsigned().notNullable().references('id').inTable('users').onDelete('CASCADE');
    table.integer('project_id').unsigned().notNullable().references('id').inTable('projects').onDelete('CASCADE');
    table.integer('profile_id').unsigned().notNullable().references('id').inTable('profiles').onDelete('RESTRICT');
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.primary(['user_id', 'project_id']);
    table.index(['project_id', 'user_id']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('memberships');
}
