import { type ProjectPermission, projectPermissions } from '../../../src/features/access/permissions';
import { may, permissionsOf } from '../../../src/features/access/permissions.service';
import type { Context } from '../../../src/platform/context';
import {
  insertAdmin,
  insertGroup,
  insertMembership,
  insertProject,
  insertUser,
  profileId,
} from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

const all = Object.keys(projectPermissions) as ProjectPermission[];

forEachDatabase((database) => {
  const context = (): Context => testContext(database);

  test('R02: an admin may do anything in any project without being a member of it', async () => {
    const admin = await insertAdmin(database.db);
    const project = await insertProject(database.db);
    for (const permission of all) expect(await may(context(), admin.id, permission, project.id)).toBe(true);
  });

  test('R03: an admin may do every administrative activity; groups make nobody an admin', async () => {
    const admin = await insertAdmin(database.db);
    const user = await insertUser(database.db);
    const group = await insertGroup(database.db, { members: [user.id] });
    await database.db('user_groups').where({ id: group.id }).update({ permissions: '["view_users","is_admin"]' });
    expect(await may(context(), admin.id, 'create_projects')).toBe(true);
    expect((await permissionsOf(context(), user.id)).isAdmin).toBe(false);
    expect(await may(context(), user.id, 'create_projects')).toBe(false);
  });

  test('R36: a group gives its members its site permissions, and those of several groups add up', async () => {
    const member = await insertUser(database.db);
    const other = await insertUser(database.db);
    for (const permissions of ['["view_users"]', '["export_users"]']) {
      const group = await insertGroup(database.db, { members: [member.id] });
      await database.db('user_groups').where({ id: group.id }).update({ permissions });
    }
    expect([...(await permissionsOf(context(), member.id)).site].sort()).toEqual(['export_users', 'view_users']);
    expect(await may(context(), other.id, 'view_users')).toBe(false);
  });

  test('a profile counts in its own project only, with the permissions it has now', async () => {
    const user = await insertUser(database.db);
    const here = await insertProject(database.db);
    const elsewhere = await insertProject(database.db);
    await insertMembership(database.db, { userId: user.id, projectId: here.id });
    expect(await may(context(), user.id, 'run_tests', here.id)).toBe(true);
    expect(await may(context(), user.id, 'manage_project', here.id)).toBe(false);
    expect(await may(context(), user.id, 'run_tests', elsewhere.id)).toBe(false);
    expect((await permissionsOf(context(), user.id)).projects.get(here.id)?.profileName).toBe('Tester');
  });

  test('R46: a Read Only holder may view in the project and change nothing there', async () => {
    const user = await insertUser(database.db);
    const project = await insertProject(database.db);
    const readOnly = await profileId(database.db, 'Read Only');
    await insertMembership(database.db, { userId: user.id, projectId: project.id, profileId: readOnly });
    const held = await Promise.all(
      all.map(async (permission) => [permission, await may(context(), user.id, permission, project.id)]),
    );
    expect(held).toEqual(all.map((permission) => [permission, permission.startsWith('view_')]));
    await database
      .db('profiles')
      .where({ id: readOnly })
      .update({ permissions: JSON.stringify(all) });
    expect(await may(context(), user.id, 'run_tests', project.id)).toBe(false);
    expect(await may(context(), user.id, 'view_reports', project.id)).toBe(true);
  });

  test.each(['invited', 'disabled'] as const)('somebody %s may do nothing, admin or not', async (status) => {
    const user = await insertUser(database.db, { status, is_admin: true });
    const group = await insertGroup(database.db, { members: [user.id] });
    await database.db('user_groups').where({ id: group.id }).update({ permissions: '["view_users"]' });
    const project = await insertProject(database.db);
    await insertMembership(database.db, { userId: user.id, projectId: project.id });
    expect(await may(context(), user.id, 'view_users')).toBe(false);
    expect(await may(context(), user.id, 'view_test_runs', project.id)).toBe(false);
    expect(await may(context(), 987_654, 'view_users')).toBe(false);
  });

  test('what was archived gives nothing, and words that no list knows mean nothing', async () => {
    const user = await insertUser(database.db);
    const gone = await insertProject(database.db, { archived_at: new Date() });
    const kept = await insertProject(database.db);
    await insertMembership(database.db, { userId: user.id, projectId: gone.id });
    await insertMembership(database.db, { userId: user.id, projectId: kept.id });
    expect(await may(context(), user.id, 'run_tests', gone.id)).toBe(false);
    await database
      .db('profiles')
      .where({ id: await profileId(database.db, 'Tester') })
      .update({ permissions: '["constructor","run_tests"]' });
    expect([...((await permissionsOf(context(), user.id)).projects.get(kept.id)?.permissions ?? [])]).toEqual([
      'run_tests',
    ]);
    await database.db('profiles').update({ archived_at: new Date() });
    expect(await may(context(), user.id, 'run_tests', kept.id)).toBe(false);
  });

  test('a check costs the same few queries however many projects and groups there are', async () => {
    const user = await insertUser(database.db);
    const count = async (work: () => Promise<unknown>) => {
      let queries = 0;
      const counting = () => {
        queries += 1;
      };
      database.db.on('query', counting);
      await work();
      database.db.removeListener('query', counting);
      return queries;
    };
    const few = await count(() => may(context(), user.id, 'view_users'));
    for (let index = 0; index < 30; index += 1) {
      const project = await insertProject(database.db);
      await insertMembership(database.db, { userId: user.id, projectId: project.id });
    }
    expect(await count(() => may(context(), user.id, 'view_users'))).toBe(few);
    expect(few).toBeLessThanOrEqual(3);
  });
});
