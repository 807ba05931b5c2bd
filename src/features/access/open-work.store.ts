import type { Knex } from 'knex';

type Database = Knex | Knex.Transaction;

export interface ProjectWork {
  readonly projectId: number;
  /** Test runs below 100 %. */
  readonly runs: number;
  /** Run cases without a final result. */
  readonly cases: number;
}

/** One user's open work in these projects, as `unassignOpenWork` would take it away; projects without any are left out. */
export async function countOpenWork(
  db: Database,
  userId: number,
  projectIds: readonly number[],
): Promise<ProjectWork[]> {
  if (projectIds.length === 0) return [];
  const runs = await db('test_runs')
    .where({ assignee_id: userId })
    .where('percent_done', '<', 100)
    .whereIn('project_id', [...projectIds])
    .groupBy('project_id')
    .select('project_id')
    .count({ total: '*' });
  const openStatuses = db('result_statuses').where({ is_final: false }).select('id');
  const cases = await db('run_cases')
    .join('test_runs', 'test_runs.id', 'run_cases.run_id')
    .where('run_cases.assignee_id', userId)
    .whereIn('test_runs.project_id', [...projectIds])
    .where((open) => void open.whereNull('run_cases.status_id').orWhereIn('run_cases.status_id', openStatuses))
    .groupBy('test_runs.project_id')
    .select('test_runs.project_id')
    .count({ total: '*' });
  const totals = (rows: readonly Record<string, unknown>[]) =>
    new Map(rows.map((row) => [Number(row.project_id), Number(row.total)]));
  const runTotals = totals(runs as Record<string, unknown>[]);
  const caseTotals = totals(cases as Record<string, unknown>[]);
  return projectIds
    .map((projectId) => ({
      projectId,
      runs: runTotals.get(projectId) ?? 0,
      cases: caseTotals.get(projectId) ?? 0,
    }))
    .filter(({ runs: open, cases: left }) => open + left > 0);
}

/** The names of projects and profiles, archived ones too, by id. */
export async function selectNames(
  db: Database,
  table: 'projects' | 'profiles',
  ids: readonly number[],
): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map();
  const rows: { id: number; name: string }[] = await db(table)
    .whereIn('id', [...ids])
    .select('id', 'name');
  return new Map(rows.map(({ id, name }) => [id, name]));
}
