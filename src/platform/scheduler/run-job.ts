import { randomBytes, randomUUID } from 'node:crypto';
import { second } from '../../lib/duration';
import { shorten } from '../../lib/plain-text';
import { actingAs, type Context, type TxContext } from '../context';
import { inTransaction, isDatabaseDown } from '../db/transaction';
import { databaseUnavailable, isAppError } from '../errors';
import type { Job, JobCounts, JobResult } from './job.types';
import {
  claimSlot,
  finishRun,
  insertRun,
  markRunsLost,
  releaseSlot,
  renewLease,
  selectHeldSlot,
} from './job-slots.store';
import { prepareSlots, readCron } from './prepare-slots';
import { nextSlot } from './schedule';

export interface RunOptions {
  /** By hand a job runs at any time, and its schedule stays as it is. Either way only one replica runs it at a time. */
  readonly cause: 'schedule' | 'hand';
  /** Aborts when the process is to end. */
  readonly stopping: AbortSignal;
}

type Outcome = Exclude<JobResult, { readonly outcome: 'not-claimed' }>;
type Ended = { readonly counts: JobCounts } | { readonly error: unknown };

/** Renews the lease three times within its length, and calls `lost` once it may be somebody else's. */
function keepLease(ctx: Context, job: Job, token: string, claimedAt: number, lost: () => void): () => void {
  const length = job.leaseSeconds * second;
  let heldUntil = claimedAt + length;
  let renewing = false;
  const renew = async (): Promise<void> => {
    if (performance.now() > heldUntil) lost();
    if (renewing) return;
    renewing = true;
    const asked = performance.now();
    try {
      if (await renewLease(ctx.db, { name: job.name, token }, job.leaseSeconds)) heldUntil = asked + length;
      else lost();
    } catch (error) {
      ctx.log.warn({ err: error }, 'lease not renewed');
    } finally {
      renewing = false;
    }
  };
  const timer = setInterval(() => void renew(), length / 3);
  return () => clearInterval(timer);
}

/** A sentence for the record. What is not meant for people stands in the log, under the id that the sentence names. */
function explain(ctx: Context, error: unknown): string {
  if (isAppError(error)) {
    ctx.log.warn({ err: error }, 'job failed');
    return shorten(error.message, 500);
  }
  if (isDatabaseDown(error)) {
    ctx.log.warn({ err: error }, 'job failed');
    return databaseUnavailable().message;
  }
  const id = randomBytes(4).toString('hex');
  ctx.log.error({ errorId: id, err: error }, 'job failed');
  return `Something unexpected went wrong; the log tells more under ${id}.`;
}

async function runToEnd(job: Job, ctx: Context, run: Parameters<Job['run']>[1]): Promise<Ended> {
  try {
    return { counts: await job.run(ctx, run) };
  } catch (error) {
    return { error };
  }
}

/**
 * Claims a job, runs it under a lease that is renewed meanwhile, and records the run. If this process dies, or is cut off
 * from the database for longer than the lease, another one runs the same slot again, and what this one still reports is
 * not taken.
 * @returns `not-claimed` when it is not due or somebody else runs it; never throws what the job throws
 * @throws what the database throws when it cannot be reached for the claim
 */
export async function runJob(ctx: Context, job: Job, { cause, stopping }: RunOptions): Promise<JobResult> {
  const own = actingAs({ ...ctx, log: ctx.log.child({ job: job.name }) }, { kind: 'system', name: job.name });
  const holder = { name: job.name, token: randomUUID() };
  if (cause === 'hand') await prepareSlots(own, [job]);

  const claimedAt = performance.now();
  const startedAt = own.clock.now();
  const dueAt = cause === 'schedule' ? startedAt : null;
  const held = (await claimSlot(own.db, { ...holder, leaseSeconds: job.leaseSeconds, dueAt }))
    ? await selectHeldSlot(own.db, holder)
    : null;
  if (held === null) return { outcome: 'not-claimed' };
  if (stopping.aborted) {
    await releaseSlot(own.db, holder, null);
    return { outcome: 'stopped' };
  }

  const { fence } = held;
  const slot = cause === 'schedule' ? held.nextRunAt : startedAt;
  const id = await inTransaction(own, async ({ db }) => {
    await markRunsLost(db, job.name, fence, startedAt);
    return insertRun(db, { ...holder, slot, fence, cause, startedAt });
  });

  const leaseLost = new AbortController();
  const letLeaseGo = keepLease(own, job, holder.token, claimedAt, () => leaseLost.abort());
  const signal = AbortSignal.any([stopping, leaseLost.signal]);
  const ended = await runToEnd(job, own, { slot, fence, cause, signal });
  letLeaseGo();

  const recorded = await record(own, job, {
    id,
    holder,
    cause,
    dueAt: held.nextRunAt,
    result: resultOf(own, ended, leaseLost.signal, stopping),
    comesAgain: 'error' in ended && isDatabaseDown(ended.error),
  });
  const ms = Math.round(performance.now() - claimedAt);
  const counts = recorded.outcome === 'done' ? recorded.counts : {};
  const quiet = recorded.outcome === 'done' && Object.values(counts).every((count) => count === 0);
  own.log[quiet ? 'debug' : 'info']({ ...counts, cause, outcome: recorded.outcome, fence, ms }, 'job finished');
  return recorded;
}

function resultOf(ctx: Context, ended: Ended, leaseLost: AbortSignal, stopping: AbortSignal): Outcome {
  if (leaseLost.aborted) return { outcome: 'lost' };
  // A job that was told to stop may have left something undone, so its slot is run again.
  if (stopping.aborted) return { outcome: 'stopped' };
  return 'counts' in ended
    ? { outcome: 'done', counts: ended.counts }
    : { outcome: 'failed', problem: explain(ctx, ended.error) };
}

interface Report {
  readonly id: number;
  readonly holder: { readonly name: string; readonly token: string };
  readonly cause: RunOptions['cause'];
  /** When the job was due as it was claimed. */
  readonly dueAt: Date;
  readonly result: Outcome;
  /** Cut off from the database, it did not have its turn: the slot comes again when the lease is over. */
  readonly comesAgain: boolean;
}

/** Gives the slot back and records the run, both or neither, and only while the slot is still ours. */
async function record(ctx: Context, job: Job, report: Report): Promise<Outcome> {
  const { id, holder, cause, dueAt, result, comesAgain } = report;
  const at = ctx.clock.now();
  const moves = cause === 'schedule' && (result.outcome === 'done' || result.outcome === 'failed');
  const giveBack = async (tx: TxContext): Promise<boolean> => {
    if (moves && comesAgain) return (await selectHeldSlot(tx.db, holder)) !== null;
    // Only ever forward, even where this machine's clock was set back meanwhile.
    const after = new Date(Math.max(at.getTime(), dueAt.getTime()));
    const next = moves ? nextSlot(await readCron(tx, job), ctx.config.timeZone, after) : null;
    return releaseSlot(tx.db, holder, next);
  };
  try {
    return await inTransaction(ctx, async (tx) => {
      const kept: Outcome = (await giveBack(tx)) ? result : { outcome: 'lost' };
      await finishRun(tx.db, id, {
        outcome: kept.outcome,
        counts: kept.outcome === 'done' ? kept.counts : null,
        problem: kept.outcome === 'failed' ? kept.problem : null,
        at,
      });
      return kept;
    });
  } catch (error) {
    // The lease runs out by itself, and the slot is run again.
    ctx.log.warn({ err: error }, 'run not recorded');
    return { outcome: 'lost' };
  }
}
