import { setTimeout as pause } from 'node:timers/promises';
import { second } from '../../lib/duration';
import type { Context } from '../../platform/context';
import { isClash } from '../../platform/db/driver-errors';
import { isDatabaseDown } from '../../platform/db/transaction';

const longestPauseMs = 10 * second;

/**
 * Does `work`, and does it again for as long as the database is away or too busy, with growing pauses.
 * @throws whatever else `work` throws; the last error when `signal` aborts
 */
export async function patiently<Result>(
  ctx: Context,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !(isDatabaseDown(error) || isClash(error))) throw error;
      ctx.log.warn({ err: error, attempt }, 'import waits for the database');
      const longest = Math.min(longestPauseMs, 250 * 2 ** attempt);
      await pause(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    }
  }
}
