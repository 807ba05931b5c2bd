import { join } from 'node:path';
import { writeUsersWorkbook } from '../../../src/features/exports/exports.service';
import { actorFor, insertGroup, insertMembership, insertUser, profileId } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';
import { importScene } from '../imports/import-scene';
import { cellsOf } from './exported-cells';

forEachDatabase((database) => {
  test('R50, R51: what is exported and imported again as it is changes nothing', async () => {
    const scene = await importScene(database);
    const { apollo, gemini } = scene.projects;
    const readOnly = await profileId(database.db, 'Read Only');
    const people = [
      await insertUser(database.db, {
        email: 'ada@x.example',
        first_name: '=HYPERLINK("x")',
        sso_username: 'ada.sso',
        default_profile_id: readOnly,
        last_login_at: new Date('2026-10-02T07:30:00Z'),
      }),
      await insertUser(database.db, { email: 'bea@x.example', status: 'invited', default_profile_id: readOnly }),
      await insertUser(database.db, { email: 'cleo@x.example', status: 'disabled', first_name: '', last_name: '' }),
      await insertUser(database.db, { email: 'dora@x.example', auth_system: 'ldap', ldap_username: 'dora' }),
    ];
    const [ada] = people;
    if (ada === undefined) throw new Error('nobody');
    await insertMembership(database.db, { userId: ada.id, projectId: apollo.id });
    await insertMembership(database.db, { userId: ada.id, projectId: gemini.id, profileId: readOnly });
    await insertGroup(database.db, { name: 'Night shift', members: [ada.id] });
    const path = join(await scene.files.write(Buffer.from('')), '..', 'people.xlsx');
    await writeUsersWorkbook(scene.ctx, [scene.admin.id, ...people.map(({ id }) => id), 999_999], path);

    const [headers, , first] = await cellsOf(path);
    expect(headers).toEqual([
      'User ID',
      'Login Email',
      'First Name',
      'Last Name',
      'Status',
      'Auth System',
      'SSO Username',
      'LDAP Username',
      'User Profile',
      'Groups',
      'Projects',
      'Admin',
      'Last Login',
    ]);
    expect(first?.slice(8)).toEqual(['Tester\nRead Only', 'Night shift', 'Apollo\nGemini', 'No', '2026-10-02 07:30']);
    const preview = await scene.plan(path);
    expect(preview.counts).toEqual({ invite: 0, update: 0, unchanged: 5, fail: 0 });
  });

  test('R57, R59: people who are in the same have the same cells, and times and default profiles of their own', async () => {
    const scene = await importScene(database);
    const { apollo, gemini } = scene.projects;
    const readOnly = await profileId(database.db, 'Read Only');
    const at = (time: string) => new Date(`2026-10-02T${time}Z`);
    const given = [
      { email: 'a@x.example', last_login_at: at('07:30:00') },
      { email: 'b@x.example', last_login_at: at('07:30:59'), default_profile_id: readOnly },
      { email: 'c@x.example', last_login_at: at('07:31:00'), default_profile_id: readOnly },
      { email: 'd@x.example' },
    ];
    const users = [];
    for (const one of given) users.push(await insertUser(database.db, one));
    const ids = users.map(({ id }) => id);
    for (const userId of ids.slice(0, 2)) {
      await insertMembership(database.db, { userId, projectId: gemini.id, profileId: readOnly });
      await insertMembership(database.db, { userId, projectId: apollo.id });
    }
    await insertGroup(database.db, { name: 'Night shift', members: ids.slice(0, 2) });
    const path = join(await scene.files.write(Buffer.from('')), '..', 'people.xlsx');
    await writeUsersWorkbook(scene.ctx, ids, path);
    const [, ...rows] = await cellsOf(path);
    const both = ['Tester\nRead Only', 'Night shift', 'Apollo\nGemini', 'No'];
    expect(rows.map((row) => Array.from(row.slice(8), (cell) => cell ?? ''))).toEqual([
      [...both, '2026-10-02 07:30'],
      [...both, '2026-10-02 07:30'],
      ['Read Only', '', '', 'No', '2026-10-02 07:31'],
      ['', '', '', 'No'],
    ]);
  });

  test('only an active admin exports people', async () => {
    const user = await insertUser(database.db);
    const ctx = testContext(database, { actor: actorFor(user) });
    await expect(writeUsersWorkbook(ctx, [user.id], '/nowhere/people.xlsx')).rejects.toMatchObject({
      kind: 'not_admin',
    });
  });

  describe('through the workspace', () => {
    let usher: RunningUsher;
    afterEach(async () => {
      usher.driver.expectPrompt();
      await usher.stop();
    });

    test('R50: Export Users sends an Excel file of exactly the selected users to the admin’s direct conversation', async () => {
      usher = await startUsher(database);
      const ada = usher.as('ada');
      await insertUser(database.db, { email: 'zoe@x.example' });
      await ada.command('#general', '/users batch');
      await ada.modal('What to do');
      await ada.fill({ action: 'Export users', 'Or paste addresses': 'zoe@x.example ben@example.com' });
      await ada.submit();
      expect(textOf(await ada.modal('Export 2 people?'))).toContain('A workbook with 2 rows');
      await ada.submit();
      await ada.modal('The workbook lies in our direct conversation.');
      const shared = await ada.waitForMessage(({ files }) => files.length > 0);
      const [file] = shared.files;
      if (file === undefined) throw new Error('no file');
      expect(file.name).toBe('People.xlsx');
      const [, ...rows] = await cellsOf(ada.download(file));
      expect(rows.map(([, email]) => email)).toEqual(['zoe@x.example', 'ben@example.com']);
      expect(await database.db('audit_events').where({ action: 'users.exported' })).toHaveLength(1);
    });
  });
});
