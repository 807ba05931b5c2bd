import { jobs } from '../../../jobs';
import { purge } from '../../../src/features/purge/purge.service';
import { keepDays } from '../../../src/features/purge/purge.types';
import { addTime, day, hour } from '../../../src/lib/duration';
import { rowsPerStatement } from '../../../src/platform/db/dialect';
import { listJobs } from '../../../src/platform/scheduler/job-overview';
import { runJob } from '../../../src/platform/scheduler/run-job';
import { insertUser } from '../../support/builders';
import { type TestContext, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

const never = new AbortController().signal;

forEachDatabase((database) => {
  let ctx: TestContext;
  beforeEach(() => {
    ctx = testContext(database);
  });
  const insert = async (table: string, row: Record<string, unknown>): Promise<number> => {
    const [id] = await database.db(table).insert(row);
    return Number(id);
  };
  /** Just past the keep time, and just within it. */
  const ages = (what: keyof typeof keepDays) => {
    const since = addTime(ctx.clock.now(), -keepDays[what] * day);
    return { past: addTime(since, -1), kept: addTime(since, 1) };
  };
  const ids = (table: string, column = 'id') => database.db(table).orderBy(column).pluck(column);
  const session = (userId: number, given: Record<string, unknown>) =>
    insert('sessions', {
      user_id: userId,
      kind: 'web',
      client_id: 'chrome',
      started_at: new Date('2026-01-01T00:00:00Z'),
      last_seen_at: new Date('2026-01-01T00:00:00Z'),
      ...given,
    });

  test('sessions go thirty days after their end with their tokens; open ones never', async () => {
    const { id: userId } = await insertUser(database.db);
    const { past, kept } = ages('sessions');
    const gone = await session(userId, { ended_at: past, end_reason: 'idle' });
    const ended = await session(userId, { ended_at: kept, end_reason: 'idle' });
    const open = await session(userId, { ended_at: null });
    const tokens = [gone, ended, open].map((id) => ({ token_hash: `hash ${id}`, session_id: id, created_at: past }));
    await database.db('session_tokens').insert(tokens);
    expect(await purge(ctx, never)).toEqual({ sessions: 1 });
    expect(await ids('sessions')).toEqual([ended, open]);
    expect(await ids('session_tokens', 'session_id')).toEqual([ended, open]);
  });

  test('links go ninety days after their end, or after their time where nobody ended them', async () => {
    const { id: userId } = await insertUser(database.db);
    const { past, kept } = ages('links');
    const link = (given: Record<string, unknown>) =>
      insert('links', { user_id: userId, purpose: 'reset', nonce: 'n', created_at: past, expires_at: past, ...given });
    await link({ state: 'used', ended_at: past });
    await link({ state: 'replaced', ended_at: past });
    await link({ state: 'open', live_key: 'over' });
    const left = [
      await link({ state: 'used', ended_at: kept }),
      await link({ state: 'open', live_key: 'live', expires_at: kept }),
    ];
    expect(await purge(ctx, never)).toEqual({ links: 3 });
    expect(await ids('links')).toEqual(left);
  });

  test('delivered messages go after thirty days, dead ones after ninety, and what waits never', async () => {
    const message = (state: string, finishedAt: Date | null) =>
      insert('outbox', {
        kind: 'mail',
        template: 'reset',
        recipient: 'ada@example.com',
        payload: '{}',
        dedup_key: `${state} ${finishedAt?.getTime()}`,
        state,
        run_at: new Date('2026-01-01T00:00:00Z'),
        created_at: new Date('2026-01-01T00:00:00Z'),
        finished_at: finishedAt,
      });
    await message('sent', ages('messages').past);
    await message('obsolete', ages('messages').past);
    await message('dead', ages('dead-messages').past);
    const left = [
      await message('sent', ages('messages').kept),
      await message('obsolete', ages('messages').kept),
      await message('dead', ages('dead-messages').kept),
      await message('waiting', null),
    ];
    expect(await purge(ctx, never)).toEqual({ messages: 3 });
    expect(await ids('outbox')).toEqual(left);
  });

  test('deliveries that Slack no longer repeats are forgotten', async () => {
    const { past, kept } = ages('deliveries');
    await insert('seen_deliveries', { delivery_key: 'old', seen_at: past });
    await insert('seen_deliveries', { delivery_key: 'young', seen_at: kept });
    expect(await purge(ctx, never)).toEqual({ deliveries: 1 });
    expect(await ids('seen_deliveries', 'delivery_key')).toEqual(['young']);
  });

  test('of the runs of each job the newest success and the newest failure stay, however old they are', async () => {
    const { past, kept } = ages('job-runs');
    for (const name of ['quiet', 'busy'])
      await insert('scheduled_jobs', { name, cron: '* * * * *', next_run_at: ctx.clock.now() });
    const run = (name: string, outcome: string, startedAt: Date) =>
      insert('job_runs', {
        name,
        outcome,
        started_at: startedAt,
        slot: startedAt,
        fence: 1,
        token: 't',
        cause: 'hand',
      });
    await run('quiet', 'done', addTime(past, -day));
    await run('quiet', 'failed', addTime(past, -day));
    const quiet = [await run('quiet', 'done', past), await run('quiet', 'failed', past)];
    await run('quiet', 'lost', past);
    await run('quiet', 'stopped', past);
    await run('busy', 'done', past);
    const busyFailure = await run('busy', 'failed', past);
    const left = [...quiet, busyFailure, await run('busy', 'running', past), await run('busy', 'done', kept)];
    expect(await purge(ctx, never)).toEqual({ 'job-runs': 5 });
    expect(await ids('job_runs')).toEqual(left);
  });

  test('the rows of ended imports go, the imports stay, and what is not ended keeps its rows', async () => {
    const { past, kept } = ages('import-rows');
    const imported = async (given: Record<string, unknown>) => {
      const id = await insert('imports', {
        file_name: 'p.xlsx',
        file_size: 1,
        created_at: addTime(past, -day),
        ...given,
      });
      const rows = Array.from({ length: 3 }, (_, at) => ({ import_id: id, position: at * 5, row_number: at + 2 }));
      await database.db('import_rows').insert(rows.map((row) => ({ ...row, action: 'invite', cells: '{}' })));
      return id;
    };
    await imported({ state: 'done', finished_at: past });
    await imported({ state: 'cancelled', decided_at: past });
    await imported({ state: 'expired' });
    const left = [
      await imported({ state: 'done', finished_at: kept }),
      await imported({ state: 'cancelled', decided_at: kept }),
      await imported({ state: 'preview' }),
      await imported({ state: 'running', decided_at: past }),
      await imported({ state: 'reporting', finished_at: past }),
    ];
    expect(await purge(ctx, never)).toEqual({ 'import-rows': 9 });
    expect([...new Set(await ids('import_rows', 'import_id'))]).toEqual(left);
    expect(await ids('imports')).toHaveLength(8);
  });

  test('the cards of approvals that are over go, the approvals stay, and those of live ones are kept', async () => {
    const { past, kept } = ages('approval-cards');
    const approval = async (state: string, expiresAt: Date) => {
      const id = await insert('approvals', {
        kind: 'grant_admin',
        state,
        summary: 's',
        payload: '{}',
        idempotency_key: `${state} ${expiresAt.getTime()}`,
        requester_label: 'ada@example.com',
        requested_at: past,
        expires_at: expiresAt,
      });
      for (const conversation of ['C1', 'C2'])
        await insert('approval_cards', { approval_id: id, conversation_id: conversation, message_ts: '1' });
      return id;
    };
    await approval('done', past);
    await approval('refused', past);
    const left = [await approval('done', kept), await approval('pending', past), await approval('approved', past)];
    expect(await purge(ctx, never)).toEqual({ 'approval-cards': 4 });
    expect([...new Set(await ids('approval_cards', 'approval_id'))]).toEqual(left);
    expect(await ids('approvals')).toHaveLength(5);
  });

  test('the people of batches that are over go; a plan that nobody confirmed is cancelled before', async () => {
    const { past, kept } = ages('batch-people');
    const batch = async (state: string, movedAt: Date | null) => {
      const id = await insert('batches', {
        action: 'disable',
        state,
        input: '{}',
        owner_label: 'ada@example.com',
        total: 3,
        created_at: past,
        moved_at: movedAt,
      });
      const people = Array.from({ length: 3 }, (_, position) => ({
        batch_id: id,
        position,
        email: `p${position}@x.de`,
      }));
      await database.db('batch_people').insert(people);
      return id;
    };
    await batch('done', past);
    await batch('cancelled', past);
    const abandoned = [await batch('draft', null), await batch('planned', past), await batch('asked', past)];
    const left = [await batch('done', kept), await batch('planned', kept), await batch('running', past)];
    expect(await purge(ctx, never)).toEqual({ 'batch-people': 15 });
    expect([...new Set(await ids('batch_people', 'batch_id'))]).toEqual(left);
    expect(await database.db('batches').whereIn('id', abandoned).pluck('state')).toEqual(Array(3).fill('cancelled'));
    expect(await ids('batches')).toHaveLength(8);
  });

  test('counters of failed sign-ins go a day after they expired', async () => {
    const { past, kept } = ages('sign-in-counters');
    await insert('sign_in_failures', { counter_key: 'old', failures: 3, expires_at: past });
    await insert('sign_in_failures', { counter_key: 'young', failures: 3, expires_at: kept });
    expect(await purge(ctx, never)).toEqual({ 'sign-in-counters': 1 });
    expect(await ids('sign_in_failures', 'counter_key')).toEqual(['young']);
  });

  test('nothing that the audit trail holds is ever purged', async () => {
    await insert('audit_events', {
      at: new Date('2001-01-01T00:00:00Z'),
      action: 'user.deleted',
      actor_kind: 'operator',
      actor_label: 'operator',
      subject_type: 'user',
      subject_label: 'old@example.com',
    });
    expect(await purge(ctx, never)).toEqual({});
    expect(await ids('audit_events')).toHaveLength(1);
  });

  /** Sessions that ended long ago, many at the same moment. */
  const manySessions = async (count: number) => {
    const { id } = await insertUser(database.db);
    const rows = Array.from({ length: count }, (_, index) => ({
      user_id: id,
      kind: 'web',
      client_id: `c${index}`,
      started_at: addTime(ctx.clock.now(), -90 * day),
      last_seen_at: addTime(ctx.clock.now(), -90 * day),
      ended_at: addTime(ctx.clock.now(), -60 * day + Math.floor(index / 1700) * hour),
      end_reason: 'idle',
    }));
    await database.db.batchInsert('sessions', rows, 400);
  };

  test('a purge that is told to stop ends after the batch in hand, and the next one goes on', async () => {
    await manySessions(2300);
    const stop = new AbortController();
    const note = ({ sql }: { sql: string }) => {
      if (/^delete from .sessions/i.test(sql)) stop.abort();
    };
    database.db.on('query', note);
    const { sessions = 0 } = await purge(ctx, stop.signal);
    database.db.removeListener('query', note);
    expect(sessions).toBe(rowsPerStatement(database.db));
    expect(await purge(ctx, never)).toEqual({ sessions: 2300 - sessions });
  });

  test('two purges at once delete each row once', async () => {
    await manySessions(2300);
    const replica = testContext(database, { db: database.connect(), clock: ctx.clock });
    const [one, two] = await Promise.all([purge(ctx, never), purge(replica, never)]);
    expect((one.sessions ?? 0) + (two.sessions ?? 0)).toBe(2300);
    expect(await ids('sessions')).toEqual([]);
  });

  test('many rows take a look and a deletion a batch, and nothing is looked at twice', async () => {
    await manySessions(1200);
    const statements: string[] = [];
    const note = ({ sql }: { sql: string }) => void statements.push(sql);
    database.db.on('query', note);
    await purge(ctx, never);
    database.db.removeListener('query', note);
    const batches = Math.ceil(1200 / rowsPerStatement(database.db));
    const full = 1200 % rowsPerStatement(database.db) === 0 ? 1 : 0;
    expect(statements.filter((sql) => /^select .*sessions/i.test(sql))).toHaveLength(batches + full);
    expect(statements.filter((sql) => /^delete from .sessions/i.test(sql))).toHaveLength(batches);
  });

  test('it runs at half past three by the site’s clock, once after a downtime of days, and its counts are recorded', async () => {
    const job = jobs.find(({ name }) => name === 'purge');
    if (job === undefined) throw new Error('no such job');
    expect(job.cron).toBe('30 3 * * *');
    await listJobs(ctx, [job]);
    await manySessions(3);
    const run = () => runJob(ctx, job, { cause: 'schedule', stopping: never });
    expect((await run()).outcome).toBe('not-claimed');
    ctx.clock.advance(4 * day);
    expect(await run()).toEqual({ outcome: 'done', counts: { sessions: 3 } });
    expect((await run()).outcome).toBe('not-claimed');
    const runs = await database.db('job_runs').where({ name: 'purge' });
    expect(runs.map(({ counts }) => JSON.parse(counts))).toEqual([{ sessions: 3 }]);
  });
});
