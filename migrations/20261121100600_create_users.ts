import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('users')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('users').first()) return;
    await knex.schema.dropTable('users');
  }
  await knex.schema.createTable('users', (table) => {
    table.increments('id');
    table.string('email', 254).notNullable();
    table.string('email_key', 254).notNullable().unique();
    table.string('first_name', 100).notNullable().defaultTo('');
    table.string('last_name', 100).notNullable().defaultTo('');
    table.string('name_key', 201).notNullable().defaultTo('').index();
    table.string('status', 10).notNullable();
    table.boolean('is_admin').notNullable().defaultTo(false);
    table.string('auth_system', 10).notNullable().defaultTo('internal');
    table.string('sso_username', 255);
    table.string('sso_username_key', 255).unique();
    table.string('ldap_username', 255);
    table.string('ldap_username_key', 255).unique();
    table.integer('default_profile_id').unsigned().references('id').inTable('profiles').onDelete('SET NULL');
    table.string('password_hash', 255);
    table.datetime('password_set_at', { precision: 3 });
    table.datetime('activated_at', { precision: 3 });
    table.datetime('last_login_at', { precision: 3 });
    table.datetime('created_at', { precision: 3 }).notNullable();
    table.datetime('updated_at', { precision: 3 }).notNullable();
    table.integer('version').unsigned().notNullable().defaultTo(1);
    table.index(['status', 'id']);
    table.index(['is_admin', 'status']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('users');
}
