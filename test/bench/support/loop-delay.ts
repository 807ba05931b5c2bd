import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How late the event loop came since it was last asked. Milliseconds. */
export interface LoopDelay {
  readonly p99: number;
  readonly max: number;
}

// Loaded into a program before its own code (`node --require`): answers each message of its parent, and begins anew.
const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();
process.on('message', () => {
  const said: LoopDelay = { p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 };
  delay.reset();
  process.send?.(said);
});
// The program ends when it would have ended without this.
process.channel?.unref();
