import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '../../src/platform/db/database';
import type { Job } from '../../src/platform/scheduler/job.types';
import { runJob } from '../../src/platform/scheduler/run-job';
import { fakeClock, testContext } from './context';

/**
 * A replica of its own, for tests that kill or stop one: `node --import tsx job-holder.ts URL JOB LEASE_SECONDS NOW`.
 * Runs the job once, which says `running` and goes on until it is told to end, then says what became of the run.
 */
const [url = '', name = '', leaseSeconds = '', now = ''] = process.argv.slice(2);
const say = (word: string): void => void process.stdout.write(`${word}\n`);

const job: Job = {
  name,
  cron: '* * * * *',
  leaseSeconds: Number(leaseSeconds),
  async run(_ctx, { signal }) {
    say('running');
    while (!signal.aborted) await pause(20);
    return { held: 1 };
  },
};

async function hold(): Promise<void> {
  const db = openDatabase(url);
  const ctx = testContext({ dialect: 'SQLite', url, db, connect: () => db }, { clock: fakeClock(now) });
  const { outcome } = await runJob(ctx, job, { cause: 'schedule', stopping: new AbortController().signal });
  say(outcome);
  await db.destroy();
}

void hold();
