import { migrationState } from '../../src/platform/db/migrate';
import { insertAdmin, insertMembership, insertProject } from './builders';
import { testContext } from './context';
import { forEachDatabase } from './databases';

forEachDatabase((database) => {
  const names = () => database.db('projects').orderBy('id').pluck('name');

  test('a test sees the rows that migrations add', async () => {
    expect(await names()).toEqual(['Sample Project']);
    expect(await database.db('profiles').pluck('name')).toHaveLength(3);
  });

  test('nothing is left to migrate', async () => {
    expect(await migrationState(database.db)).toEqual({ pending: [], unknown: [] });
  });

  test('what a test writes, with rows that hang on it…', async () => {
    const user = await insertAdmin(database.db);
    const project = await insertProject(database.db);
    await insertMembership(database.db, { userId: user.id, projectId: project.id });
    await database.db('projects').where({ is_sample: true }).del();
    expect(await names()).toEqual([project.name]);
  });

  test('…is gone in the next one, and what it deleted is back', async () => {
    expect(await names()).toEqual(['Sample Project']);
    expect(await database.db('users').pluck('id')).toEqual([]);
    expect(await database.db('run_cases').pluck('id')).toHaveLength(4);
  });

  test('another connection sees the same database, with foreign keys enforced on both', async () => {
    const other = database.connect();
    const user = await insertAdmin(other);
    expect(await database.db('users').pluck('id')).toEqual([user.id]);
    for (const db of [database.db, other]) {
      await expect(insertMembership(db, { userId: user.id, projectId: 999_999, profileId: 1 })).rejects.toThrow(
        /foreign key/i,
      );
    }
  });

  test('a context keeps what was logged, and its clock moves only when told', () => {
    const ctx = testContext(database);
    ctx.log.info({ count: 3 }, 'counted');
    expect(ctx.logLines).toMatchObject([{ level: 30, msg: 'counted', count: 3 }]);
    const before = ctx.clock.now();
    ctx.clock.advance(1500);
    expect(ctx.clock.now().getTime() - before.getTime()).toBe(1500);
    expect(ctx.config.appSecret).not.toBe('');
  });
});
