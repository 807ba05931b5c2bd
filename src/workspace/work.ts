/** What the workspace does on its own after it answered: deliveries, retries, late shares. */
export interface Work {
  /** Counts a promise as work under way; its failure is swallowed, so it must report on its own. */
  track(promise: Promise<unknown>): void;
  /** Does something later, unless the workspace is closed before. */
  later(delayMs: number, job: () => void | Promise<void>): void;
  /** Resolves once nothing is under way and nothing is due within `horizonMs`. */
  idle(horizonMs?: number): Promise<void>;
  close(): void;
}

export function createWork(): Work {
  const timers = new Map<NodeJS.Timeout, number>();
  let underWay = 0;
  let closed = false;
  let waiting: (() => void)[] = [];
  const changed = () => {
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  };
  const track = (promise: Promise<unknown>) => {
    underWay += 1;
    const done = () => {
      underWay -= 1;
      changed();
    };
    promise.then(done, done);
  };
  return {
    track,
    later(delayMs, job) {
      if (closed) return;
      const timer = setTimeout(() => {
        timers.delete(timer);
        track(Promise.resolve().then(job));
      }, delayMs);
      timer.unref();
      timers.set(timer, performance.now() + delayMs);
    },
    async idle(horizonMs = 1000) {
      const busy = () => underWay > 0 || [...timers.values()].some((due) => due <= performance.now() + horizonMs);
      while (!closed && busy()) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    close() {
      closed = true;
      for (const timer of timers.keys()) clearTimeout(timer);
      timers.clear();
      changed();
    },
  };
}
