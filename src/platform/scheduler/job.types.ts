import type { Context } from '../context';

/** How many of what a run did, by a word such as `sent` or `expired`. */
export type JobCounts = Readonly<Record<string, number>>;

/** What a job is told about its run. */
export interface JobRun {
  /** The moment for which it runs: its place in the schedule, or now when somebody runs it by hand. */
  readonly slot: Date;
  /** Rises with every run of the job, on whatever replica. */
  readonly fence: number;
  readonly cause: 'schedule' | 'hand';
  /** Aborts when the process is to end, or when another replica took over. The job ends soon after the batch in hand. */
  readonly signal: AbortSignal;
}

/** What is done on a schedule, once across all replicas. */
export interface Job {
  /** Kebab-case, at most 40 characters; also the middle of its setting's name, `job.NAME.cron`. */
  readonly name: string;
  /** Five fields, or six with seconds first, in the site's time zone. The default; the setting may say otherwise. */
  readonly cron: string;
  /** After so long without a sign of life its runner counts as dead, and the same slot is run again. From 30 up. */
  readonly leaseSeconds: number;
  /** Does the work. Runs again for the same slot after a crash, so it is harmless to repeat. */
  run(ctx: Context, run: JobRun): Promise<JobCounts>;
}

/** What became of one call of runJob. `not-claimed`: it is not due, or somebody else is running it. */
export type JobResult =
  | { readonly outcome: 'done'; readonly counts: JobCounts }
  | { readonly outcome: 'failed'; readonly problem: string }
  | { readonly outcome: 'lost' | 'stopped' }
  | { readonly outcome: 'not-claimed' };

/** What is recorded of a run. */
export interface RecordedRun {
  readonly id: number;
  readonly name: string;
  readonly slot: Date;
  readonly fence: number;
  readonly cause: 'schedule' | 'hand';
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  /** `lost`: its runner died or was overtaken. `stopped`: its process ended; the slot is run again. */
  readonly outcome: 'running' | 'done' | 'failed' | 'lost' | 'stopped';
  readonly counts: JobCounts | null;
  readonly problem: string | null;
}
