import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hour, minute } from '../../../src/lib/duration';
import type { Context } from '../../../src/platform/context';
import { databaseNow } from '../../../src/platform/db/dialect';
import { databaseUnavailable, invalidInput } from '../../../src/platform/errors';
import type { Job, JobRun, RecordedRun } from '../../../src/platform/scheduler/job.types';
import { listJobs } from '../../../src/platform/scheduler/job-overview';
import { runJob } from '../../../src/platform/scheduler/run-job';
import { runJobByHand } from '../../../src/platform/scheduler/scheduler';
import { type TestContext, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { gate } from '../../support/gate';

const neverStopping = new AbortController().signal;
const onSchedule = { cause: 'schedule', stopping: neverStopping } as const;

/** Every minute, unless told otherwise. */
function jobThat(run: Job['run'], facts: Partial<Job> = {}): Job {
  return { name: 'sweep', cron: '* * * * *', leaseSeconds: 30, ...facts, run };
}

forEachDatabase((database) => {
  /** A context whose clock stands at a slot of a job that was met a minute before. */
  async function atSlot(job: Job, overrides: Parameters<typeof testContext>[1] = {}): Promise<TestContext> {
    const ctx = testContext(database, overrides);
    await listJobs(ctx, [job]);
    ctx.clock.advance(minute);
    return ctx;
  }
  const runs = async (ctx: Context, job: Job): Promise<readonly RecordedRun[]> =>
    (await listJobs(ctx, [job], 100))[0]?.lastRuns ?? [];
  /** As if its length had passed without a renewal: leases go by the database's clock, which no test can move. */
  const letLeaseExpire = (): Promise<number> =>
    database.db('scheduled_jobs').update({ lease_until: databaseNow(database.db, -1) });
  const overview = async (ctx: Context, job: Job) => (await listJobs(ctx, [job]))[0];

  test('a job that is due runs once and is due again at its next slot', async () => {
    const seen: JobRun[] = [];
    const job = jobThat(async (_ctx, run) => {
      seen.push(run);
      return { swept: 3 };
    });
    const ctx = await atSlot(job);
    expect(await runJob(ctx, job, onSchedule)).toEqual({ outcome: 'done', counts: { swept: 3 } });
    expect(await runJob(ctx, job, onSchedule)).toEqual({ outcome: 'not-claimed' });
    expect(seen).toMatchObject([{ cause: 'schedule', fence: 1, slot: new Date('2026-11-02T10:01:00Z') }]);
    expect(await overview(ctx, job)).toMatchObject({
      running: false,
      nextRunAt: new Date('2026-11-02T10:02:00Z'),
      lastRuns: [
        {
          slot: new Date('2026-11-02T10:01:00Z'),
          startedAt: ctx.clock.now(),
          finishedAt: ctx.clock.now(),
          outcome: 'done',
          counts: { swept: 3 },
          problem: null,
        },
      ],
    });
  });

  test('a job that was never met before waits for its next slot', async () => {
    const job = jobThat(async () => ({}), { cron: '0 9 * * *' });
    const ctx = testContext(database, { settings: { TIME_ZONE: 'Europe/Berlin' } });
    expect(await overview(ctx, job)).toMatchObject({ nextRunAt: new Date('2026-11-03T08:00:00Z'), lastRuns: [] });
    expect(await runJob(ctx, job, onSchedule)).toEqual({ outcome: 'not-claimed' });
  });

  test('of replicas that tick at once exactly one runs the job, slot after slot', async () => {
    let active = 0;
    let overlapped = 0;
    const fences: number[] = [];
    const job = jobThat(async (_ctx, { fence }) => {
      active += 1;
      if (active > 1) overlapped += 1;
      await pause(2);
      fences.push(fence);
      active -= 1;
      return {};
    });
    const first = await atSlot(job);
    const { clock } = first;
    const replicas = [first, ...[1, 2, 3].map(() => testContext(database, { db: database.connect(), clock }))];
    // Connections of one process keep it from doing what they wait for, which replicas do not.
    if (database.dialect === 'SQLite') for (const { db } of replicas) await db.raw('PRAGMA busy_timeout = 20');
    const rounds = 25;
    for (let round = 0; round < rounds; round += 1) {
      const results = await Promise.all(replicas.map((ctx) => runJob(ctx, job, onSchedule)));
      expect(results.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
      clock.advance(minute);
    }
    expect(overlapped).toBe(0);
    expect(fences).toEqual(Array.from({ length: rounds }, (_, index) => index + 1));
    expect(new Set((await runs(first, job)).map(({ slot }) => slot.getTime())).size).toBe(rounds);
  });

  test('after three hours in which nobody ran, a job of every minute runs exactly once', async () => {
    const job = jobThat(async () => ({}));
    const ctx = await atSlot(job);
    ctx.clock.advance(3 * hour);
    expect(await runJob(ctx, job, onSchedule)).toMatchObject({ outcome: 'done' });
    expect(await runJob(ctx, job, onSchedule)).toEqual({ outcome: 'not-claimed' });
    expect(await runs(ctx, job)).toMatchObject([{ slot: new Date('2026-11-02T10:01:00Z') }]);
    expect(await overview(ctx, job)).toMatchObject({ nextRunAt: new Date('2026-11-02T13:02:00Z') });
  });

  test('a run longer than its lease keeps it', async () => {
    const job = jobThat(
      async (_ctx, { signal }) => {
        await pause(4500);
        return { aborted: signal.aborted ? 1 : 0 };
      },
      { leaseSeconds: 3 },
    );
    const ctx = await atSlot(job);
    const other = testContext(database, { db: database.connect(), clock: ctx.clock });
    const long = runJob(ctx, job, onSchedule);
    await pause(3500);
    expect(await overview(other, job)).toMatchObject({ running: true, lastRuns: [{ outcome: 'running' }] });
    expect(await runJob(other, job, onSchedule)).toEqual({ outcome: 'not-claimed' });
    expect(await long).toEqual({ outcome: 'done', counts: { aborted: 0 } });
  });

  test('leases do not go by the replicas’ clocks: five minutes too fast takes nothing away', async () => {
    const end = gate();
    const job = jobThat(async () => {
      await end.passed;
      return {};
    });
    const ctx = await atSlot(job);
    const fast = testContext(database, { db: database.connect() });
    fast.clock.advance(6 * minute);
    const holding = runJob(ctx, job, onSchedule);
    while (!(await overview(ctx, job))?.running) await pause(10);
    expect(await runJob(fast, job, onSchedule)).toEqual({ outcome: 'not-claimed' });
    end.open();
    expect(await holding).toMatchObject({ outcome: 'done' });
  });

  describe('with a replica in a process of its own', () => {
    let replica: ChildProcess;
    let said: string[];
    const hears = async (word: string): Promise<void> => {
      for (const deadline = Date.now() + 25_000; !said.includes(word); await pause(20)) {
        if (Date.now() > deadline) throw new Error(`the replica never said ${word}, but: ${said.join(' ')}`);
      }
    };
    const startReplica = async (job: Job, now: Date): Promise<void> => {
      said = [];
      const script = join(__dirname, '../../support/job-holder.ts');
      replica = spawn(process.execPath, ['--import', 'tsx', script, database.url, job.name, '6', now.toISOString()], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      replica.stdout?.on('data', (chunk: Buffer) => said.push(...String(chunk).trim().split('\n')));
      await hears('running');
    };
    afterEach(() => void replica.kill('SIGKILL'));

    test('a replica that is killed while it holds the job: the same slot runs again after the lease', async () => {
      const job = jobThat(async () => ({}));
      const ctx = await atSlot(job);
      await startReplica(job, ctx.clock.now());
      expect(await runJob(ctx, job, onSchedule)).toEqual({ outcome: 'not-claimed' });
      replica.kill('SIGKILL');
      expect(await runJob(ctx, job, onSchedule)).toEqual({ outcome: 'not-claimed' });
      await letLeaseExpire();
      expect(await runJob(ctx, job, onSchedule)).toMatchObject({ outcome: 'done' });
      expect(await runs(ctx, job)).toMatchObject([
        { fence: 2, outcome: 'done', slot: new Date('2026-11-02T10:01:00Z') },
        { fence: 1, outcome: 'lost', slot: new Date('2026-11-02T10:01:00Z') },
      ]);
    }, 60_000);

    test('a replica that is stopped past its lease and goes on is told to end, and its late finish changes nothing', async () => {
      const job = jobThat(async () => ({ swept: 1 }));
      const ctx = await atSlot(job);
      await startReplica(job, ctx.clock.now());
      replica.kill('SIGSTOP');
      await letLeaseExpire();
      expect(await runJob(ctx, job, onSchedule)).toMatchObject({ outcome: 'done' });
      const before = await database.db('scheduled_jobs').first();
      replica.kill('SIGCONT');
      await hears('lost');
      expect(await database.db('scheduled_jobs').first()).toEqual(before);
      expect((await runs(ctx, job)).map(({ fence, outcome }) => [fence, outcome])).toEqual([
        [2, 'done'],
        [1, 'lost'],
      ]);
    }, 60_000);
  });

  test('a job that fails is recorded with a sentence for people, and waits for its next slot', async () => {
    const job = jobThat(async () => Promise.reject(invalidInput('The admin channel is not set.')));
    const ctx = await atSlot(job);
    expect(await runJob(ctx, job, onSchedule)).toEqual({
      outcome: 'failed',
      problem: 'The admin channel is not set.',
    });
    expect(await overview(ctx, job)).toMatchObject({
      nextRunAt: new Date('2026-11-02T10:02:00Z'),
      lastRuns: [{ outcome: 'failed', problem: 'The admin channel is not set.', counts: null }],
    });
  });

  test('an error that nobody foresaw says an id that stands in the log, and nothing more', async () => {
    const job = jobThat(async () => Promise.reject(new Error('password hunter2 is wrong')));
    const ctx = await atSlot(job);
    const result = await runJob(ctx, job, onSchedule);
    const problem = result.outcome === 'failed' ? result.problem : '';
    expect(problem).not.toContain('hunter2');
    const id = /under (\w{8})\.$/.exec(problem)?.[1];
    expect(ctx.logLines).toContainEqual(expect.objectContaining({ level: 50, job: 'sweep', errorId: id }));
  });

  test('a job that lost the database in the middle has its slot again when the lease is over', async () => {
    let tries = 0;
    const job = jobThat(async () => {
      tries += 1;
      if (tries === 1) throw databaseUnavailable();
      return {};
    });
    const ctx = await atSlot(job);
    expect(await runJob(ctx, job, onSchedule)).toMatchObject({ outcome: 'failed' });
    expect(await runJob(ctx, job, onSchedule)).toEqual({ outcome: 'not-claimed' });
    await letLeaseExpire();
    expect(await runJob(ctx, job, onSchedule)).toMatchObject({ outcome: 'done' });
    expect((await runs(ctx, job)).map(({ outcome }) => outcome)).toEqual(['done', 'failed']);
  });

  test('by hand a job runs at any time and keeps its schedule', async () => {
    const causes: string[] = [];
    const job = jobThat(async (_ctx, { cause }) => {
      causes.push(cause);
      return { swept: 1 };
    });
    const ctx = testContext(database);
    expect(await runJobByHand(ctx, [job], 'sweep')).toEqual({ outcome: 'done', counts: { swept: 1 } });
    expect(await overview(ctx, job)).toMatchObject({
      nextRunAt: new Date('2026-11-02T10:01:00Z'),
      lastRuns: [{ cause: 'hand', slot: ctx.clock.now(), outcome: 'done' }],
    });
    ctx.clock.advance(minute);
    expect(await runJobByHand(ctx, [job], 'sweep')).toMatchObject({ outcome: 'done' });
    expect(await runJob(ctx, job, onSchedule)).toMatchObject({ outcome: 'done' });
    expect(causes).toEqual(['hand', 'hand', 'schedule']);
  });

  test('by hand nothing runs beside a run that is going on', async () => {
    const end = gate();
    const job = jobThat(async () => {
      await end.passed;
      return {};
    });
    const ctx = await atSlot(job);
    const going = runJob(ctx, job, onSchedule);
    while (!(await overview(ctx, job))?.running) await pause(10);
    expect(await runJobByHand(ctx, [job], 'sweep')).toEqual({ outcome: 'not-claimed' });
    end.open();
    await going;
  });

  test('a job’s name that is a little wrong is answered with the right one', async () => {
    const job = jobThat(async () => ({}));
    await expect(runJobByHand(testContext(database), [job], 'swep')).rejects.toThrow('did you mean sweep?');
  });

  test('a schedule that is changed in the settings is followed; one that makes no sense is not', async () => {
    const job = jobThat(async () => ({}), { cron: '0 9 * * *' });
    const ctx = testContext(database);
    const set = async (cron: string): Promise<void> => {
      await database.db('settings').where({ name: 'job.sweep.cron' }).del();
      const row = { name: 'job.sweep.cron', value: JSON.stringify(cron), updated_at: ctx.clock.now() };
      await database.db('settings').insert(row);
    };
    expect(await overview(ctx, job)).toMatchObject({ nextRunAt: new Date('2026-11-03T09:00:00Z') });
    await set('30 11 * * *');
    expect(await overview(ctx, job)).toMatchObject({
      cron: '30 11 * * *',
      nextRunAt: new Date('2026-11-02T11:30:00Z'),
    });
    ctx.clock.set('2026-11-02T11:30:00Z');
    expect(await runJob(ctx, job, onSchedule)).toMatchObject({ outcome: 'done' });
    expect(await overview(ctx, job)).toMatchObject({ nextRunAt: new Date('2026-11-03T11:30:00Z') });
    await set('at noon');
    expect(await overview(ctx, job)).toMatchObject({
      cron: '0 9 * * *',
      nextRunAt: new Date('2026-11-03T09:00:00Z'),
    });
  });

  test('a job that is told to stop gives its slot back for another replica', async () => {
    const stopping = new AbortController();
    const begun = gate();
    const job = jobThat(async (_ctx, { signal }) => {
      begun.open();
      while (!signal.aborted) await pause(5);
      return { swept: 1 };
    });
    const ctx = await atSlot(job);
    const going = runJob(ctx, job, { cause: 'schedule', stopping: stopping.signal });
    await begun.passed;
    stopping.abort();
    expect(await going).toEqual({ outcome: 'stopped' });
    const quick = jobThat(async () => ({}));
    expect(await runJob(ctx, quick, onSchedule)).toMatchObject({ outcome: 'done' });
    expect((await runs(ctx, job)).map(({ slot, outcome }) => [slot.toISOString(), outcome])).toEqual([
      ['2026-11-02T10:01:00.000Z', 'done'],
      ['2026-11-02T10:01:00.000Z', 'stopped'],
    ]);
  });
});
