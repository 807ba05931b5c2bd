import type { Knex } from 'knex';
import type { PastRows } from '../db/delete-past';
import type { RecordedRun } from './job.types';

/** Runs that ended in one way, from when they began. */
export const endedRuns = (outcome: RecordedRun['outcome']): PastRows => ({
  table: 'job_runs',
  key: 'id',
  where: { outcome },
  at: 'started_at',
  index: 'job_runs_outcome_started_at_index',
});

/** The newest run of each job that ended in one way. */
export async function selectNewestRuns(db: Knex, outcome: RecordedRun['outcome']): Promise<number[]> {
  const newest = db('job_runs')
    .whereRaw('job_runs.name = scheduled_jobs.name')
    .where('job_runs.outcome', outcome)
    .max('job_runs.id');
  const rows: { newest: number | null }[] = await db('scheduled_jobs').select({ newest });
  return rows.flatMap(({ newest: id }) => id ?? []);
}

/** How often each job failed from one moment on and before another; those that did not are left out. */
export async function countFailures(
  db: Knex,
  from: Date,
  to: Date,
): Promise<{ readonly name: string; readonly times: number }[]> {
  const rows: { name: string; times: number }[] = await db('job_runs')
    .where('outcome', 'failed')
    .where('started_at', '>=', from)
    .where('started_at', '<', to)
    .groupBy('name')
    .orderBy('name')
    .select('name')
    .count({ times: '*' });
  return rows.map(({ name, times }) => ({ name, times: Number(times) }));
}
