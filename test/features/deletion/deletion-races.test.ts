import { deleteUser } from '../../../src/features/deletion/deletion.service';
import { planDeletion } from '../../../src/features/deletion/plan-deletion.service';
import { actorFor, type BuiltUser, insertAdmin, insertProject, insertUser, setSeats } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { assignments, insertCases, insertRun } from '../../support/work-builders';

const patient = { connections: 6, acquireTimeout: 30_000 };

forEachDatabase((database) => {
  beforeEach(async () => {
    await setSeats(database.db, 500);
    await database.db('test_runs').del();
  });

  /** Two replicas; SQLite has one writer, where several connections would only wait for one another. */
  const replicas = () => {
    const of = () => (database.dialect === 'MariaDB' ? database.connect(patient) : database.db);
    const [one, two] = [of(), of()];
    return (actor: BuiltUser, which: number) =>
      testContext(database, { actor: actorFor(actor), db: which % 2 === 0 ? one : two });
  };
  type As = ReturnType<typeof replicas>;

  /** Counts now, and deletes when told to. */
  const prepared = async (as: As, actor: BuiltUser, which: number, user: BuiltUser, replacement: BuiltUser) => {
    const ctx = as(actor, which);
    const { digest } = await planDeletion(ctx, user.id, replacement.id);
    return async () =>
      deleteUser(ctx, {
        userId: user.id,
        replacementId: replacement.id,
        digest,
        typed: user.email,
        idempotencyKey: `race:${user.id}`,
      });
  };

  const pairs = async (many: number, isAdmin: boolean) => {
    const { db } = database;
    const projectId = (await insertProject(db)).id;
    const people: [BuiltUser, BuiltUser][] = [];
    for (let index = 0; index < many; index += 1) {
      const pair: [BuiltUser, BuiltUser] = [
        await insertUser(db, { is_admin: isAdmin }),
        await insertUser(db, { is_admin: isAdmin }),
      ];
      for (const { id } of pair) {
        const runId = await insertRun(db, { projectId, assigneeId: id });
        await insertCases(db, { runId, assigneeId: id, many: 2 });
      }
      people.push(pair);
    }
    return people;
  };

  const expectNothingLost = async (people: readonly [BuiltUser, BuiltUser][]) => {
    const { db } = database;
    const left = new Set<number>(await db('users').pluck('id'));
    const survivors = people.flatMap((pair) => pair.filter(({ id }) => left.has(id)));
    expect(survivors).toHaveLength(people.length);
    const runs = Object.fromEntries(survivors.map(({ id }) => [String(id), 2]));
    const cases = Object.fromEntries(survivors.map(({ id }) => [String(id), 4]));
    expect(await assignments(db, 'test_runs')).toEqual(runs);
    expect(await assignments(db, 'run_cases')).toEqual(cases);
  };

  test('2 × 50 racing deletions with replacements of each other lose no work and leave none to a deleted user', async () => {
    const admins = [await insertAdmin(database.db), await insertAdmin(database.db)] as const;
    const people = await pairs(50, false);
    const as = replicas();
    const work: (() => Promise<unknown>)[] = [];
    for (const [a, b] of people) {
      work.push(await prepared(as, admins[0], 0, a, b), await prepared(as, admins[1], 1, b, a));
    }
    const results = await Promise.allSettled(work.map((start) => start()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { kind?: string }).kind ?? String(result.reason)] : [],
    );
    expect(new Set(reasons)).toEqual(new Set(['invalid_input']));
    await expectNothingLost(people);
  }, 60_000);

  test('two admins who delete each other at the same moment: one stays, with the work of both', async () => {
    const people = await pairs(20, true);
    const as = replicas();
    for (const [a, b] of people) {
      const both = [await prepared(as, a, 0, b, a), await prepared(as, b, 1, a, b)];
      const results = await Promise.allSettled(both.map((start) => start()));
      expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    }
    await expectNothingLost(people);
  }, 60_000);

  test('admins who all delete one another at once never leave the site without one', async () => {
    const { db } = database;
    const people: BuiltUser[] = [];
    for (let index = 0; index < 10; index += 1) people.push(await insertAdmin(db));
    const as = replicas();
    const work: (() => Promise<unknown>)[] = [];
    for (const [index, actor] of people.entries()) {
      const next = people[(index + 1) % people.length] ?? actor;
      work.push(await prepared(as, actor, index, next, actor));
    }
    await Promise.allSettled(work.map((start) => start()));
    expect((await db('users').where({ is_admin: true, status: 'active' })).length).toBeGreaterThan(0);
  }, 60_000);

  test('work that is finished or handed over while somebody is deleted is never lost', async () => {
    const { db } = database;
    const admin = await insertAdmin(db);
    const [leaver, taker] = [await insertUser(db), await insertUser(db)];
    const runId = await insertRun(db, { assigneeId: leaver.id });
    await insertCases(db, { runId, assigneeId: leaver.id, many: 50 });
    const as = replicas();
    const remove = await prepared(as, admin, 0, leaver, taker);
    const passed = await db('result_statuses').where({ name: 'Passed' }).first();
    const platform = database.dialect === 'MariaDB' ? database.connect(patient) : db;
    const finishing = Array.from({ length: 10 }, (_, position) =>
      platform('run_cases')
        .where({ run_id: runId, position: position + 1 })
        .update({ status_id: passed.id })
        .then(() => undefined),
    );
    const [result] = await Promise.all([remove(), ...finishing]);
    const owned = await assignments(db, 'run_cases');
    if (result && 'changed' in result) expect(owned).toEqual({ [leaver.id]: 50 });
    else expect((owned[taker.id] ?? 0) + (owned[0] ?? 0)).toBe(50);
  }, 60_000);
});
