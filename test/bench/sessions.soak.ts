import { setTimeout as pause } from 'node:timers/promises';
import { expireIdleSessions } from '../../src/features/sessions/expire-idle.service';
import { readSessions } from '../../src/features/sessions/read-session.service';
import { createTouches } from '../../src/features/sessions/touches.service';
import { minute, second } from '../../src/lib/duration';
import { quantile } from './support/latencies';
import { machineLines, startSessionsSite, tokenOf } from './support/sessions-site';

// A gateway that asks for so many sessions a second, for minutes, while the sweep runs every ten seconds and half of the
// sessions idle out: prints memory and latency every half minute, and at the end whether every session's last request is
// what was asked. `tsx --expose-gc test/bench/sessions.soak.ts [MINUTES] [TOUCHES A SECOND]`

const minutes = Number(process.argv[2] ?? 10);
const perSecond = Number(process.argv[3] ?? 500);
const sessions = 100_000;
const idle = 10_000;
// Asked for by tens, as a busy gateway does.
const perCall = 10;

const say = (line: string) => process.stdout.write(`${line}\n`);
const megabytes = (bytes: number) => Math.round(bytes / 2 ** 20);

async function main(): Promise<void> {
  const site = await startSessionsSite(sessions);
  const touches = createTouches(site.ctx);
  const ctx = { ...site.ctx, touches };
  const asked = new Map<number, number>();
  const stop = new AbortController();
  let times: number[] = [];
  let wrong = 0;
  let ended = 0;

  const call = async (): Promise<void> => {
    const ids = Array.from({ length: perCall }, () => idle + 1 + Math.floor(Math.random() * (sessions - idle)));
    const since = performance.now();
    const now = Date.now();
    const states = await readSessions(ctx, ids.map(tokenOf));
    times.push(performance.now() - since);
    for (const [index, id] of ids.entries()) {
      if (states[index]?.state === 'active') asked.set(id, now);
      else wrong += 1;
    }
  };
  const pending = new Set<Promise<void>>();
  const sweeping = (async () => {
    while (!stop.signal.aborted) {
      ended += (await expireIdleSessions(ctx, stop.signal)).ended;
      await pause(10 * second, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();

  try {
    await site.reset(idle);
    for (const line of await machineLines(site.db)) say(line);
    say(`${perSecond} touches a second for ${minutes} min, ${sessions.toLocaleString('en-US')} sessions\n`);
    say('| minute | touches | p50 ms | p99 ms | heap MB | resident MB |');
    say('| ---: | ---: | ---: | ---: | ---: | ---: |');
    const started = Date.now();
    let calls = 0;
    let shown = started;
    const show = (): void => {
      shown = Date.now();
      const sorted = times.sort((a, b) => a - b);
      globalThis.gc?.();
      const { heapUsed, rss } = process.memoryUsage();
      say(
        `| ${((shown - started) / minute).toFixed(1)} | ${sorted.length * perCall} | ${quantile(sorted, 0.5).toFixed(1)} | ${quantile(sorted, 0.99).toFixed(1)} | ${megabytes(heapUsed)} | ${megabytes(rss)} |`,
      );
      times = [];
    };
    while (Date.now() - started < minutes * minute) {
      for (const due = ((Date.now() - started) / second) * (perSecond / perCall); calls < due; calls += 1) {
        const one = call()
          .catch(() => {
            wrong += 1;
          })
          .finally(() => pending.delete(one));
        pending.add(one);
      }
      await pause(5);
      if (Date.now() - shown >= minute / 2) show();
    }
    await Promise.all(pending);
    // What came since the last line.
    if (times.length > 0) show();
    stop.abort();
    await sweeping;
    await touches.close(minute);
    const rows: { id: number; last_seen_at: Date }[] = await site
      .db('sessions')
      .where('id', '>', idle)
      .whereNull('ended_at')
      .select('id', 'last_seen_at');
    // Times are written to the second; the clock of a call is read a moment before that of the service.
    const lost = rows.filter(({ id, last_seen_at }) => last_seen_at.getTime() + second < (asked.get(id) ?? 0)).length;
    say(`\nsessions asked for: ${asked.size.toLocaleString('en-US')}; answers that were wrong or failed: ${wrong}`);
    say(
      `ended as idle: ${ended} of ${idle}; open of the others: ${rows.length} of ${sessions - idle}; touches lost: ${lost}`,
    );
  } finally {
    stop.abort();
    await site.remove();
  }
}

void main();
