import { schedule } from 'node-cron';
import { didYouMean } from '../../lib/did-you-mean';
import type { Context } from '../context';
import { isDatabaseDown } from '../db/transaction';
import { conflict, notFound } from '../errors';
import type { Job, JobResult } from './job.types';
import { prepareSlots } from './prepare-slots';
import { runJob } from './run-job';

/** This process' part in running the jobs. */
export interface Scheduler {
  /** Runs a job now; see runJobByHand. Refused once the process is about to end. */
  runByHand(name: string): Promise<JobResult>;
  /** Starts nothing more, tells what runs to end, and waits for it. False: something still ran after `deadline` ms. */
  stop(deadline: number): Promise<boolean>;
}

/**
 * Runs a job now, whatever its schedule says; the schedule stays as it is.
 * @returns `not-claimed` when a replica is running it already
 * @throws AppError `not_found`, with the name that was probably meant
 */
export async function runJobByHand(
  ctx: Context,
  jobs: readonly Job[],
  name: string,
  stopping: AbortSignal = new AbortController().signal,
): Promise<JobResult> {
  const job = jobs.find((candidate) => candidate.name === name);
  if (job !== undefined) return runJob(ctx, job, { cause: 'hand', stopping });
  const names = jobs.map((candidate) => candidate.name);
  const meant = didYouMean(name, names);
  throw notFound(
    'job',
    `No job has that name${meant === null ? `. There are: ${names.join(', ')}.` : `; did you mean ${meant}?`}`,
  );
}

/**
 * Looks each second which jobs are due and runs those that no other replica took. However long every replica was down,
 * a job that missed slots runs once.
 * @param ended told of each run of this process that came to its end
 */
export function startScheduler(
  ctx: Context,
  jobs: readonly Job[],
  ended: (job: string, outcome: JobResult['outcome']) => void = () => undefined,
): Scheduler {
  const stopping = new AbortController();
  const running = new Set<string>();
  const inFlight = new Set<Promise<unknown>>();
  let cutOff = false;

  const track = <Value>(work: Promise<Value>): Promise<Value> => {
    inFlight.add(work);
    const forget = () => void inFlight.delete(work);
    work.then(forget, forget);
    return work;
  };
  const complain = (error: unknown): void => {
    if (!isDatabaseDown(error)) {
      ctx.log.error({ err: error }, 'scheduler failed');
    } else if (!cutOff) {
      // Said once, not every second.
      cutOff = true;
      ctx.log.warn({ err: error }, 'scheduler cannot reach the database');
    }
  };
  const tell = (name: string, result: JobResult): JobResult => {
    if (result.outcome !== 'not-claimed') ended(name, result.outcome);
    return result;
  };
  const runDue = async (job: Job): Promise<void> => {
    running.add(job.name);
    try {
      tell(job.name, await runJob(ctx, job, { cause: 'schedule', stopping: stopping.signal }));
    } catch (error) {
      complain(error);
    } finally {
      running.delete(job.name);
    }
  };
  const tick = async (): Promise<void> => {
    try {
      const slots = await prepareSlots(ctx, jobs);
      if (cutOff) ctx.log.info('scheduler reaches the database again');
      cutOff = false;
      const now = ctx.clock.now();
      for (const { job, nextRunAt, free } of slots) {
        if (stopping.signal.aborted) return;
        if (free && nextRunAt <= now && !running.has(job.name)) void track(runDue(job));
      }
    } catch (error) {
      complain(error);
    }
  };

  const say = (message: string | Error): void => ctx.log.debug({ timer: String(message) }, 'timer spoke');
  const task = schedule('* * * * * *', () => (stopping.signal.aborted ? undefined : track(tick())), {
    noOverlap: true,
    suppressMissedWarning: true,
    logger: { info: say, warn: say, error: say, debug: say },
  });

  return {
    async runByHand(name) {
      if (stopping.signal.aborted) throw conflict('Usher is about to restart. Please try again in a minute.');
      return tell(name, await track(runJobByHand(ctx, jobs, name, stopping.signal)));
    },
    async stop(deadline) {
      stopping.abort();
      await task.destroy();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<false>((done) => {
        timer = setTimeout(done, deadline, false);
      });
      const settled = async (): Promise<true> => {
        while (inFlight.size > 0) await Promise.allSettled(inFlight);
        return true;
      };
      const ended = await Promise.race([settled(), late]);
      clearTimeout(timer);
      return ended;
    },
  };
}
