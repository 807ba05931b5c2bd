import type { Knex } from 'knex';
import { demoChannels, demoPeople, demoSlackPeople } from '../../src/demo/demo-people';
import { demoPassword, seedDemoSite } from '../../src/demo/demo-site';
import { readToken } from '../../src/features/credentials/links.service';
import { passwordProblem, verifyPassword } from '../../src/features/credentials/passwords.service';
import { planDeletion } from '../../src/features/deletion/plan-deletion.service';
import { showInvitation } from '../../src/features/invites/invites.service';
import { pendingInvites } from '../../src/features/invites/reminders.service';
import { readOnlySeats, seats } from '../../src/features/licences/licences.service';
import { listOffboardings } from '../../src/features/offboarding/offboarding.service';
import { homeBlocks } from '../../src/features/offboarding/offboarding.text';
import { setting } from '../../src/features/settings/settings.service';
import { findUsersByEmail, userCounts } from '../../src/features/users/users.service';
import { day } from '../../src/lib/duration';
import { emailProblem } from '../../src/lib/email';
import { createConversations } from '../../src/workspace/conversations';
import { createPeople } from '../../src/workspace/people';
import { actorFor } from '../support/builders';
import { testContext } from '../support/context';
import { forEachDatabase } from '../support/databases';

const tally = async (db: Knex, table: string, column: string): Promise<Record<string, number>> => {
  const rows = (await db(table).select(column).count({ total: '*' }).groupBy(column)) as Record<string, unknown>[];
  return Object.fromEntries(rows.map((row) => [String(row[column]), Number(row.total)]));
};

/** The path without the domain, which is what a token is taken from. */
const tokenOf = (url: string) => new URL(url).searchParams.get('token') ?? '';

test('the accounts make a workspace, and every address can be mailed to', () => {
  const people = createPeople(demoSlackPeople, { id: 'T0LOCAL', name: 'Local', domain: 'local' }, 'Usher');
  const conversations = createConversations(demoChannels, people);
  expect(conversations.find('#people-imports')?.members.size).toBeGreaterThan(8);
  const kinds = new Set(people.all().map(({ kind }) => kind));
  expect([...kinds].sort()).toEqual(['bot', 'deactivated', 'external', 'guest', 'member', 'single_channel_guest']);
  expect(demoSlackPeople.every(({ note }) => note !== undefined && note.length <= 100)).toBe(true);
  expect(demoPeople.filter(({ email }) => emailProblem(email) !== null)).toEqual([]);
});

test('the demo password is one that a person could have chosen', () => {
  for (const { email } of demoPeople) expect(passwordProblem(demoPassword, email)).toBeNull();
});

forEachDatabase((database) => {
  test('a new demo site has people in every status, seats left, and SSO', async () => {
    const ctx = testContext(database);
    let statements = 0;
    const count = () => {
      statements += 1;
    };
    database.db.on('query', count);
    expect(await seedDemoSite(ctx)).toBe(true);
    database.db.removeListener('query', count);
    // Set-wise: a second or so on a laptop, of which little is the database’s.
    expect(statements).toBeLessThan(500);
    expect(await userCounts(ctx)).toEqual({ active: 23, invited: 12, disabled: 5 });
    expect(await seats(ctx)).toEqual({ total: 50, used: 35, isTrial: false });
    expect(await readOnlySeats(ctx)).toBe(3);
    expect(await setting(ctx, 'auth.sso')).toBe(true);
    expect(await tally(database.db, 'users', 'auth_system')).toEqual({ internal: 35, sso: 5 });
    const [ada] = await findUsersByEmail(ctx, ['ada.lindqvist@orbit.example']);
    expect(ada).toMatchObject({ isAdmin: true, status: 'active', hasPassword: true });
    const { password_hash: hash } = await database.db('users').where({ id: ada?.id }).first('password_hash');
    expect(await verifyPassword(hash, demoPassword)).toBe(true);
    expect(ctx.announced).toEqual([]);
  });

  test('it is made once, and the same each time', async () => {
    const ctx = testContext(database);
    await seedDemoSite(ctx);
    const before = await database.db('users').orderBy('id').select('email', 'created_at', 'last_login_at');
    expect(await seedDemoSite(ctx)).toBe(false);
    expect(await database.db('users').orderBy('id').select('email', 'created_at', 'last_login_at')).toEqual(before);
    for (const table of ['outbox', 'operations', 'audit_events', 'sessions', 'users', 'projects', 'user_groups']) {
      await database.db(table).del();
    }
    await database.db('profiles').where({ name: 'Test Lead' }).del();
    expect(await seedDemoSite(ctx)).toBe(true);
    expect(await database.db('users').orderBy('id').select('email', 'created_at', 'last_login_at')).toEqual(before);
  });

  test('nothing of it lies in the future, and everything follows what it depends on', async () => {
    const ctx = testContext(database);
    await seedDemoSite(ctx);
    const now = ctx.clock.now();
    // The sample project's run was made by a migration, by the machine's own clock.
    const demoRuns = await database.db('test_runs').whereNotIn('name', ['Smoke on staging']).pluck('id');
    const late = async (table: string, column: string) => {
      const where = { run_cases: 'run_id', test_runs: 'id' }[table];
      const row = await database
        .db(table)
        .where(column, '>', now)
        .whereIn(where ?? 'id', where === undefined ? database.db(table).select('id') : demoRuns)
        .count({ total: '*' })
        .first();
      return [table, column, Number(row?.total)];
    };
    const moments: [table: string, column: string][] = [
      ['users', 'created_at'],
      ['users', 'activated_at'],
      ['users', 'last_login_at'],
      ['sessions', 'started_at'],
      ['sessions', 'last_seen_at'],
      ['sessions', 'ended_at'],
      ['run_cases', 'updated_at'],
      ['test_runs', 'created_at'],
      ['api_tokens', 'last_used_at'],
      ['audit_events', 'at'],
      ['outbox', 'created_at'],
      ['invites', 'ended_at'],
    ];
    for (const [table, column] of moments) expect(await late(table, column)).toEqual([table, column, 0]);
    const wrong = await database
      .db('users')
      .whereRaw('activated_at < created_at OR last_login_at < activated_at')
      .pluck('email');
    expect(wrong).toEqual([]);
    expect(await database.db('sessions').whereRaw('last_seen_at < started_at OR ended_at < last_seen_at')).toEqual([]);
  });

  test('pending invitations are fresh, reminded of and expired; what is recent leaves at the first start', async () => {
    const ctx = testContext(database);
    await seedDemoSite(ctx);
    expect(await pendingInvites(ctx)).toEqual({ fresh: 7, waiting: 4, old: 0, expired: 1 });
    const waiting = await database.db('outbox').where({ state: 'waiting' }).orderBy('id').select('kind', 'template');
    const kinds = waiting.map(({ kind, template }) => `${kind} ${template}`);
    const howMany = (name: string) => kinds.filter((kind) => kind === name).length;
    expect(howMany('mail invitation')).toBe(5);
    expect(howMany('mail reminder')).toBe(4);
    expect(howMany('chat invites-expired')).toBe(1);
    expect(await tally(database.db, 'outbox', 'state')).toMatchObject({ waiting: 14 });

    const [ada, lucia] = await Promise.all(
      ['ada.lindqvist@orbit.example', 'lucia.ferrer@orbit.example'].map(
        async (email) => (await findUsersByEmail(ctx, [email]))[0],
      ),
    );
    if (!ada || !lucia) throw new Error('somebody is missing');
    const { invite, link } = await showInvitation({ ...ctx, actor: actorFor(ada) }, lucia);
    expect(invite).toMatchObject({ state: 'open', sentCount: 1 });
    const { user } = await readToken(ctx, tokenOf(link?.reveal() ?? ''), 'activation');
    expect(user.email).toBe('lucia.ferrer@orbit.example');
  });

  test('somebody’s deletion is planned for Friday of next week, and the Home shows it', async () => {
    const ctx = testContext(database);
    await seedDemoSite(ctx);
    const [ada] = await findUsersByEmail(ctx, ['ada.lindqvist@orbit.example']);
    if (!ada) throw new Error('nobody plans');
    const { planned, total } = await listOffboardings({ ...ctx, actor: actorFor(ada) });
    expect(total).toBe(1);
    const [offboarding] = planned;
    if (!offboarding?.userId) throw new Error('nothing is planned');
    expect(offboarding).toMatchObject({ state: 'planned', userEmail: 'pablo.nunez@orbit.example' });
    const days = (offboarding.dueAt.getTime() - ctx.clock.now().getTime()) / day;
    expect([days > 4, days < 12, offboarding.dueAt.getUTCDay()]).toEqual([true, true, 5]);
    const plan = await planDeletion(ctx, offboarding.userId, offboarding.replacementId);
    expect(plan.casesMoved).toBeGreaterThan(0);
    expect(JSON.stringify(homeBlocks({ planned, total, failed: [] }, 'UTC'))).toContain('pablo.nunez@orbit.example');
  });

  test('work is there in every status, and most active people have some of it open', async () => {
    const ctx = testContext(database);
    await seedDemoSite(ctx);
    const { db } = database;
    const runs: { percent_done: number; done: number; total: number }[] = await db('test_runs')
      .join('run_cases', 'run_cases.run_id', 'test_runs.id')
      .leftJoin('result_statuses', 'result_statuses.id', 'run_cases.status_id')
      .join('projects', 'projects.id', 'test_runs.project_id')
      .where('projects.is_sample', false)
      .groupBy('test_runs.id', 'test_runs.percent_done')
      .select('test_runs.percent_done')
      .sum({ done: db.raw('CASE WHEN result_statuses.is_final THEN 1 ELSE 0 END') })
      .count({ total: '*' });
    expect(runs).toHaveLength(20);
    for (const run of runs) expect(run.percent_done).toBeCloseTo((Number(run.done) / Number(run.total)) * 100, 2);
    expect(runs.map((run) => run.percent_done)).toEqual(expect.arrayContaining([0, 100]));
    expect(runs.reduce((sum, { total }) => sum + Number(total), 0)).toBe(300);
    const statuses = await tally(db, 'run_cases', 'status_id');
    expect(Object.keys(statuses)).toHaveLength(7);
    const busy = await db('users')
      .where({ status: 'active' })
      .whereExists(
        db('run_cases')
          .join('result_statuses', 'result_statuses.id', 'run_cases.status_id')
          .whereRaw('run_cases.assignee_id = users.id')
          .where('result_statuses.is_final', false)
          .select('run_cases.id'),
      )
      .pluck('email');
    expect(busy.length).toBeGreaterThanOrEqual(18);
    // Nobody is given work in a project where they are not.
    const astray = await db('run_cases')
      .join('test_runs', 'test_runs.id', 'run_cases.run_id')
      .whereNotNull('run_cases.assignee_id')
      .whereNotExists(
        db('memberships')
          .whereRaw('memberships.user_id = run_cases.assignee_id')
          .whereRaw('memberships.project_id = test_runs.project_id')
          .select('memberships.user_id'),
      )
      .pluck('run_cases.id');
    expect(astray).toEqual([]);
  });

  test('nobody has more than three open web sessions, and nobody disabled has any', async () => {
    const ctx = testContext(database);
    await seedDemoSite(ctx);
    const open: { status: string; total: number }[] = await database
      .db('sessions')
      .join('users', 'users.id', 'sessions.user_id')
      .whereNull('ended_at')
      .where({ kind: 'web' })
      .groupBy('users.email', 'users.status')
      .select('users.email', 'users.status')
      .count({ total: '*' });
    expect(Math.max(...open.map(({ total }) => Number(total)))).toBe(3);
    expect(open.filter(({ status }) => status !== 'active')).toEqual([]);
    expect(Number((await database.db('api_tokens').count({ total: '*' }).first())?.total)).toBe(5);
  });
});
