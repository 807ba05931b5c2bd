import type { Knex } from 'knex';
import type { CaseLine, OpenCase } from './work.types';

type Database = Knex | Knex.Transaction;

/** A run is open below 100 % done, so also at 99.9 %. */
function openRuns(db: Database, userId: number): Knex.QueryBuilder {
  return db('test_runs').where('test_runs.assignee_id', userId).where('test_runs.percent_done', '<', 100);
}

/** A case is open while its result is not final, or there is none; who has its run does not matter. */
function openCases(db: Database, userId: number): Knex.QueryBuilder {
  const openStatuses = db('result_statuses').where({ is_final: false }).select('id');
  return db('run_cases')
    .where('run_cases.assignee_id', userId)
    .where((open) => void open.whereNull('run_cases.status_id').orWhereIn('run_cases.status_id', openStatuses));
}

/** Open runs by project. */
export async function countOpenRuns(db: Database, userId: number): Promise<{ projectId: number; runs: number }[]> {
  const rows: { project_id: number; runs: number }[] = await openRuns(db, userId)
    .groupBy('test_runs.project_id')
    .orderBy('test_runs.project_id')
    .select('test_runs.project_id')
    .count({ runs: '*' });
  return rows.map((row) => ({ projectId: row.project_id, runs: Number(row.runs) }));
}

export async function countOpenCases(db: Database, userId: number): Promise<number> {
  const row = (await openCases(db, userId).count({ total: '*' }).first()) as { total: number };
  return Number(row.total);
}

/** The first open cases by run id and then position. */
export async function selectFirstOpenCases(db: Database, userId: number, limit: number): Promise<OpenCase[]> {
  const rows = await openCases(db, userId)
    .join('test_runs', 'test_runs.id', 'run_cases.run_id')
    .orderBy(['run_cases.run_id', 'run_cases.position'])
    .limit(limit)
    .select('run_cases.id', 'run_cases.run_id', 'run_cases.position', 'test_runs.project_id');
  return rows.map((row: Record<string, number>) => ({
    id: Number(row.id),
    runId: Number(row.run_id),
    position: Number(row.position),
    projectId: Number(row.project_id),
  }));
}

/** Open cases after this place, as people read them. */
export async function selectCaseLines(
  db: Database,
  userId: number,
  after: { readonly runId: number; readonly position: number },
  limit: number,
): Promise<CaseLine[]> {
  const rows = await openCases(db, userId)
    .join('test_runs', 'test_runs.id', 'run_cases.run_id')
    .join('projects', 'projects.id', 'test_runs.project_id')
    .leftJoin('result_statuses', 'result_statuses.id', 'run_cases.status_id')
    .where(
      (later) =>
        void later
          .where('run_cases.run_id', '>', after.runId)
          .orWhere(
            (same) => void same.where('run_cases.run_id', after.runId).where('run_cases.position', '>', after.position),
          ),
    )
    .orderBy(['run_cases.run_id', 'run_cases.position'])
    .limit(limit)
    .select(
      'run_cases.run_id',
      'test_runs.name as run_name',
      'projects.name as project_name',
      'run_cases.position',
      'run_cases.title',
      'result_statuses.name as status',
    );
  return rows.map((row: Record<string, never>) => ({
    runId: row.run_id,
    runName: row.run_name,
    projectName: row.project_name,
    position: row.position,
    title: row.title,
    status: row.status,
  }));
}

/** Gives the open runs to somebody else; returns how many there were. */
export async function moveOpenRuns(db: Knex.Transaction, from: number, to: number): Promise<number> {
  return openRuns(db, from).update({ assignee_id: to });
}

/** Gives those of these cases that are open still to somebody else; returns how many that were. */
export async function moveOpenCases(
  db: Knex.Transaction,
  from: number,
  to: number,
  ids: readonly number[],
  now: Date,
): Promise<number> {
  if (ids.length === 0) return 0;
  return openCases(db, from).whereIn('run_cases.id', ids).update({ assignee_id: to, updated_at: now });
}

/** Leaves the open cases to nobody; returns how many there were. */
export async function unassignOpenCases(db: Knex.Transaction, userId: number, now: Date): Promise<number> {
  return openCases(db, userId).update({ assignee_id: null, updated_at: now });
}

/** What is still assigned to somebody keeps this name instead. */
export async function labelWork(db: Knex.Transaction, userId: number, label: string): Promise<void> {
  for (const table of ['test_runs', 'run_cases'])
    await db(table).where({ assignee_id: userId }).update({ assignee_id: null, assignee_label: label });
}
