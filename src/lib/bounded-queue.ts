/** Takes work and runs so much of it at once; what comes while so much more is waiting is turned away. */
export interface BoundedQueue {
  /** The work's result, or null when there was no room for it, in which case it does not run. */
  run<Result>(work: () => Promise<Result>): Promise<{ readonly result: Result } | null>;
}

/**
 * @param atOnce how many run at the same time
 * @param longest how many may wait for their turn
 */
export function createBoundedQueue(atOnce: number, longest: number): BoundedQueue {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    async run(work) {
      if (running >= atOnce) {
        if (waiting.length >= longest) return null;
        // Whoever ends hands its place over, so that nobody who comes in between takes it.
        await new Promise<void>((turn) => waiting.push(turn));
      } else {
        running += 1;
      }
      try {
        return { result: await work() };
      } finally {
        const next = waiting.shift();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}
