import { addTime, minute, second } from '../../../lib/duration';
import type { FailureCount } from './sign-in.types';

const window = 15 * minute;
const firstWait = minute;
const longestWait = 15 * minute;

/** Whole seconds until the next attempt is looked at; 0: at once. */
export function secondsToWait(count: FailureCount | undefined, now: Date): number {
  if (count === undefined || count.blockedUntil === null || count.expiresAt <= now) return 0;
  return Math.max(0, Math.ceil((count.blockedUntil.getTime() - now.getTime()) / second));
}

/**
 * One more failure. At `limit` within fifteen minutes there is a wait of a minute, and twice as long after each failure
 * that follows it, fifteen minutes at most. Fifteen minutes after the last wait without a failure it begins anew.
 */
export function withFailure(count: FailureCount | undefined, limit: number, now: Date): FailureCount {
  const live = count !== undefined && count.expiresAt > now ? count : null;
  const failures = (live?.failures ?? 0) + 1;
  if (failures < limit) return { failures, blockedUntil: null, expiresAt: live?.expiresAt ?? addTime(now, window) };
  const blockedUntil = addTime(now, Math.min(longestWait, firstWait * 2 ** (failures - limit)));
  return { failures, blockedUntil, expiresAt: addTime(blockedUntil, window) };
}

/** What was counted as a failure beforehand was none. */
export function withoutFailure(count: FailureCount, limit: number): FailureCount {
  const failures = Math.max(0, count.failures - 1);
  return { ...count, failures, blockedUntil: failures < limit ? null : count.blockedUntil };
}
