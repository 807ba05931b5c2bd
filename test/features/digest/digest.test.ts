import { jobs } from '../../../jobs';
import { digestChat } from '../../../src/features/digest/digest.chat';
import { writeDigest } from '../../../src/features/digest/digest.service';
import { addTime, day, hour, minute } from '../../../src/lib/duration';
import { deliverDue } from '../../../src/platform/mail/dispatcher';
import { listJobs } from '../../../src/platform/scheduler/job-overview';
import { runJob } from '../../../src/platform/scheduler/run-job';
import { runJobByHand } from '../../../src/platform/scheduler/scheduler';
import { insertUser, setSeats } from '../../support/builders';
import { fakeClock, type TestContext, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { outboxRows } from '../../support/outbox';
import { startUsher } from '../../support/usher';

const never = new AbortController().signal;
const slack = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 'a signing secret',
  SLACK_ADMIN_CHANNEL: 'CADMINS',
  SMTP_URL: 'smtp://127.0.0.1:9',
};

forEachDatabase((database) => {
  /** A Monday at nine in Berlin, unless told otherwise. */
  const site = (settings: Readonly<Record<string, string>> = slack, now = '2026-11-09T08:00:00Z'): TestContext =>
    testContext(database, {
      clock: fakeClock(now),
      settings: { TIME_ZONE: 'Europe/Berlin', ...settings },
      delivery: { templates: [digestChat] },
    });
  const insert = async (table: string, row: Record<string, unknown>): Promise<number> => {
    const [id] = await database.db(table).insert(row);
    return Number(id);
  };
  const digests = async () => (await outboxRows(database.db)).filter(({ template }) => template === 'digest');
  const job = jobs.find(({ name }) => name === 'digest');
  if (job === undefined) throw new Error('no such job');
  const onSchedule = (ctx: TestContext) => runJob(ctx, job, { cause: 'schedule', stopping: never });
  /** The lines that the admin channel reads. */
  const told = async (ctx: TestContext): Promise<string[]> => {
    await deliverDue(ctx, { signal: never });
    return ctx.chats.flatMap(({ blocks = [] }) => blocks.flatMap(linesOf));
  };

  /** Each thing twice: within the week, and just before or after it. */
  async function fillWeek(ctx: TestContext): Promise<void> {
    const now = ctx.clock.now();
    const moments = [addTime(now, -7 * day), addTime(now, -1), addTime(now, -7 * day - 1), now];
    const { id: userId } = await insertUser(database.db);
    for (const [index, at] of moments.entries()) {
      const session = { user_id: userId, kind: 'web', client_id: `c${index}`, started_at: at, last_seen_at: at };
      await insert('sessions', { ...session, ended_at: at, end_reason: 'idle' });
      await insert('sessions', { ...session, ended_at: at, end_reason: 'admin' });
      await insert('imports', {
        state: 'done',
        file_name: 'p.xlsx',
        file_size: 1,
        created_at: at,
        finished_at: at,
        outcomes: JSON.stringify({ invited: 3, updated: 2, unchanged: 9, failed: 1 }),
      });
      const event = { at, actor_kind: 'operator', actor_label: 'operator', subject_type: 'user', subject_label: 'x' };
      await insert('audit_events', { ...event, action: 'user.deleted' });
      await insert('audit_events', { ...event, action: 'user.disabled' });
      const message = { template: 't', recipient: 'r', payload: '{}', run_at: at, created_at: at, finished_at: at };
      await insert('outbox', { ...message, kind: 'mail', state: 'dead', dedup_key: `dead ${index}` });
      await insert('outbox', { ...message, kind: 'mail', state: 'sent', dedup_key: `sent ${index}` });
      await insert('outbox', { ...message, kind: 'chat', state: 'dead', dedup_key: `chat ${index}` });
      const run = { slot: at, fence: 1, token: 't', cause: 'schedule', started_at: at, finished_at: at };
      await insert('job_runs', { ...run, name: 'deliver-mail', outcome: 'failed' });
      await insert('job_runs', { ...run, name: 'purge', outcome: 'done' });
    }
    for (const [age, state] of [
      [1, 'open'],
      [5, 'open'],
      [20, 'open'],
      [30, 'expired'],
    ] as const) {
      const person = await insertUser(database.db, { status: 'invited' });
      await insert('invites', {
        user_id: person.id,
        state,
        invited_at: addTime(now, -age * day),
        sent_at: addTime(now, -age * day),
        expires_at: addTime(now, state === 'open' ? day : -day),
      });
    }
  }

  test('the digest counts the week before it and nothing besides, and how things are now', async () => {
    const ctx = site();
    await setSeats(database.db, 50);
    await fillWeek(ctx);
    expect(await writeDigest(ctx, ctx.clock.now(), 'schedule')).toEqual({ written: 1 });
    expect(await told(ctx)).toEqual([
      'The week on the platform  2 Nov 2026, 09:00 to 9 Nov 2026, 09:00',
      'Seats  5 of 50 seats taken, 45 free',
      'Pending invitations  4: 1 for up to 3 days, 1 for up to a week, 1 for longer and 1 with an expired link. Send them again with /users resend EMAILS.',
      'Sessions  2 ended because they were idle',
      'Imports  2: 6 invited, 4 updated and 2 rows failed',
      'Deletions  2 people',
      ' 2 mails were given up; each was told here.',
      ' deliver-mail failed 2 times. /usher jobs tells why.',
    ]);
    expect(ctx.chats.map(({ recipient }) => recipient)).toEqual(['admin-channel']);
  });

  test('a week in which nothing happened is told in a sentence', async () => {
    const ctx = site();
    await setSeats(database.db, 50);
    await insertUser(database.db);
    await writeDigest(ctx, ctx.clock.now(), 'schedule');
    expect(await told(ctx)).toEqual([
      ' A quiet week: 1 of 50 seats taken, nobody is waiting to accept an invitation, and nothing failed.',
    ]);
  });

  test('where something happened and nothing failed, that is said too', async () => {
    const ctx = site();
    const at = addTime(ctx.clock.now(), -hour);
    const event = { at, actor_kind: 'operator', actor_label: 'operator', subject_type: 'user', subject_label: 'x' };
    await insert('audit_events', { ...event, action: 'user.deleted' });
    await writeDigest(ctx, ctx.clock.now(), 'schedule');
    expect(await told(ctx)).toEqual(
      expect.arrayContaining(['Pending invitations  none', 'Deletions  1 person', ' Nothing failed.']),
    );
  });

  test('without an admin channel there is no digest, and the log tells those who look closely', async () => {
    const { SLACK_ADMIN_CHANNEL: _none, ...unchannelled } = slack;
    for (const settings of [unchannelled, {}]) {
      const ctx = site(settings);
      expect(await writeDigest(ctx, ctx.clock.now(), 'schedule')).toEqual({ written: 0 });
      expect(ctx.logLines).toMatchObject([{ level: 20, msg: 'no admin channel for the digest' }]);
    }
    expect(await digests()).toEqual([]);
  });

  test('it comes on Mondays at nine by the site’s clock, once on two replicas', async () => {
    expect(job.cron).toBe('0 9 * * 1');
    const ctx = site(slack, '2026-11-03T12:00:00Z');
    await listJobs(ctx, [job]);
    ctx.clock.set('2026-11-09T07:59:59Z');
    expect((await onSchedule(ctx)).outcome).toBe('not-claimed');
    ctx.clock.advance(minute);
    const replica = { ...ctx, db: database.connect() };
    const ends = (await Promise.all([onSchedule(ctx), onSchedule(replica)])).map(({ outcome }) => outcome);
    expect(ends.sort()).toEqual(['done', 'not-claimed']);
    expect((await digests()).map(({ dedup_key }) => dedup_key)).toEqual(['digest:2026-W46']);
  });

  test('a slot that is run again after a crash does not tell the same week again', async () => {
    const ctx = site();
    const slot = ctx.clock.now();
    expect(await writeDigest(ctx, slot, 'schedule')).toEqual({ written: 1 });
    ctx.clock.advance(hour);
    expect(await writeDigest(ctx, slot, 'schedule')).toEqual({ written: 0 });
    ctx.clock.set('2026-11-16T08:00:00Z');
    expect(await writeDigest(ctx, ctx.clock.now(), 'schedule')).toEqual({ written: 1 });
    expect(await digests()).toHaveLength(2);
  });

  test('whoever asks for it by hand gets it, and Monday’s comes all the same', async () => {
    const ctx = site();
    expect(await writeDigest(ctx, ctx.clock.now(), 'hand')).toEqual({ written: 1 });
    expect(await writeDigest(ctx, ctx.clock.now(), 'schedule')).toEqual({ written: 1 });
  });

  test('after a downtime of weeks there is one digest, of the last whole week, at the hour of the schedule', async () => {
    // Winter time begins in between.
    const ctx = site(slack, '2026-10-07T12:00:00Z');
    await listJobs(ctx, [job]);
    ctx.clock.set('2026-11-05T10:00:00Z');
    expect(await onSchedule(ctx)).toEqual({ outcome: 'done', counts: { written: 1 } });
    expect((await onSchedule(ctx)).outcome).toBe('not-claimed');
    const [digest, ...others] = await digests();
    expect(others).toEqual([]);
    expect(digest?.payload).toMatchObject({
      from: Date.parse('2026-10-26T08:00:00Z'),
      to: Date.parse('2026-11-02T08:00:00Z'),
    });
  });

  test('run by hand, the digest is read in the admin channel; /usher jobs and Home show both jobs', async () => {
    const usher = await startUsher(database);
    try {
      const ada = usher.as('ada');
      expect(await runJobByHand(usher.ctx, jobs, 'purge')).toEqual({ outcome: 'done', counts: {} });
      expect(await runJobByHand(usher.ctx, jobs, 'digest')).toEqual({ outcome: 'done', counts: { written: 1 } });
      await deliverDue(usher.ctx, { signal: never });
      await usher.workspace.idle();
      const read = JSON.stringify(ada.messages('#admins'));
      expect(read).toContain('A quiet week: 2 of 50 seats taken');
      const listed = JSON.stringify(await ada.ask('#general', '/usher jobs'));
      expect(listed).toContain('30 3 * * *');
      expect(listed).toContain('0 9 * * 1');
      expect(listed).toContain('1 written');
      const home = JSON.stringify(await ada.home('Active sessions'));
      for (const name of ['purge', 'digest']) expect(home).toContain(name);
    } finally {
      await usher.stop();
    }
  });
});

interface Rich {
  readonly text?: string;
  readonly elements?: readonly Rich[];
  readonly type: string;
}

/** The text of each paragraph and each item of a list. */
function linesOf(block: unknown): string[] {
  const sections = ({ type, elements = [] }: Rich): Rich[] =>
    type === 'rich_text_section' ? [{ type, elements }] : elements.flatMap(sections);
  return sections(block as Rich).map(({ elements = [] }) => elements.map(({ text = '' }) => text).join(''));
}
