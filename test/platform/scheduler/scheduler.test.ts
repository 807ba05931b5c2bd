import { setTimeout as pause } from 'node:timers/promises';
import { hour, minute } from '../../../src/lib/duration';
import type { Job } from '../../../src/platform/scheduler/job.types';
import { listJobs } from '../../../src/platform/scheduler/job-overview';
import { type Scheduler, startScheduler } from '../../../src/platform/scheduler/scheduler';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { gate } from '../../support/gate';
import { until } from '../../support/until';

forEachDatabase((database) => {
  let schedulers: Scheduler[] = [];
  const start = (...args: Parameters<typeof startScheduler>): Scheduler => {
    const scheduler = startScheduler(...args);
    schedulers.push(scheduler);
    return scheduler;
  };
  afterEach(async () => {
    await Promise.all(schedulers.map((scheduler) => scheduler.stop(2000)));
    schedulers = [];
  });

  const job = (name: string, run: Job['run'], cron = '* * * * *'): Job => ({ name, cron, leaseSeconds: 30, run });

  test('jobs run when the clock reaches them, by two replicas once', async () => {
    const ran: string[] = [];
    const note = (name: string, cron?: string) =>
      job(
        name,
        async () => {
          ran.push(name);
          return {};
        },
        cron,
      );
    const jobs = [note('often'), note('daily', '0 9 * * *')];
    const ctx = testContext(database);
    start(ctx, jobs);
    start(testContext(database, { db: database.connect(), clock: ctx.clock }), jobs);
    await pause(1200);
    expect(ran).toEqual([]);
    ctx.clock.advance(minute);
    await until('it ran', () => ran.length > 0, 15_000);
    await pause(1200);
    expect(ran).toEqual(['often']);
    ctx.clock.advance(24 * hour);
    await until('it ran three times', () => ran.length >= 3, 15_000);
    await pause(1200);
    expect([...ran].sort()).toEqual(['daily', 'often', 'often']);
  });

  test('a job that takes long holds up no other', async () => {
    let quick = 0;
    const slowRun: Job['run'] = async (_ctx, { signal }) => {
      while (!signal.aborted) await pause(10);
      return {};
    };
    const jobs = [
      job('slow', slowRun),
      job('quick', async () => {
        quick += 1;
        return {};
      }),
    ];
    const ctx = testContext(database);
    await listJobs(ctx, jobs);
    ctx.clock.advance(minute);
    start(ctx, jobs);
    await until('the quick one ran', () => quick === 1, 15_000);
    ctx.clock.advance(minute);
    await until('the quick one ran again', () => quick === 2, 15_000);
  });

  test('at its end it tells what runs to stop, waits for it, and starts nothing more', async () => {
    const steps: string[] = [];
    const jobs = [
      job('sweep', async (_ctx, { signal }) => {
        steps.push('begun');
        while (!signal.aborted) await pause(10);
        await pause(300);
        steps.push('tidied up');
        return {};
      }),
    ];
    const ctx = testContext(database);
    await listJobs(ctx, jobs);
    ctx.clock.advance(minute);
    const scheduler = start(ctx, jobs);
    await until('the first step is done', () => steps.length === 1, 15_000);
    expect(await scheduler.stop(15_000)).toBe(true);
    expect(steps).toEqual(['begun', 'tidied up']);
    ctx.clock.advance(hour);
    await pause(1200);
    expect(steps).toHaveLength(2);
    await expect(scheduler.runByHand('sweep')).rejects.toThrow('about to restart');
  });

  test('what does not stop in time is left behind, and said so', async () => {
    let begun = false;
    const end = gate();
    const jobs = [
      job('deaf', async () => {
        begun = true;
        await end.passed;
        return {};
      }),
    ];
    const ctx = testContext(database);
    await listJobs(ctx, jobs);
    ctx.clock.advance(minute);
    const scheduler = start(ctx, jobs);
    await until('it has begun', () => begun, 15_000);
    expect(await scheduler.stop(200)).toBe(false);
    end.open();
  });
});
