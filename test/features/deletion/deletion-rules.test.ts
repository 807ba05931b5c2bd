import { deleteUser } from '../../../src/features/deletion/deletion.service';
import { planDeletion } from '../../../src/features/deletion/plan-deletion.service';
import { inviteUsers } from '../../../src/features/invites/invites.service';
import type { Context } from '../../../src/platform/context';
import {
  actorFor,
  type BuiltUser,
  insertAdmin,
  insertGroup,
  insertMembership,
  insertProject,
  insertUser,
  profileId,
  setSeats,
} from '../../support/builders';
import { type TestContext, testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { assignments, insertCases, insertRun, insertRuns } from '../../support/work-builders';

let key = 0;

/** Deletes as somebody does who has just looked at the numbers. */
async function remove(ctx: Context, user: BuiltUser, replacement: BuiltUser | null, typed = user.email) {
  const plan = await planDeletion(ctx, user.id, replacement?.id ?? null);
  key += 1;
  return deleteUser(ctx, {
    userId: user.id,
    replacementId: replacement?.id ?? null,
    digest: plan.digest,
    typed,
    idempotencyKey: `test:${key}`,
  });
}

forEachDatabase((database) => {
  let admin: BuiltUser;
  let leaver: BuiltUser;
  let taker: BuiltUser;
  let ctx: TestContext;
  beforeEach(async () => {
    const { db } = database;
    admin = await insertAdmin(db);
    leaver = await insertUser(db, { email: 'Leaver@x.example', first_name: 'Lea', last_name: 'Ver' });
    taker = await insertUser(db, { email: 'taker@x.example' });
    await setSeats(db, 50);
    // The sample project has a run of its own.
    await db('test_runs').del();
    ctx = testContext(database, { actor: actorFor(admin) });
  });
  const userRow = (id: number) => database.db('users').where({ id }).first();

  test('R93: deleting a user removes the user and all that lets them in, for good', async () => {
    const { db } = database;
    const at = new Date();
    await insertMembership(db, { userId: leaver.id, projectId: (await insertProject(db)).id });
    await insertGroup(db, { members: [leaver.id] });
    await db('sessions').insert([
      { user_id: leaver.id, kind: 'web', client_id: 'c', started_at: at, last_seen_at: at },
      { user_id: leaver.id, kind: 'api', client_id: 'c', started_at: at, last_seen_at: at },
    ]);
    await db('api_tokens').insert({ user_id: leaver.id, name: 'ci', token_hash: 'b', created_at: at });
    await db('identities').insert({
      team_id: 'T',
      slack_user_id: 'U',
      user_id: leaver.id,
      email_key: 'leaver@x.example',
      bound_at: at,
    });
    const plan = await planDeletion(ctx, leaver.id, null);
    expect(plan).toMatchObject({ runs: 0, openCases: 0, sessions: 2, tokens: 1, memberships: 1, freesSeat: true });
    expect(await remove(ctx, leaver, null)).toMatchObject({ deleted: { plan: { digest: plan.digest } } });
    expect(await userRow(leaver.id)).toBeUndefined();
    for (const table of ['sessions', 'api_tokens', 'identities', 'memberships', 'group_members'])
      expect(await db(table).where({ user_id: leaver.id })).toEqual([]);
    expect(await db('audit_events').where({ action: 'user.deleted' }).first()).toMatchObject({
      subject_id: leaver.id,
      subject_label: 'Leaver@x.example',
      actor_label: admin.email,
    });
    expect(ctx.announced).toEqual([{ kind: 'users_changed' }]);
  });

  test('R93: an invited person’s link is void and the mail that waits is taken back', async () => {
    const { db } = database;
    await inviteUsers(ctx, {
      recipients: [{ email: 'New@x.example', firstName: '', lastName: '' }],
      profileId: null,
      groupIds: [],
      projectIds: [],
      idempotencyKey: null,
    });
    const invited = (await db('users').where({ email: 'New@x.example' }).first()) as BuiltUser;
    await remove(ctx, invited, null);
    expect(await db('links').first()).toMatchObject({ state: 'deleted', live_key: null, user_id: null });
    expect(await db('outbox').first()).toMatchObject({ state: 'obsolete' });
    expect(await db('invites')).toEqual([]);
  });

  test('R94: runs whose percentage is not 100 go to the replacement; one at 99.9 moves, one at 100 stays', async () => {
    const { db } = database;
    const projectId = (await insertProject(db)).id;
    const [begun, nearly, done] = [
      await insertRun(db, { projectId, assigneeId: leaver.id, percentDone: 0 }),
      await insertRun(db, { projectId, assigneeId: leaver.id, percentDone: 99.9 }),
      await insertRun(db, { projectId, assigneeId: leaver.id, percentDone: 100 }),
    ];
    expect(await planDeletion(ctx, leaver.id, taker.id)).toMatchObject({ runs: 2 });
    await remove(ctx, leaver, taker);
    const run = (id: number) => db('test_runs').where({ id }).first();
    expect(await run(begun)).toMatchObject({ assignee_id: taker.id, assignee_label: null });
    expect(await run(nearly)).toMatchObject({ assignee_id: taker.id });
    expect(await run(done)).toMatchObject({ assignee_id: null, assignee_label: `Deleted user #${leaver.id}` });
  });

  test('R95: of 137 open cases 100 go to the replacement, by run id and then position, and 37 become unassigned', async () => {
    const { db } = database;
    const [first, second] = [await insertRun(db), await insertRun(db, { assigneeId: admin.id })];
    // The later run is written first: the order is of ids and positions, not of writing.
    await insertCases(db, { runId: second, assigneeId: leaver.id, many: 77 });
    await insertCases(db, { runId: first, assigneeId: leaver.id, many: 60 });
    const plan = await planDeletion(ctx, leaver.id, taker.id);
    expect(plan).toMatchObject({ openCases: 137, casesMoved: 100, casesLeft: 37 });
    await remove(ctx, leaver, taker);
    const moved = await db('run_cases').where({ assignee_id: taker.id }).orderBy(['run_id', 'position']);
    expect(moved.map(({ run_id }) => run_id)).toEqual([...Array(60).fill(first), ...Array(40).fill(second)]);
    expect(moved.at(-1)).toMatchObject({ run_id: second, position: 40 });
    const left = await db('run_cases').whereNull('assignee_id').orderBy('position');
    expect(left.map(({ position }) => position)).toEqual(Array.from({ length: 37 }, (_, index) => 41 + index));
    expect(left[0]).toMatchObject({ assignee_label: null });
  });

  test('R95: a case is incomplete when its result is not final or there is none; a finished one keeps a name', async () => {
    const { db } = database;
    const runId = await insertRun(db);
    const names = [undefined, 'Untested', 'Blocked', 'Retest', 'Passed', 'Failed', 'Skipped'];
    for (const [index, status] of names.entries()) {
      await insertCases(db, { runId, assigneeId: leaver.id, many: 1, from: index, ...(status ? { status } : {}) });
    }
    await remove(ctx, leaver, taker);
    const rows = await db('run_cases').orderBy('position');
    expect(rows.map(({ assignee_id }) => assignee_id)).toEqual([
      ...[taker.id, taker.id, taker.id, taker.id],
      ...[null, null, null],
    ]);
    expect(new Set(rows.slice(4).map((row) => row.assignee_label))).toEqual(new Set([`Deleted user #${leaver.id}`]));
  });

  test('R96: the replacement gets the deleted user’s role where it receives work and is no member, and in no other project', async () => {
    const { db } = database;
    const names = ['By run', 'By case', 'Member already', 'Past the limit', 'Nothing open', 'No membership'];
    const projects = new Map<string, number>();
    for (const name of names) projects.set(name, (await insertProject(db, { name })).id);
    const id = (name: string) => projects.get(name) ?? 0;
    const [manager, readOnly, tester] = [
      await profileId(db, 'Project Manager'),
      await profileId(db, 'Read Only'),
      await profileId(db, 'Tester'),
    ];
    for (const name of names.slice(0, 5)) {
      await insertMembership(db, { userId: leaver.id, projectId: id(name), profileId: manager });
    }
    await insertMembership(db, { userId: taker.id, projectId: id('Member already'), profileId: readOnly });
    await insertRun(db, { projectId: id('By run'), assigneeId: leaver.id });
    await insertRun(db, { projectId: id('Member already'), assigneeId: leaver.id });
    await insertRun(db, { projectId: id('No membership'), assigneeId: leaver.id });
    await insertRun(db, { projectId: id('Nothing open'), assigneeId: leaver.id, percentDone: 100 });
    const byCase = await insertRun(db, { projectId: id('By case'), assigneeId: admin.id });
    await insertCases(db, { runId: byCase, assigneeId: leaver.id, many: 100 });
    const past = await insertRun(db, { projectId: id('Past the limit'), assigneeId: admin.id });
    await insertCases(db, { runId: past, assigneeId: leaver.id, many: 5 });

    const { gains } = await planDeletion(ctx, leaver.id, taker.id);
    expect(gains.map(({ project, profile, copied }) => [project, profile, copied])).toEqual([
      ['By case', 'Project Manager', true],
      ['By run', 'Project Manager', true],
      ['No membership', 'Tester', false],
    ]);
    await remove(ctx, leaver, taker);
    const held = await db('memberships').where({ user_id: taker.id }).select('project_id', 'profile_id');
    expect(new Map(held.map((row) => [row.project_id, row.profile_id]))).toEqual(
      new Map([
        [id('Member already'), readOnly],
        [id('By case'), manager],
        [id('By run'), manager],
        [id('No membership'), tester],
      ]),
    );
  });

  test('A35: a replacement is compulsory when there is open work', async () => {
    await insertRun(database.db, { assigneeId: leaver.id });
    await expect(remove(ctx, leaver, null)).rejects.toThrow('Leaver@x.example has open work. Choose who takes it over');
    expect(await userRow(leaver.id)).toBeDefined();
    expect(await assignments(database.db, 'test_runs')).toEqual({ [leaver.id]: 1 });
  });

  test('A35: a replacement must exist, be active, and be somebody else', async () => {
    const { db } = database;
    const disabled = await insertUser(db, { email: 'off@x.example', status: 'disabled' });
    const invited = await insertUser(db, { email: 'new@x.example', status: 'invited' });
    await expect(remove(ctx, leaver, disabled)).rejects.toThrow('off@x.example is disabled');
    await expect(remove(ctx, leaver, invited)).rejects.toThrow('new@x.example has not accepted the invitation yet');
    await expect(remove(ctx, leaver, leaver)).rejects.toThrow('Nobody can be their own replacement');
    await expect(planDeletion(ctx, leaver.id, 999_999)).rejects.toThrow('The replacement is not there any more');
    await insertRun(db, { assigneeId: leaver.id });
    const plan = await planDeletion(ctx, leaver.id, taker.id);
    await remove(ctx, taker, null);
    const input = { userId: leaver.id, replacementId: taker.id, digest: plan.digest, typed: '', idempotencyKey: 'k' };
    await expect(deleteUser(ctx, input)).rejects.toThrow('The replacement is not there any more');
    expect(await userRow(leaver.id)).toBeDefined();
  });

  test('A36: nobody deletes themselves, and the last active admin stays', async () => {
    await insertAdmin(database.db, { status: 'disabled' });
    await expect(planDeletion(ctx, admin.id, null)).rejects.toThrow('You cannot delete yourself');
    const job = testContext(database);
    await expect(planDeletion(job, admin.id, null)).rejects.toThrow('is the last active admin');
    await expect(planDeletion({ ...ctx, actor: actorFor(taker) }, leaver.id, null)).rejects.toThrow(
      'Only an active admin',
    );
  });

  test('A36: the address can be invited again as a new user that inherits nothing', async () => {
    const { db } = database;
    await insertMembership(db, { userId: leaver.id, projectId: (await insertProject(db)).id });
    await insertGroup(db, { members: [leaver.id] });
    const done = await insertRun(db, { assigneeId: leaver.id, percentDone: 100 });
    await remove(ctx, leaver, null);
    await inviteUsers(ctx, {
      recipients: [{ email: leaver.email, firstName: '', lastName: '' }],
      profileId: null,
      groupIds: [],
      projectIds: [],
      idempotencyKey: null,
    });
    const again = await db('users').where({ email: leaver.email }).first();
    expect(again).toMatchObject({ status: 'invited', first_name: '', is_admin: expect.anything() });
    expect(again.id).toBeGreaterThan(leaver.id);
    const sample = await db('projects').where({ is_sample: true }).first();
    expect(await db('memberships').where({ user_id: again.id }).pluck('project_id')).toEqual([sample.id]);
    expect(await db('group_members').where({ user_id: again.id })).toEqual([]);
    expect(await db('test_runs').where({ id: done }).first()).toMatchObject({ assignee_id: null });
  });

  test('what is shown is what happens: work that came meanwhile is shown first, and nothing is done', async () => {
    const { db } = database;
    const projectId = (await insertProject(db)).id;
    await insertRun(db, { projectId, assigneeId: leaver.id });
    const plan = await planDeletion(ctx, leaver.id, taker.id);
    await insertRun(db, { projectId, assigneeId: leaver.id });
    const input = { userId: leaver.id, replacementId: taker.id, typed: '', idempotencyKey: 'once' };
    const first = await deleteUser(ctx, { ...input, digest: plan.digest });
    expect(first).toMatchObject({ changed: { runs: 2 } });
    expect(await userRow(leaver.id)).toBeDefined();
    expect(await db('operations')).toEqual([]);
    if (!('changed' in first)) throw new Error('it was done');
    expect(await deleteUser(ctx, { ...input, digest: first.changed.digest })).toHaveProperty('deleted');
    await expect(deleteUser(ctx, { ...input, digest: first.changed.digest })).rejects.toMatchObject({
      kind: 'conflict',
    });
  });

  test('more than 50 things move only when the address was typed', async () => {
    const { db } = database;
    await insertRuns(db, (await insertProject(db)).id, leaver.id, 51);
    await expect(remove(ctx, leaver, taker, 'leaver@y.example')).rejects.toThrow('type Leaver@x.example exactly');
    expect(await assignments(db, 'test_runs')).toEqual({ [leaver.id]: 51 });
    expect(await remove(ctx, leaver, taker, ' leaver@X.example')).toHaveProperty('deleted');
  });

  test('5,000 runs and 100 of 20,000 cases move in as many statements as one run and one case', async () => {
    const { db } = database;
    const statements: string[] = [];
    const count = async (runs: number, cases: number) => {
      const user = await insertUser(db);
      const projectId = (await insertProject(db)).id;
      await insertMembership(db, { userId: user.id, projectId });
      await insertRuns(db, projectId, user.id, runs);
      await insertCases(db, { runId: await insertRun(db, { projectId }), assigneeId: user.id, many: cases });
      const plan = await planDeletion(ctx, user.id, taker.id);
      statements.length = 0;
      const began = performance.now();
      await deleteUser(ctx, {
        userId: user.id,
        replacementId: taker.id,
        digest: plan.digest,
        typed: user.email,
        idempotencyKey: `many:${user.id}`,
      });
      return { statements: statements.length, ms: performance.now() - began };
    };
    const onQuery = ({ sql }: { sql: string }): void => void statements.push(sql);
    db.on('query', onQuery);
    const small = await count(1, 1);
    const large = await count(5000, 20_000);
    db.removeListener('query', onQuery);
    expect(large.statements).toBe(small.statements);
    expect(large.statements).toBeLessThan(50);
    expect(await assignments(db, 'test_runs')).toMatchObject({ [taker.id]: 5001 });
    expect(await assignments(db, 'run_cases')).toEqual({ [taker.id]: 101, 0: 19_900 });
    expect(large.ms).toBeLessThan(10_000);
  }, 60_000);
});
