import type { Clock } from '../lib/clock';

/** Calls a minute of Slack's tiers. */
export const tierLimits = { 1: 1, 2: 20, 3: 50, 4: 100 } as const;
export type Tier = keyof typeof tierLimits | 'posting' | 'free';

const minuteMs = 60_000;
/** Slack lets a short burst of posts pass before it holds an app to one a second. */
const postBurst = 3;

export interface RateLimits {
  /** Seconds to wait, or 0 where the call may go on (and is counted). */
  count(method: string, tier: Tier, channel: string | null): number;
}

export function createRateLimits(clock: Clock): RateLimits {
  const windows = new Map<string, number[]>();
  const within = (key: string, limit: number, windowMs: number): number => {
    const now = clock.now().getTime();
    const calls = (windows.get(key) ?? []).filter((at) => at > now - windowMs);
    windows.set(key, calls);
    if (calls.length >= limit) return Math.max(1, Math.ceil(((calls[0] ?? now) + windowMs - now) / 1000));
    calls.push(now);
    return 0;
  };
  return {
    count(method, tier, channel) {
      if (tier === 'free') return 0;
      if (tier === 'posting') return within(`post ${channel ?? ''}`, postBurst, postBurst * 1000);
      return within(method, tierLimits[tier], minuteMs);
    },
  };
}
