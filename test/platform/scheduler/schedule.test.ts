import { defineJob } from '../../../src/platform/scheduler/define-job';
import { isCron, nextSlot } from '../../../src/platform/scheduler/schedule';

/** The next slots of a schedule, each computed from the one before, in UTC. */
function slots(cron: string, timeZone: string, after: string, count: number): string[] {
  const found: string[] = [];
  for (let from = new Date(after); found.length < count; ) {
    from = nextSlot(cron, timeZone, from);
    found.push(from.toISOString());
  }
  return found;
}

describe('the slots of a schedule', () => {
  test('are at the site’s time of day, whatever the machine’s zone', () => {
    expect(slots('0 9 * * *', 'America/New_York', '2026-01-10T00:00:00Z', 2)).toEqual([
      '2026-01-10T14:00:00.000Z',
      '2026-01-11T14:00:00.000Z',
    ]);
  });

  test('keep the time of day across both changes of summer time', () => {
    expect(slots('0 9 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 2)).toEqual([
      '2026-03-28T08:00:00.000Z',
      '2026-03-29T07:00:00.000Z',
    ]);
    expect(slots('0 9 * * *', 'Europe/Berlin', '2026-10-24T00:00:00Z', 2)).toEqual([
      '2026-10-24T07:00:00.000Z',
      '2026-10-25T08:00:00.000Z',
    ]);
  });

  test('a time of day that summer time leaves out still comes, once', () => {
    expect(slots('30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual([
      '2026-03-29T01:30:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
  });

  test('a time of day that comes twice counts once', () => {
    expect(slots('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
    ]);
  });

  test('what runs every few minutes or seconds goes on through the hour that comes twice', () => {
    expect(slots('*/30 * * * *', 'Europe/Berlin', '2026-10-25T00:00:00Z', 4)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:30:00.000Z',
      '2026-10-25T02:00:00.000Z',
    ]);
    expect(slots('*/15 * * * * *', 'Europe/Berlin', '2026-10-25T00:59:45Z', 2)).toEqual([
      '2026-10-25T01:00:00.000Z',
      '2026-10-25T01:00:15.000Z',
    ]);
  });

  test.each(['', '* * *', '* * * * * * *', '61 * * * *', 'every day', '0 0 31 2'])('“%s” is no schedule', (cron) => {
    expect(isCron(cron)).toBe(false);
  });

  test.each(['* * * * *', '*/15 * * * * *', '0 9 * * 1', '0 9 * * MON-FRI'])('“%s” is a schedule', (cron) => {
    expect(isCron(cron)).toBe(true);
  });
});

describe('a job', () => {
  const job = { name: 'sweep', cron: '* * * * *', leaseSeconds: 30, run: async () => ({}) };

  test('is refused when its name, schedule or lease is wrong', () => {
    expect(defineJob(job)).toMatchObject({ name: 'sweep' });
    expect(() => defineJob({ ...job, name: 'Sweep All' })).toThrow('kebab-case');
    expect(() => defineJob({ ...job, cron: 'daily' })).toThrow('cron expression');
    expect(() => defineJob({ ...job, leaseSeconds: 5 })).toThrow('30 seconds');
  });
});
