import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('audit_events')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('audit_events').first()) return;
    await knex.schema.dropTable('audit_events');
  }
  await knex.schema.createTable('audit_events', (table) => {
    table.increments('id');
    table.datetime('at', { precision: 3 }).notNullable();
    table.string('action', 60).notNullable();
    table.string('actor_kind', 10).notNullable();
    table.integer('actor_user_id').unsigned();
    table.string('actor_label', 254).notNullable();
    table.string('actor_slack_id', 70);
    table.string('subject_type', 20).notNullable();
    table.integer('subject_id').unsigned();
    table.string('subject_label', 254).notNullable();
    table.text('before', 'mediumtext');
    table.text('after', 'mediumtext');
    table.integer('operation_id').unsigned().references('id').inTable('operations').onDelete('SET NULL');
    table.index(['subject_type', 'subject_id', 'id']);
    table.index(['actor_user_id', 'id']);
    table.index(['at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('audit_events');
}
