import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex.schema.hasTable('approvals')) {
    // A run that was killed may have left the table without its indexes. It never came into use, so it is made anew.
    if (await knex('approvals').first()) return;
    await knex.schema.dropTable('approvals');
  }
  await knex.schema.createTable('approvals', (table) => {
    table.increments('id');
    table.string('kind', 40).notNullable();
    table.string('state', 12).notNullable();
    table.string('summary', 500).notNullable();
    table.text('payload', 'mediumtext').notNullable();
    table.string('idempotency_key', 120).notNullable().unique();
    table.integer('requester_user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('requester_label', 254).notNullable();
    table.string('requester_slack_id', 70);
    table.integer('decider_user_id').unsigned().references('id').inTable('users').onDelete('SET NULL');
    table.string('decider_label', 254);
    table.string('reason', 500);
    table.datetime('requested_at', { precision: 3 }).notNullable();
    table.datetime('expires_at', { precision: 3 }).notNullable();
    table.datetime('decided_at', { precision: 3 });
    table.datetime('card_claimed_at', { precision: 3 });
    table.index(['state', 'expires_at']);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTableIfExists('approvals');
}
