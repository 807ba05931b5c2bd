import type { Knex } from 'knex';

export const config = { transaction: false };

const column = 'token_hash';

export async function up(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('sessions', column))) return;
  // A run that was killed may have dropped the index without saying so.
  await knex.schema.alterTable('sessions', (table) => table.dropUnique([column])).catch(() => undefined);
  // Said by hand: knex would copy the whole table on SQLite.
  await knex.raw('ALTER TABLE sessions DROP COLUMN token_hash');
}

export async function down(knex: Knex): Promise<void> {
  if (!(await knex.schema.hasColumn('sessions', column))) {
    // Sessions may have no token, or several, since; older programs read one.
    await knex.schema.alterTable('sessions', (table) => {
      table.string(column, 64);
    });
  }
  await knex.schema.alterTable('sessions', (table) => {
    table.unique([column]);
  });
}
