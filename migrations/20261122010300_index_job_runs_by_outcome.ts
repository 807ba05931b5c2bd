import type { Knex } from 'knex';

export const config = { transaction: false };

const columns = ['name', 'outcome', 'id'];
const name = 'job_runs_name_outcome_index';

// The newest success of a job that fails for long, and the newest failure of one that never does.
export async function up(knex: Knex): Promise<void> {
  // A run that was killed may have made the index without saying so.
  await knex.schema.alterTable('job_runs', (table) => table.dropIndex(columns, name)).catch(() => undefined);
  await knex.schema.alterTable('job_runs', (table) => {
    table.index(columns, name);
  });
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.alterTable('job_runs', (table) => {
    table.dropIndex(columns, name);
  });
}
