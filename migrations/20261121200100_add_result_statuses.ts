import type { Knex } from 'knex';

export const config = { transaction: false };

export async function up(knex: Knex): Promise<void> {
  if (await knex('result_statuses').first()) return;
  const statuses: [name: string, isFinal: boolean][] = [
    ['Untested', false],
    ['In Progress', false],
    ['Blocked', false],
    ['Retest', false],
    ['Passed', true],
    ['Failed', true],
    ['Skipped', true],
  ];
  await knex('result_statuses').insert(
    statuses.map(([name, isFinal], position) => ({ name, name_key: name.toLowerCase(), is_final: isFinal, position })),
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex('result_statuses').del();
}
