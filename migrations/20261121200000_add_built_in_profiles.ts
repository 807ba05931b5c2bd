import type { Knex } from 'knex';

export const config = { transaction: false };

const view = ['view_requirements', 'view_test_cases', 'view_test_runs', 'view_reports'];
const test = [...view, 'edit_test_cases', 'run_tests', 'log_defects'];
const manage = [...test, 'edit_requirements', 'edit_test_plans', 'assign_tests', 'delete_items', 'manage_project'];

export async function up(knex: Knex): Promise<void> {
  if (await knex('profiles').first()) return;
  const now = new Date();
  const profile = (name: string, permissions: string[], flags: { is_default?: boolean; is_read_only?: boolean }) => ({
    name,
    name_key: name.toLowerCase(),
    permissions: JSON.stringify(permissions),
    is_default: flags.is_default ?? false,
    is_read_only: flags.is_read_only ?? false,
    created_at: now,
    updated_at: now,
  });
  await knex('profiles').insert([
    profile('Project Manager', manage, {}),
    profile('Tester', test, { is_default: true }),
    profile('Read Only', view, { is_read_only: true }),
  ]);
}

export async function down(knex: Knex): Promise<void> {
  await knex('profiles').whereIn('name_key', ['project manager', 'tester', 'read only']).del();
}
