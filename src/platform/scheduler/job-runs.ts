import type { Context } from '../context';
import { deletePast } from '../db/delete-past';
import { countFailures, endedRuns, selectNewestRuns } from './job-runs.store';

/** How often each job failed, from one moment on and before another; those that did not are left out. */
export async function failedRuns(
  ctx: Context,
  from: Date,
  to: Date,
): Promise<readonly { readonly name: string; readonly times: number }[]> {
  return countFailures(ctx.db, from, to);
}

/**
 * Forgets runs that began before a moment and ended, in small batches; of each job the newest success and the newest
 * failure stay. @returns how many
 */
export async function purgeRuns(ctx: Context, before: Date, signal: AbortSignal): Promise<number> {
  let purged = 0;
  for (const outcome of ['done', 'failed', 'lost', 'stopped'] as const) {
    const kept = outcome === 'done' || outcome === 'failed' ? await selectNewestRuns(ctx.db, outcome) : [];
    purged += await deletePast(ctx, endedRuns(outcome), before, signal, kept);
  }
  return purged;
}
