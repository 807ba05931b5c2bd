import { performance } from 'node:perf_hooks';

/** The value below which this share of the sorted numbers lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** What was measured of something that is done again and again. Milliseconds. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly failed: number;
}

export function summary(times: readonly number[], failed = 0): Latencies {
  const sorted = [...times].sort((a, b) => a - b);
  return {
    count: times.length,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    max: sorted.at(-1) ?? 0,
    failed,
  };
}

/**
 * Does something at a fixed rate until it is told to stop, whether the earlier ones are answered or not: whoever waits
 * is counted with all of their time.
 */
export function keepDoing(perSecond: number, act: () => Promise<unknown>): { stop(): Promise<Latencies> } {
  const times: number[] = [];
  const pending = new Set<Promise<void>>();
  let failed = 0;
  const started = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    // A timer that is late makes up for it.
    for (const due = ((performance.now() - started) / 1000) * perSecond; done < due; done += 1) {
      const since = performance.now();
      const one = act()
        .catch(() => {
          failed += 1;
        })
        .then(() => {
          times.push(performance.now() - since);
          pending.delete(one);
        });
      pending.add(one);
    }
  }, 5);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      return summary(times, failed);
    },
  };
}
