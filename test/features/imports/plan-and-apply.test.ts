import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene } from './import-scene';

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database);
  });
  afterEach(() => scene.files.remove());

  test('an unknown address is invited with names, profile, groups, projects and the sample project, and mailed once', async () => {
    const preview = await scene.previewOf([
      {
        'Login Email': 'Ada@Example.com',
        'First Name': 'Ada',
        'Last Name': 'Lovelace',
        'User Profile': 'Read Only',
        Groups: 'QA\nLeads',
        Projects: 'Apollo\n\n gemini ',
      },
    ]);
    expect(preview).toMatchObject({ state: 'preview', counts: { invite: 1, update: 0, unchanged: 0, fail: 0 } });
    expect(preview.seats).toEqual({ needed: 1, free: 999 });
    const progress = await scene.carryOut(preview);
    expect(progress).toMatchObject({ state: 'done', total: 1, outcomes: { invited: 1, pending: 0 } });
    expect(await scene.user('ada@example.com')).toMatchObject({
      email: 'Ada@Example.com',
      firstName: 'Ada',
      status: 'invited',
      defaultProfile: 'Read Only',
      groups: ['Leads', 'QA'],
      projects: ['Apollo (Read Only)', 'Gemini (Read Only)', 'Sample Project (Read Only)'],
    });
    expect(await database.db('outbox').pluck('template')).toEqual(['invitation']);
    expect(await database.db('audit_events').orderBy('id').pluck('action')).toEqual([
      'import.confirmed',
      'user.invited',
      'import.finished',
    ]);
  });
});
