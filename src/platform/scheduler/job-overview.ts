import type { Context } from '../context';
import type { Job, RecordedRun } from './job.types';
import { selectRuns } from './job-slots.store';
import { prepareSlots } from './prepare-slots';

/** A job as an admin sees it. */
export interface JobOverview {
  readonly name: string;
  /** The schedule in force, in the site's time zone. */
  readonly cron: string;
  readonly nextRunAt: Date;
  /** A replica is running it now. */
  readonly running: boolean;
  /** The newest first. */
  readonly lastRuns: readonly RecordedRun[];
}

/** Every job with its schedule and its last runs. */
export async function listJobs(ctx: Context, jobs: readonly Job[], runsEach = 5): Promise<JobOverview[]> {
  const slots = await prepareSlots(ctx, jobs);
  return Promise.all(
    slots.map(async ({ job, cron, nextRunAt, free }) => ({
      name: job.name,
      cron,
      nextRunAt,
      running: !free,
      lastRuns: await selectRuns(ctx.db, job.name, runsEach),
    })),
  );
}
