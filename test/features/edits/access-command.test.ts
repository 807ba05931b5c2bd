import type { Knex } from 'knex';
import { insertAdmin, insertMembership, insertProject, profileId } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';
import type { Actor } from '../../support/workspace-driver';

/** So many open runs and open cases of somebody in a project, beside one of each that is finished. */
async function insertWork(db: Knex, work: { userId: number; projectId: number; runs: number; cases: number }) {
  const run = async (percent: number, assignee: number | null) => {
    const [id] = await db('test_runs').insert({
      project_id: work.projectId,
      name: 'Run',
      assignee_id: assignee,
      percent_done: percent,
      created_at: new Date(),
    });
    return Number(id);
  };
  for (let index = 0; index < work.runs; index += 1) await run(99.9, work.userId);
  const done = await run(100, work.userId);
  const other = await run(10, null);
  const passed = await db('result_statuses').where({ name: 'Passed' }).first('id');
  const blocked = await db('result_statuses').where({ name: 'Blocked' }).first('id');
  const runCase = (runId: number, position: number, statusId: number | null) => ({
    run_id: runId,
    position,
    title: 'Case',
    assignee_id: work.userId,
    status_id: statusId,
    updated_at: new Date(),
  });
  await db('run_cases').insert([
    ...Array.from({ length: work.cases }, (_, index) => runCase(other, index, index % 2 ? blocked.id : null)),
    runCase(done, 0, passed.id),
  ]);
}

forEachDatabase((database) => {
  let usher: RunningUsher;
  let ada: Actor;
  let benId = 0;
  const start = async () => {
    usher = await startUsher(database);
    ada = usher.as('ada');
    benId = (await database.db('users').where({ email_key: 'ben@example.com' }).first('id')).id;
  };
  const project = async (name: string, profile?: string) => {
    const made = await insertProject(database.db, { name });
    if (profile !== undefined) {
      const held = await profileId(database.db, profile);
      await insertMembership(database.db, { userId: benId, projectId: made.id, profileId: held });
    }
    return made;
  };
  const open = async (actor: Actor = ada) => {
    await actor.command('#general', '/users access ben@example.com');
    return actor.modal('Put on the list');
  };
  const save = async (wanted: string | RegExp, actor: Actor = ada) => {
    expect((await actor.submit()).errors).toEqual({});
    return textOf(await actor.modal(wanted));
  };
  const put = async (wanted: string | RegExp) => {
    await ada.click(await ada.modal(), 'Put on the list');
    return textOf(await ada.modal(wanted));
  };
  const access = async () =>
    Object.fromEntries(
      (
        await database
          .db('memberships')
          .join('projects', 'projects.id', 'memberships.project_id')
          .join('profiles', 'profiles.id', 'memberships.profile_id')
          .where('memberships.user_id', benId)
          .orderBy('projects.name')
          .select('projects.name as project', 'profiles.name as profile')
      ).map(({ project: name, profile }: { project: string; profile: string }) => [name, profile]),
    );
  beforeEach(start);
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });

  test('R38: an admin adds one user to more projects', async () => {
    await project('Apollo', 'Read Only');
    await project('Gemini');
    await project('Zeus');
    await open();
    await ada.fill({ Projects: ['Gemini', 'Zeus'] });
    const saved = await save('Saved the projects and profiles of Ben Okri.');
    expect(saved).toContain('Gemini: not in it → Tester');
    expect(await access()).toEqual({ Apollo: 'Read Only', Gemini: 'Tester', Zeus: 'Tester' });
    const line = await database.db('audit_events').where({ action: 'user.access_changed' }).first();
    expect(JSON.parse(line.before)).toEqual({ projects: [] });
    expect(JSON.parse(line.after)).toEqual({ projects: ['Gemini (Tester)', 'Zeus (Tester)'] });
  });

  test('R39: an admin removes one user from projects', async () => {
    await project('Apollo', 'Tester');
    await project('Gemini', 'Tester');
    await project('Zeus', 'Tester');
    await open();
    await ada.fill({ Projects: ['Apollo', 'Zeus'], 'In these projects they get': 'Remove from these projects' });
    await save('Saved the projects');
    expect(await access()).toEqual({ Gemini: 'Tester' });
  });

  test('R40: one profile is set for one user in several selected projects at once', async () => {
    for (const name of ['Apollo', 'Gemini', 'Zeus']) await project(name, 'Tester');
    await open();
    await ada.fill({ Projects: ['Apollo', 'Zeus'], 'In these projects they get': 'Project Manager' });
    const saved = await save('Saved the projects');
    expect(saved).toContain('Apollo: Tester → Project Manager');
    expect(await access()).toEqual({ Apollo: 'Project Manager', Gemini: 'Tester', Zeus: 'Project Manager' });
  });

  test('R41: what is put on the list takes effect only on Save', async () => {
    await project('Apollo', 'Tester');
    await project('Gemini');
    await project('Zeus', 'Tester');
    await open();
    await ada.fill({ Projects: ['Gemini'], 'In these projects they get': 'Read Only' });
    await put('added as Read Only');
    await ada.fill({ Projects: ['Apollo'], 'In these projects they get': 'Remove from these projects' });
    const list = await put('Tester → removed');
    expect(list).toContain('Not saved yet: 1 added, 1 removed, 0 with another profile.');
    expect(await access()).toEqual({ Apollo: 'Tester', Zeus: 'Tester' });
    await ada.closeModal({ all: true });
    expect(await access()).toEqual({ Apollo: 'Tester', Zeus: 'Tester' });
    await open();
    await ada.fill({ Projects: ['Gemini'], 'In these projects they get': 'Read Only' });
    await put('added as Read Only');
    await ada.fill({ Projects: ['Apollo'], 'In these projects they get': 'Remove from these projects' });
    await put('Tester → removed');
    await save('Saved the projects');
    expect(await access()).toEqual({ Gemini: 'Read Only', Zeus: 'Tester' });
  });

  test('before a removal is saved it tells how much open work becomes unassigned, by project', async () => {
    const apollo = await project('Apollo', 'Tester');
    const zeus = await project('Zeus', 'Tester');
    await insertWork(database.db, { userId: benId, projectId: apollo.id, runs: 2, cases: 3 });
    await insertWork(database.db, { userId: benId, projectId: zeus.id, runs: 1, cases: 0 });
    await open();
    await ada.fill({ Projects: ['Apollo', 'Zeus'], 'In these projects they get': 'Remove from these projects' });
    // Saved without having been told: it is told first.
    const told = await save('Open work becomes unassigned');
    expect(told).toContain('3 test runs below 100 % and 3 cases without a final result');
    expect(told).toContain('Apollo: 2 test runs below 100 % and 3 cases without a final result');
    expect(told).toContain('Zeus: 1 test run below 100 % and 0 cases');
    expect(await access()).toEqual({ Apollo: 'Tester', Zeus: 'Tester' });
    // More came in meanwhile: it is told anew.
    await insertWork(database.db, { userId: benId, projectId: zeus.id, runs: 1, cases: 0 });
    expect(await save('4 test runs below 100 %')).toContain('Zeus: 2 test runs');
    expect(await save('Saved the projects')).toContain('Unassigned now: 4 test runs');
    expect(await access()).toEqual({});
    // What is finished stays theirs.
    expect(
      await database
        .db('test_runs')
        .where({ assignee_id: benId })
        .pluck('percent_done')
        .then((rows) => rows.map(Number)),
    ).toEqual([100, 100, 100]);
    expect(await database.db('run_cases').where({ assignee_id: benId })).toHaveLength(3);
  });

  test('R44: a read-only licence is the Read Only profile in all chosen projects, once saved', async () => {
    for (const name of ['Apollo', 'Zeus']) await project(name, 'Project Manager');
    await project('Gemini');
    await open();
    await ada.fill({
      Projects: ['Gemini'],
      Also: ['All projects they are in'],
      'In these projects they get': 'Read-only licence',
    });
    await put('added as Read Only');
    expect(await access()).toEqual({ Apollo: 'Project Manager', Zeus: 'Project Manager' });
    await save('Saved the projects');
    expect(await access()).toEqual({ Apollo: 'Read Only', Gemini: 'Read Only', Zeus: 'Read Only' });
    expect(textOf(await ada.ask('#general', '/users'))).toContain('1 seat read-only');
  });

  test('R45: a read-only licence cannot be given before a Read Only profile exists', async () => {
    await project('Apollo', 'Tester');
    await database.db('profiles').where({ is_read_only: true }).update({ archived_at: new Date() });
    await open();
    await ada.fill({ Projects: ['Apollo'], 'In these projects they get': 'Read-only licence' });
    await save('this site has no Read Only profile yet. Make one with /usher profiles');
    expect(await access()).toEqual({ Apollo: 'Tester' });
  });

  test('A16: the default profile is for new projects; where somebody is already, theirs stays', async () => {
    await project('Apollo', 'Read Only');
    await project('Zeus');
    await open();
    await ada.fill({ Projects: ['Apollo', 'Zeus'] });
    await save('Saved the projects');
    expect(await access()).toEqual({ Apollo: 'Read Only', Zeus: 'Tester' });
  });

  test('two admins with the same form open: the second sees what changed and overwrites nothing', async () => {
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    const hedy = usher.as('hedy');
    await project('Apollo', 'Tester');
    await project('Zeus');
    await open();
    await open(hedy);
    await ada.fill({ Projects: ['Apollo'], 'In these projects they get': 'Read Only' });
    await save('Saved the projects');
    await hedy.fill({ Projects: ['Zeus'], 'In these projects they get': 'Project Manager' });
    const again = await save('Somebody changed this person’s projects while your form was open', hedy);
    expect(again).toContain('Apollo: Tester → Read Only');
    expect(again).toContain('added as Project Manager');
    expect(await access()).toEqual({ Apollo: 'Read Only' });
    await save('Saved the projects', hedy);
    expect(await access()).toEqual({ Apollo: 'Read Only', Zeus: 'Project Manager' });
  });

  test('a profile archived while the form is open gives nobody anything, and is named', async () => {
    await project('Apollo', 'Tester');
    await open();
    await ada.fill({ Projects: ['Apollo'], 'In these projects they get': 'Project Manager' });
    await put('Tester → Project Manager');
    await database.db('profiles').where({ name: 'Project Manager' }).update({ archived_at: new Date() });
    await save('The profile “Project Manager” was archived meanwhile.');
    expect(await access()).toEqual({ Apollo: 'Tester' });
  });

  test('a project archived while the form is open is taken off the list, and is named', async () => {
    const apollo = await project('Apollo', 'Tester');
    const zeus = await project('Zeus');
    await project('Gemini');
    await open();
    await ada.fill({ Projects: ['Zeus', 'Gemini'] });
    await put('added as Tester');
    await database.db('projects').whereIn('id', [apollo.id, zeus.id]).update({ archived_at: new Date() });
    const again = await save('The project “Zeus” was archived meanwhile');
    expect(again).toContain('Apollo: Tester → not in it');
    expect(await access()).toEqual({ Apollo: 'Tester' });
    await save('Saved the projects');
    expect(await access()).toEqual({ Apollo: 'Tester', Gemini: 'Tester' });
  });

  test('150 projects are paged, chosen all at once and saved in one go', async () => {
    const tester = await profileId(database.db, 'Tester');
    const rows = Array.from({ length: 150 }, (_, index) => {
      const name = `Project ${String(index).padStart(3, '0')} ${'with a long name '.repeat(6)}`.trim();
      return { name, name_key: name.toLowerCase(), created_at: new Date(), updated_at: new Date() };
    });
    await database.db('projects').insert(rows);
    const ids: number[] = await database.db('projects').where('name', 'like', 'Project 1%').pluck('id');
    await database.db('memberships').insert(
      (await database.db('projects').where('name', 'like', 'Project %').pluck('id')).map((id: number) => ({
        user_id: benId,
        project_id: id,
        profile_id: tester,
        created_at: new Date(),
      })),
    );
    const first = await open();
    expect(textOf(first)).toContain('is in 150 projects. Page 1 of 6.');
    await ada.fill({ 'In these projects they get': 'Read-only licence', Also: ['All projects they are in'] });
    await ada.click(await ada.modal(), 'Next →');
    expect(textOf(await ada.modal('Page 2 of 6'))).toContain('Project 025');
    await put('Not saved yet: 0 added, 0 removed, 150 with another profile.');
    await save('Saved the projects');
    expect(new Set(Object.values(await access()))).toEqual(new Set(['Read Only']));
    expect(ids.length).toBe(50);
  });

  test('names such as <!channel> stay text', async () => {
    await project('<!channel> *Apollo* & co', 'Tester');
    const form = await open();
    expect(textOf(form)).toContain('<!channel> *Apollo* & co  Tester');
    expect(JSON.stringify(form.view)).not.toContain('mrkdwn');
    await ada.fill({ Also: ['All projects they are in'], 'In these projects they get': 'Read Only' });
    await save('<!channel> *Apollo* & co: Tester → Read Only');
  });

  test('undo on the result gives the projects and profiles back as they were', async () => {
    await project('Apollo', 'Tester');
    await project('Zeus', 'Read Only');
    await project('Gemini');
    await open();
    await ada.fill({ Projects: ['Apollo', 'Gemini'], 'In these projects they get': 'Project Manager' });
    await put('added as Project Manager');
    await ada.fill({ Projects: ['Zeus'], 'In these projects they get': 'Remove from these projects' });
    await save('Saved the projects');
    expect(await access()).toEqual({ Apollo: 'Project Manager', Gemini: 'Project Manager' });
    await ada.click(await ada.modal(), 'Undo');
    for (let tries = 0; tries < 50 && Object.keys(await access()).includes('Gemini'); tries += 1) {
      await new Promise((done) => setTimeout(done, 50));
    }
    expect(await access()).toEqual({ Apollo: 'Tester', Zeus: 'Read Only' });
  });

  test('nothing chosen changes nothing', async () => {
    await project('Apollo', 'Tester');
    await open();
    await save('Nothing was on the list');
    expect(await access()).toEqual({ Apollo: 'Tester' });
    expect(await database.db('audit_events').where({ subject_id: benId })).toHaveLength(0);
  });
});
