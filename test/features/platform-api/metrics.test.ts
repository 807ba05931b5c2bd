import { setTimeout as pause } from 'node:timers/promises';
import { metricsRoutes } from '../../../src/features/platform-api/metrics.routes';
import { openDatabase } from '../../../src/platform/db/database';
import { createMetrics } from '../../../src/platform/metrics';
import { defineJob } from '../../../src/platform/scheduler/define-job';
import { startScheduler } from '../../../src/platform/scheduler/scheduler';
import { insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase, type TestDatabase } from '../../support/databases';
import { startPages } from '../../support/pages';
import { signedIn } from '../../support/sessions';
import { type RunningUsher, startUsher, type UsherOptions } from '../../support/usher';
import { platformKey } from './api-caller';

forEachDatabase((database: TestDatabase) => {
  const ushers: RunningUsher[] = [];
  afterEach(async () => {
    for (const usher of ushers.splice(0)) await usher.stop();
  });
  const start = async (settings: UsherOptions['settings'] = { PLATFORM_API_KEYS: platformKey }) => {
    const usher = await startUsher(database, { settings: settings ?? {} });
    ushers.push(usher);
    return usher;
  };
  const scrape = async ({ origin }: { origin: string }) => {
    const response = await fetch(`${origin}/metrics`, { headers: { authorization: `Bearer ${platformKey}` } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/plain');
    return response.text();
  };
  /** The value of one line, such as `usher_sessions_active`. */
  const figureIn = (text: string, line: string) =>
    Number(
      text
        .split('\n')
        .find((one) => one.startsWith(`${line} `))
        ?.slice(line.length + 1) ?? Number.NaN,
    );

  test('requests are counted by route and status, and no path, token or name of anybody is in it', async () => {
    const usher = await start();
    for (const path of ['/v1/session', '/v1/session?token=us_secret', '/v1/nothing/of-maya', '/of-maya'])
      await fetch(`${usher.origin}${path}`);
    const text = await scrape(usher);
    const counted = (route: string, status: number) =>
      figureIn(text, `usher_http_request_duration_seconds_count{method="GET",route="${route}",status="${status}"}`);
    expect([counted('/v1/session', 401), counted('none', 404)]).toEqual([2, 2]);
    expect(text).not.toMatch(/secret|maya/);
  });

  test('what Slack delivers is counted by its kind', async () => {
    const usher = await start();
    await usher.as('ada').ask('#general', '/users');
    await usher.as('ada').ask('#general', '/users help');
    const text = await scrape(usher);
    expect(figureIn(text, 'usher_slack_deliveries_total{kind="command"}')).toBe(2);
  });

  test('sessions, outbox and jobs are told as the database has them', async () => {
    const usher = await start();
    const { id } = await insertUser(database.db);
    await signedIn(usher.ctx, id, 'chrome');
    await signedIn(usher.ctx, id, 'explorer', 'explorer');
    const message = { kind: 'mail', template: 't', recipient: 'maya@example.com', payload: '{}', attempts: 0 };
    const now = new Date();
    for (const [key, state] of [
      ['a', 'dead'],
      ['b', 'waiting'],
      ['c', 'dead'],
      ['d', 'sent'],
    ])
      await database.db('outbox').insert({ ...message, dedup_key: key, state, run_at: now, created_at: now });
    const run = { name: 'deliver-mail', slot: now, fence: 1, token: 'x', cause: 'schedule', started_at: now };
    const ended = new Date('2026-11-02T10:00:00.500Z');
    await database.db('job_runs').insert({ ...run, outcome: 'done', finished_at: ended });
    await database.db('job_runs').insert({ ...run, outcome: 'failed', finished_at: now });
    const text = await scrape(usher);
    expect(figureIn(text, 'usher_sessions_active')).toBe(1);
    expect(figureIn(text, 'usher_outbox_messages{state="dead"}')).toBe(2);
    expect(figureIn(text, 'usher_outbox_messages{state="waiting"}')).toBe(1);
    expect(figureIn(text, 'usher_imports_running')).toBe(0);
    expect(figureIn(text, 'usher_job_last_success_timestamp_seconds{job="deliver-mail"}')).toBe(ended.getTime() / 1000);
    expect(text).not.toContain('job="expire-invites"');
    expect(text).not.toContain('maya@example.com');
  });

  test('the process, its event loop and its connections are told', async () => {
    const text = await scrape(await start());
    expect(figureIn(text, 'usher_database_reachable')).toBe(1);
    expect(figureIn(text, 'usher_database_waiting')).toBe(0);
    expect(figureIn(text, 'usher_database_connections{state="used"}')).toBeGreaterThanOrEqual(0);
    expect(figureIn(text, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000);
    expect(figureIn(text, 'nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });

  test('however many ask, the database is asked once in a while', async () => {
    const usher = await start();
    let statements = 0;
    usher.ctx.db.on('query', () => {
      statements += 1;
    });
    await scrape(usher);
    const once = statements;
    expect(once).toBeGreaterThan(0);
    await Promise.all(Array.from({ length: 80 }, () => scrape(usher)));
    expect(statements).toBe(once);
  });

  test('with keys only who shows one is answered, also from this machine', async () => {
    const { origin } = await start();
    const without = await fetch(`${origin}/metrics`);
    expect([without.status, (await without.json()).code]).toEqual([401, 'platform_key_missing']);
    const wrong = await fetch(`${origin}/metrics`, { headers: { 'x-platform-key': `${platformKey}.` } });
    expect([wrong.status, (await wrong.json()).code]).toEqual([401, 'platform_key_unknown']);
    expect((await fetch(`${origin}/metrics`, { headers: { 'x-platform-key': platformKey } })).status).toBe(200);
  });

  test('without keys a site that people reach from elsewhere answers nobody, and one of this machine alone answers here', async () => {
    expect((await fetch(`${(await start({})).origin}/metrics`)).status).toBe(200);
    await ushers.pop()?.stop();
    await database.db('users').del();
    const { origin } = await start({ PUBLIC_URL: 'https://usher.example.com' });
    expect((await fetch(`${origin}/metrics`)).status).toBe(401);
    expect((await fetch(`${origin}/metrics`, { headers: { host: 'localhost' } })).status).toBe(401);
  });

  test('a database that is away is a figure, and the process’ own figures are there all the same', async () => {
    const db = openDatabase('mysql://usher:secret@127.0.0.1:9/usher', { acquireTimeout: 300 });
    const ctx = testContext(database, { db, settings: { PLATFORM_API_KEYS: platformKey } });
    const server = await startPages(ctx, { routes: [metricsRoutes(ctx, createMetrics(), ['deliver-mail'])] });
    const text = await scrape({ origin: server.url });
    await server.stop();
    await db.destroy();
    expect(figureIn(text, 'usher_database_reachable')).toBe(0);
    expect(text).not.toContain('usher_sessions_active');
    expect(text).toContain('process_cpu_seconds_total');
  });

  test('runs of jobs are counted by how they ended, those of the schedule and those by hand', async () => {
    const ctx = testContext(database);
    ctx.clock.set(new Date().toISOString());
    const metrics = createMetrics();
    const job = (name: string, run: () => Promise<Record<string, number>>) =>
      defineJob({ name, cron: '* * * * * *', leaseSeconds: 30, run });
    let ran = 0;
    const jobs = [
      job('good', async () => {
        ran += 1;
        return { people: 1 };
      }),
      job('bad', async () => {
        throw new Error('no');
      }),
    ];
    const scheduler = startScheduler(ctx, jobs, metrics.jobEnded);
    expect(await scheduler.runByHand('bad')).toMatchObject({ outcome: 'failed' });
    expect(await scheduler.runByHand('good')).toMatchObject({ outcome: 'done' });
    const byHand = ran;
    ctx.clock.advance(5000);
    while (ran === byHand) await pause(50);
    await scheduler.stop(5000);
    const { text } = await metrics.text([]);
    expect(figureIn(text, 'usher_job_runs_total{job="good",outcome="done"}')).toBe(ran);
    expect(figureIn(text, 'usher_job_runs_total{job="bad",outcome="failed"}')).toBeGreaterThanOrEqual(1);
  });
});
