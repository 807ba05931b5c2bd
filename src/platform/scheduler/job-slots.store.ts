import type { Knex } from 'knex';
import { databaseNow, toDate, toDateOrNull } from '../db/dialect';
import { isClash, isDuplicate } from '../db/driver-errors';
import type { JobCounts, RecordedRun } from './job.types';

/** One row for each job: when it is due next, and who is running it. */
export interface JobSlot {
  readonly name: string;
  /** The schedule and time zone from which `nextRunAt` was computed. */
  readonly schedule: string;
  readonly nextRunAt: Date;
  /** Nobody runs it, or who did has not been heard of for longer than the lease. */
  readonly free: boolean;
}

export interface HeldSlot {
  readonly nextRunAt: Date;
  readonly fence: number;
}

interface Holder {
  readonly name: string;
  readonly token: string;
}

// Leases are compared with the database's clock, so that no replica's clock decides who runs.
const unheld = (db: Knex) => (query: Knex.QueryBuilder) =>
  void query.whereNull('lease_until').orWhere('lease_until', '<', databaseNow(db));

export async function selectSlots(db: Knex): Promise<JobSlot[]> {
  const rows = await db('scheduled_jobs').select('name', 'cron', 'next_run_at', {
    is_free: db.raw('CASE WHEN lease_until IS NULL OR lease_until < ? THEN 1 ELSE 0 END', [databaseNow(db)]),
  });
  return rows.map((row) => ({
    name: row.name,
    schedule: row.cron,
    nextRunAt: toDate(row.next_run_at),
    free: Number(row.is_free) === 1,
  }));
}

/** Stored schedules by job name, as they were typed. */
export async function selectSchedules(db: Knex, names: readonly string[]): Promise<Map<string, string>> {
  const rows: { name: string; value: string }[] = await db('settings')
    .whereIn(
      'name',
      names.map((name) => `job.${name}.cron`),
    )
    .select('name', 'value');
  return new Map(
    rows.map(({ name, value }) => [name.slice('job.'.length, -'.cron'.length), String(JSON.parse(value))]),
  );
}

/** Adds a job that this database has not seen before. Another replica may be quicker. */
export async function insertSlot(db: Knex, slot: Omit<JobSlot, 'free'>): Promise<void> {
  try {
    await db('scheduled_jobs').insert({ name: slot.name, cron: slot.schedule, next_run_at: slot.nextRunAt });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
  }
}

/** Follows a changed schedule, unless another replica did so already. */
export async function updateSchedule(db: Knex, before: JobSlot, after: Pick<JobSlot, 'schedule' | 'nextRunAt'>) {
  await db('scheduled_jobs')
    .where({ name: before.name, cron: before.schedule })
    .update({ cron: after.schedule, next_run_at: after.nextRunAt });
}

/**
 * Takes a job for this process: one statement, whose row count decides on every database.
 * @param dueAt only if it is due at that moment; null to take it at any time
 */
export async function claimSlot(
  db: Knex,
  { name, token, leaseSeconds, dueAt }: Holder & { readonly leaseSeconds: number; readonly dueAt: Date | null },
): Promise<boolean> {
  const claim = db('scheduled_jobs').where({ name }).where(unheld(db));
  if (dueAt !== null) void claim.where('next_run_at', '<=', dueAt);
  try {
    const claimed = await claim.update({
      token,
      lease_until: databaseNow(db, leaseSeconds),
      fence: db.raw('fence + 1'),
    });
    return claimed === 1;
  } catch (error) {
    // Whom it clashed with was claiming too.
    if (isClash(error)) return false;
    throw error;
  }
}

export async function selectHeldSlot(db: Knex, { name, token }: Holder): Promise<HeldSlot | null> {
  const row = await db('scheduled_jobs').where({ name, token }).first('next_run_at', 'fence');
  return row === undefined ? null : { nextRunAt: toDate(row.next_run_at), fence: row.fence };
}

/** Prolongs the lease from now on. False: somebody else took the job. */
export async function renewLease(db: Knex, { name, token }: Holder, leaseSeconds: number): Promise<boolean> {
  const renewed = await db('scheduled_jobs')
    .where({ name, token })
    .update({ lease_until: databaseNow(db, leaseSeconds) });
  return renewed === 1;
}

/** Gives the job back, due next at `nextRunAt`, or as before when null. False: somebody else took it. */
export async function releaseSlot(db: Knex, { name, token }: Holder, nextRunAt: Date | null): Promise<boolean> {
  const released = await db('scheduled_jobs')
    .where({ name, token })
    .update({ token: null, lease_until: null, ...(nextRunAt === null ? {} : { next_run_at: nextRunAt }) });
  return released === 1;
}

export async function insertRun(
  db: Knex,
  run: Holder & Pick<RecordedRun, 'slot' | 'fence' | 'cause' | 'startedAt'>,
): Promise<number> {
  const [id] = await db('job_runs').insert({
    name: run.name,
    slot: run.slot,
    fence: run.fence,
    token: run.token,
    cause: run.cause,
    started_at: run.startedAt,
    outcome: 'running',
  });
  return Number(id);
}

/** Runs that still count as running although somebody else has the job now. */
export async function markRunsLost(db: Knex, name: string, beforeFence: number, at: Date): Promise<void> {
  await db('job_runs')
    .where({ name, outcome: 'running' })
    .where('fence', '<', beforeFence)
    .update({ outcome: 'lost', finished_at: at });
}

/** Records how a run ended, once. */
export async function finishRun(
  db: Knex,
  id: number,
  end: {
    readonly outcome: RecordedRun['outcome'];
    readonly counts: JobCounts | null;
    readonly problem: string | null;
    readonly at: Date;
  },
): Promise<boolean> {
  const finished = await db('job_runs')
    .where({ id, outcome: 'running' })
    .update({
      outcome: end.outcome,
      counts: end.counts === null ? null : JSON.stringify(end.counts),
      problem: end.problem,
      finished_at: end.at,
    });
  return finished === 1;
}

/** The newest runs of a job first. */
export async function selectRuns(db: Knex, name: string, limit: number): Promise<RecordedRun[]> {
  const rows = await db('job_runs').where({ name }).orderBy('id', 'desc').limit(limit).select();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    slot: toDate(row.slot),
    fence: row.fence,
    cause: row.cause,
    startedAt: toDate(row.started_at),
    finishedAt: toDateOrNull(row.finished_at),
    outcome: row.outcome,
    counts: row.counts === null ? null : JSON.parse(row.counts),
    problem: row.problem,
  }));
}

/** When each of these jobs last ended well; those that never did are left out. */
export async function selectLastSuccesses(db: Knex, names: readonly string[]): Promise<Map<string, Date>> {
  const found = new Map<string, Date>();
  for (const name of names) {
    const row = await db('job_runs').where({ name, outcome: 'done' }).orderBy('id', 'desc').first('finished_at');
    if (row !== undefined) found.set(name, toDate(row.finished_at));
  }
  return found;
}
