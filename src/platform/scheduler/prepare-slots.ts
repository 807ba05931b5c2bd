import type { Context } from '../context';
import type { Job } from './job.types';
import { insertSlot, type JobSlot, selectSchedules, selectSlots, updateSchedule } from './job-slots.store';
import { isCron, nextSlot } from './schedule';

/** A job with the schedule that is in force, and its slot. */
export interface PreparedSlot {
  readonly job: Job;
  readonly cron: string;
  readonly nextRunAt: Date;
  readonly free: boolean;
}

/** The setting where it is a cron expression, else the job's own. */
function cronInForce(job: Job, stored: string | undefined): string {
  return stored !== undefined && isCron(stored) ? stored : job.cron;
}

/** The schedule of one job that is in force now. */
export async function readCron(ctx: Context, job: Job): Promise<string> {
  return cronInForce(job, (await selectSchedules(ctx.db, [job.name])).get(job.name));
}

/** Gives every job its row, and follows schedules that were changed. A slot that is due already stays due. */
export async function prepareSlots(ctx: Context, jobs: readonly Job[]): Promise<PreparedSlot[]> {
  const stored = await selectSchedules(
    ctx.db,
    jobs.map(({ name }) => name),
  );
  const slots = new Map<string, JobSlot>((await selectSlots(ctx.db)).map((slot) => [slot.name, slot]));
  const now = ctx.clock.now();
  const { timeZone } = ctx.config;
  const prepared: PreparedSlot[] = [];
  for (const job of jobs) {
    const cron = cronInForce(job, stored.get(job.name));
    const schedule = `${cron} ${timeZone}`;
    const slot = slots.get(job.name);
    if (slot?.schedule === schedule) {
      prepared.push({ job, cron, nextRunAt: slot.nextRunAt, free: slot.free });
      continue;
    }
    const nextRunAt = slot !== undefined && slot.nextRunAt <= now ? slot.nextRunAt : nextSlot(cron, timeZone, now);
    if (slot === undefined) await insertSlot(ctx.db, { name: job.name, schedule, nextRunAt });
    else await updateSchedule(ctx.db, slot, { schedule, nextRunAt });
    prepared.push({ job, cron, nextRunAt, free: slot?.free ?? true });
  }
  return prepared;
}
