import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '../../platform/context';
import { deletePast } from '../../platform/db/delete-past';
import { rowsPerStatement } from '../../platform/db/dialect';
import { inTransaction } from '../../platform/db/transaction';
import { setting } from '../settings/settings.service';
import { countIdleEnds, endedSessions, type IdlePlace, selectIdle } from './expire-idle.store';
import { idleBefore } from './idle';
import { deleteExpiredChoices } from './session-choices.store';
import { endIdle } from './sessions.store';

// Milliseconds between two batches, in which whoever waits for a row or a connection gets it.
const breath = 20;

/**
 * Ends the web sessions that are idle for longer than the setting allows (R86), in small batches that nobody waits for,
 * and forgets sign-ins at the cap that nobody completed. Where nothing is idle, that is one look into an index. It may
 * run twice at once, and goes on where it was stopped at its next run.
 * @returns how many sessions this run ended
 */
export async function expireIdleSessions(ctx: Context, signal: AbortSignal): Promise<{ ended: number }> {
  const size = rowsPerStatement(ctx.db);
  await deleteExpiredChoices(ctx.db, ctx.clock.now(), size);
  const before = idleBefore(ctx.clock.now(), await setting(ctx, 'sessions.idle_minutes'));
  let ended = 0;
  if (before === null) return { ended };
  await ctx.touches.flush();
  let after: IdlePlace | null = null;
  while (!signal.aborted) {
    const batch: IdlePlace[] = await selectIdle(ctx.db, before, after, size);
    const ids = batch.map(({ id }) => id).filter((id) => (ctx.touches.latest(id) ?? before) <= before);
    // In their order, as touches are written, so that neither waits for the other in a circle.
    ids.sort((a, b) => a - b);
    ended += await inTransaction(ctx, (tx) => endIdle(tx.db, ids, before, tx.clock.now()));
    after = batch.at(-1) ?? null;
    if (batch.length < size) break;
    await pause(breath, undefined, { signal }).catch(() => undefined);
  }
  return { ended };
}

/** How many sessions ended because they were idle, from one moment on and before another. */
export async function idleEnds(ctx: Context, from: Date, to: Date): Promise<number> {
  return countIdleEnds(ctx.db, from, to);
}

/**
 * Forgets sessions that ended before a moment, with their tokens, in small batches: whoever comes back with one of them
 * is then told no reason any more. @returns how many
 */
export async function purgeSessions(ctx: Context, before: Date, signal: AbortSignal): Promise<number> {
  return deletePast(ctx, endedSessions, before, signal);
}
