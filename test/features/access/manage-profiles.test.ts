import { insertMembership, insertProject, insertUser, profileId } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  const start = async () => {
    usher = await startUsher(database);
    return usher.as('ada');
  };
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const { ask } = { ask: '#general' };
  const profile = (name: string) => database.db('profiles').where({ name }).first();
  const audit = (action: string) => database.db('audit_events').where({ action });

  test('R42 an admin makes a profile with a title and a chosen set of permissions', async () => {
    const ada = await start();
    await ada.command(ask, '/usher profiles new  Lead   Tester ');
    await ada.modal('May look at');
    await ada.fill({ 'May look at': ['View test cases'], 'May change': ['Edit test cases', 'Log defects'] });
    await ada.submit();
    expect(textOf(await ada.modal('is there now'))).toContain('3 permissions');
    const made = await profile('Lead Tester');
    expect(JSON.parse(made.permissions)).toEqual(['view_test_cases', 'edit_test_cases', 'log_defects']);
    const [line] = await audit('profile.created');
    expect(line).toMatchObject({ subject_label: 'Lead Tester', actor_label: 'ada@example.com', before: null });
    expect(JSON.parse(line.after)).toMatchObject({ name: 'Lead Tester', readOnly: false });
    await ada.closeModal();
    expect(textOf(await ada.ask(ask, '/usher profiles'))).toContain('Lead Tester\n3 permissions · held by 0 people');
  });

  test('R34 the list tells how many people hold each profile, in a project or as their default', async () => {
    const ada = await start();
    const tester = await profileId(database.db, 'Tester');
    const project = await insertProject(database.db);
    const grace = await insertUser(database.db, { default_profile_id: tester });
    await insertMembership(database.db, { userId: grace.id, projectId: project.id });
    await insertUser(database.db, { default_profile_id: tester });
    const list = textOf(await ada.ask(ask, '/usher profiles'));
    expect(list).toContain('3 profiles');
    expect(list).toContain('Tester\n7 permissions · held by 2 people · site default');
    expect(list).toContain('Read Only\n4 permissions · held by 0 people · read-only licence');
  });

  test('a profile is renamed and its permissions change on save, with before and after in the audit trail', async () => {
    const ada = await start();
    const list = await ada.ask(ask, '/usher profiles');
    await ada.choose(list, { within: 'Project Manager' }, 'Edit…');
    await ada.modal('May change');
    await ada.fill({ Name: 'Manager', 'May change': ['Manage the project'] });
    expect(await profile('Manager')).toBeUndefined();
    await ada.submit();
    await ada.modal('is saved');
    expect(JSON.parse((await profile('Manager')).permissions)).toHaveLength(5);
    const [line] = await audit('profile.changed');
    expect(JSON.parse(line.before)).toMatchObject({ name: 'Project Manager' });
    expect(JSON.parse(line.after)).toMatchObject({ name: 'Manager', siteDefault: false });
  });

  test('a name is unique without case, and what was filled in comes back', async () => {
    const ada = await start();
    await ada.command(ask, '/usher profiles new TESTER');
    await ada.modal('May look at');
    await ada.fill({ 'May change': ['Log defects'] });
    await ada.submit();
    const again = await ada.modal('There is a profile named “TESTER” already');
    expect(JSON.stringify(again.view)).toContain('"initial_value":"TESTER"');
    expect(await database.db('profiles')).toHaveLength(3);
  });

  test('names of 300 characters are refused with their length, and odd names stay text', async () => {
    const ada = await start();
    await ada.command(ask, `/usher profiles new ${'x'.repeat(300)}`);
    await ada.modal('May look at');
    expect((await ada.submit()).errors.name).toBe('A profile’s name has up to 80 characters; this one has 300.');
    await ada.fill({ Name: ' \u200b ' });
    expect((await ada.submit()).errors.name).toBe('Give the profile a name.');
    await ada.fill({ Name: '<!channel> *bold* :tada: 👩‍🚀' });
    await ada.submit();
    await ada.modal('is there now');
    await ada.closeModal();
    const list = await ada.ask(ask, '/usher profiles <!channel>');
    expect(textOf(list)).toContain('<!channel> *bold* :tada: 👩‍🚀');
    expect(JSON.stringify(list.blocks)).not.toContain('mrkdwn');
    expect(JSON.stringify(list.blocks)).not.toContain('"emoji":true');
  });

  test('a profile is made the site default, and is the only one', async () => {
    const ada = await start();
    const list = await ada.ask(ask, '/usher profiles');
    await ada.choose(list, { within: 'Project Manager' }, 'Make it the site default');
    await ada.modal('is the site default');
    expect(await database.db('profiles').where({ is_default: true }).pluck('name')).toEqual(['Project Manager']);
    expect(await audit('profile.changed')).toHaveLength(1);
  });

  test('R43 the read-only profile gets a permission to write only after a warning that names its holders', async () => {
    const ada = await start();
    const readOnly = await profileId(database.db, 'Read Only');
    const project = await insertProject(database.db);
    const grace = await insertUser(database.db, { first_name: 'Grace', last_name: 'Hopper', email: 'grace@x.example' });
    await insertMembership(database.db, { userId: grace.id, projectId: project.id, profileId: readOnly });
    await ada.command(ask, '/usher profiles edit read only');
    await ada.modal('May change');
    await ada.fill({ 'May change': ['Edit test cases'] });
    await ada.submit();
    const warning = textOf(await ada.modal('Make it writable?'));
    expect(warning).toContain('Grace Hopper (grace@x.example)');
    expect(warning).toContain('Edit test cases');
    expect(JSON.parse((await profile('Read Only')).permissions)).toHaveLength(4);
    const linus = await insertUser(database.db, { first_name: 'Linus', last_name: 'T', default_profile_id: readOnly });
    await ada.submit();
    // Whoever came to hold it meanwhile is named before it is done.
    expect(textOf(await ada.modal('Linus T'))).toContain(linus.email);
    await ada.submit();
    await ada.modal('is saved');
    const after = await profile('Read Only');
    expect(JSON.parse(after.permissions)).toContain('edit_test_cases');
    expect(Boolean(after.is_read_only)).toBe(false);
  });

  test('R45 a read-only licence needs its profile: when it is missing it is said, and can be made again', async () => {
    const ada = await start();
    await ada.command(ask, '/usher profiles archive Read Only');
    await ada.modal('held by nobody');
    await ada.submit();
    await ada.modal('is archived');
    await ada.closeModal();
    const list = await ada.ask(ask, '/usher profiles');
    expect(textOf(list)).toContain('nobody can be given a read-only licence');
    await ada.command(ask, '/usher profiles new Read Only');
    await ada.modal('Read-only licence');
    await ada.fill({ 'May change': ['Log defects'] });
    expect((await ada.submit()).errors['do-0']).toContain('may only look');
    await ada.fill({ 'May change': [] });
    await ada.submit();
    expect(textOf(await ada.modal('is there now'))).toContain('read-only licence');
    const made = await database.db('profiles').where({ name_key: 'read only' }).first();
    expect(Boolean(made.is_read_only)).toBe(true);
    expect(JSON.parse(made.permissions).every((name: string) => name.startsWith('view_'))).toBe(true);
    await ada.closeModal();
    await ada.command(ask, '/usher profiles new Second');
    expect(textOf(await ada.modal('May look at'))).not.toContain('Read-only licence');
  });

  test('a profile that is held is archived only once its holders get another, chosen in the same form', async () => {
    const ada = await start();
    const [tester, manager] = [await profileId(database.db, 'Tester'), await profileId(database.db, 'Project Manager')];
    const project = await insertProject(database.db, { name: 'Apollo' });
    const hidden = await insertProject(database.db, { archived_at: new Date() });
    const grace = await insertUser(database.db, { email: 'grace@x.example', default_profile_id: tester });
    await insertMembership(database.db, { userId: grace.id, projectId: project.id });
    await insertMembership(database.db, { userId: grace.id, projectId: hidden.id });
    await ada.command(ask, '/usher profiles archive tester');
    const form = await ada.modal('is held by 1 person');
    expect(textOf(form)).toContain('It is the site default');
    const offered = await ada.suggestions(form, 'Gets its place', '');
    expect(offered.map(({ text }) => text.text)).toEqual(['Project Manager', 'Read Only']);
    expect((await ada.submit()).errors).not.toEqual({});
    await ada.fill({ 'Gets its place': 'Project Manager' });
    await ada.submit();
    await ada.modal('1 person has “Project Manager” instead');
    expect(await database.db('memberships').where({ user_id: grace.id }).pluck('profile_id')).toEqual([
      manager,
      manager,
    ]);
    expect(await database.db('users').where({ id: grace.id }).first()).toMatchObject({ default_profile_id: manager });
    expect(await database.db('profiles').where({ is_default: true }).pluck('name')).toEqual(['Project Manager']);
    const [line] = await audit('user.profile_replaced');
    expect(line).toMatchObject({ subject_label: 'grace@x.example' });
    expect(JSON.parse(line.before)).toMatchObject({ profile: 'Tester', defaultProfile: 'Tester' });
    await ada.closeModal();
    await ada.command(ask, '/usher profiles new tester');
    await ada.modal('May look at');
    await ada.submit();
    await ada.modal('is there now');
  });

  test('holders who came while the form was open are shown before a profile is archived', async () => {
    const ada = await start();
    await ada.command(ask, '/usher profiles archive Read Only');
    await ada.modal('is held by nobody');
    const readOnly = await profileId(database.db, 'Read Only');
    await insertUser(database.db, { default_profile_id: readOnly });
    await ada.submit();
    await ada.modal('is held by 1 person');
    await ada.fill({ 'Gets its place': 'Tester' });
    await ada.submit();
    await ada.modal('is archived');
  });

  test('a profile that is archived while somebody edits it is not brought back by their save', async () => {
    const ada = await start();
    await ada.command(ask, '/usher profiles edit Read Only');
    await ada.modal('May change');
    await database
      .db('profiles')
      .where({ name: 'Read Only' })
      .update({ archived_at: new Date(), name_key: 'gone', version: 2 });
    await ada.fill({ Name: 'Viewer' });
    await ada.submit();
    expect(textOf(await ada.modal('That did not work'))).toContain('Somebody archived this profile meanwhile');
    expect(await profile('Viewer')).toBeUndefined();
  });

  test('an edit made on stale data is shown beside what somebody else saved, and overwrites it only when saved again', async () => {
    const ada = await start();
    await ada.command(ask, '/usher profiles edit Tester');
    await ada.modal('May change');
    await ada.fill({ Name: 'Checker' });
    await database.db('profiles').where({ name: 'Tester' }).update({ name: 'Prüfer', name_key: 'prüfer', version: 2 });
    await ada.submit();
    const again = await ada.modal('Somebody saved this while your form was open: its name is “Prüfer”');
    expect(JSON.stringify(again.view)).toContain('Checker');
    expect(await profile('Checker')).toBeUndefined();
    await ada.submit();
    await ada.modal('is saved');
    expect(await profile('Checker')).toBeDefined();
  });

  test('R01 nobody but an admin sees or changes profiles, groups, projects or the licence', async () => {
    await start();
    const ben = usher.as('ben');
    for (const line of ['profiles', 'groups', 'projects'])
      expect(textOf(await ben.ask(ask, `/usher ${line}`))).toContain('Only an active admin');
    await ben.command(ask, '/usher profiles new Mine');
    await ben.modal('Only an active admin');
    expect(await profile('Mine')).toBeUndefined();
  });
});
