import type { Clock } from '../lib/clock';

/** Makes Slack's time-stamps, `1700000000.000100`: the id of a message in its conversation, never twice the same. */
export function createTimestamps(clock: Clock): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 100, clock.now().getTime() * 1000);
    return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`;
  };
}

/** Elapsed time by the workspace's clock and by the computer's, whichever says more: a test may stop or turn the first. */
export interface Stopwatch {
  elapsedMs(): number;
}

export function startStopwatch(clock: Clock): Stopwatch {
  const started = clock.now().getTime();
  const real = performance.now();
  return { elapsedMs: () => Math.max(clock.now().getTime() - started, performance.now() - real) };
}
