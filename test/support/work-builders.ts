import type { Knex } from 'knex';
import { rowsPerStatement } from '../../src/platform/db/dialect';
import { insertProject } from './builders';

/** Test runs and their cases for tests, written straight into the tables. */

const created = new Date('2026-10-01T08:00:00.000Z');

export interface RunToBuild {
  readonly projectId?: number;
  readonly assigneeId?: number | null;
  readonly percentDone?: number;
  readonly name?: string;
}

/** An open run, of a project of its own unless one is named. Returns its id. */
export async function insertRun(db: Knex, run: RunToBuild = {}): Promise<number> {
  const [id] = await db('test_runs').insert({
    project_id: run.projectId ?? (await insertProject(db)).id,
    name: run.name ?? 'A run',
    assignee_id: run.assigneeId ?? null,
    percent_done: run.percentDone ?? 0,
    created_at: created,
  });
  return Number(id);
}

/** The id of a result status: Untested, In Progress, Blocked, Retest, Passed, Failed, Skipped. */
export async function statusId(db: Knex, name: string): Promise<number> {
  const row = (await db('result_statuses').where({ name }).first('id')) as { id: number };
  return row.id;
}

/** This many cases of a run, from a position on, without a result unless a status is named. */
export async function insertCases(
  db: Knex,
  cases: {
    readonly runId: number;
    readonly assigneeId: number | null;
    readonly many: number;
    readonly from?: number;
    readonly status?: string;
  },
): Promise<void> {
  const status = cases.status === undefined ? null : await statusId(db, cases.status);
  const from = cases.from ?? 1;
  await db.batchInsert(
    'run_cases',
    Array.from({ length: cases.many }, (_, index) => ({
      run_id: cases.runId,
      position: from + index,
      title: `Case ${from + index}`,
      assignee_id: cases.assigneeId,
      status_id: status,
      updated_at: created,
    })),
    rowsPerStatement(db),
  );
}

/** This many open runs of one project at once. */
export async function insertRuns(db: Knex, projectId: number, assigneeId: number, many: number): Promise<void> {
  await db.batchInsert(
    'test_runs',
    Array.from({ length: many }, (_, index) => ({
      project_id: projectId,
      name: `Run ${index}`,
      assignee_id: assigneeId,
      percent_done: index % 100,
      created_at: created,
    })),
    rowsPerStatement(db),
  );
}

/** Who has how many of a table's rows, by user id; `0` for nobody. */
export async function assignments(db: Knex, table: 'test_runs' | 'run_cases'): Promise<Record<string, number>> {
  const rows: { assignee_id: number | null; total: number }[] = await db(table)
    .groupBy('assignee_id')
    .select('assignee_id')
    .count({ total: '*' });
  return Object.fromEntries(rows.map((row) => [String(row.assignee_id ?? 0), Number(row.total)]));
}
