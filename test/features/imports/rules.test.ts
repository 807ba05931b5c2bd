import { confirmImport } from '../../../src/features/imports/confirm-import.service';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { actorFor, insertAdmin, insertMembership, insertUser, profileId } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene, type SheetPerson } from './import-scene';

const email = 'ada@example.com';

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database);
  });
  afterEach(() => scene.files.remove());

  const row = (cells: SheetPerson): SheetPerson => ({ 'Login Email': email, ...cells });
  const problemsOf = (cells: SheetPerson) => scene.problemsOf([row(cells)]);
  const afterRow = async (cells: SheetPerson) => {
    const progress = await scene.importPeople([row(cells)]);
    expect(progress.outcomes.failed).toBe(0);
    return scene.user(email);
  };
  const templates = () => database.db('outbox').orderBy('id').pluck('template');
  const bothSystemsOn = async () => {
    await storeSetting(scene.ctx, 'auth.ldap', true);
    await storeSetting(scene.ctx, 'auth.sso', true);
  };

  test('an unknown address is invited with names, profile, groups, projects and the sample project, and mailed once', async () => {
    const preview = await scene.previewOf([
      {
        'Login Email': 'Ada@Example.com',
        'First Name': 'Ada',
        'User Profile': 'Read Only',
        Groups: 'QA\nLeads',
        Projects: 'Apollo\n\n gemini ',
      },
    ]);
    expect(preview).toMatchObject({ state: 'preview', counts: { invite: 1, update: 0, unchanged: 0, fail: 0 } });
    expect(preview.seats).toEqual({ needed: 1, free: 999 });
    const progress = await scene.carryOut(preview);
    expect(progress).toMatchObject({ state: 'done', total: 1, outcomes: { invited: 1, pending: 0 } });
    expect(await scene.user(email)).toMatchObject({
      email: 'Ada@Example.com',
      firstName: 'Ada',
      status: 'invited',
      defaultProfile: 'Read Only',
      groups: ['Leads', 'QA'],
      projects: ['Apollo (Read Only)', 'Gemini (Read Only)', 'Sample Project (Read Only)'],
    });
    expect(await templates()).toEqual(['invitation']);
    expect(await database.db('audit_events').orderBy('id').pluck('action')).toEqual([
      'import.confirmed',
      'user.invited',
      'import.finished',
    ]);
  });

  describe('cells', () => {
    test('blank cells leave a user as they are: the row is unchanged', async () => {
      await insertUser(database.db, { email, first_name: 'Ada' });
      const preview = await scene.previewOf([
        row({ 'First Name': ' ', Status: '', Admin: '', Projects: '', Groups: '\n' }),
      ]);
      expect(preview.counts).toEqual({ invite: 0, update: 0, unchanged: 1, fail: 0 });
    });

    test('<clear> in any case empties names, usernames, groups, projects and the default profile', async () => {
      const user = await insertUser(database.db, {
        email,
        sso_username: 'ada',
        ldap_username: 'ada',
        default_profile_id: await profileId(database.db, 'Read Only'),
      });
      await database.db('group_members').insert({ group_id: scene.groups.qa.id, user_id: user.id });
      await insertMembership(database.db, { userId: user.id, projectId: scene.projects.apollo.id });
      const clear = '<CLEAR>';
      expect(
        await afterRow({
          'First Name': clear,
          'Last Name': clear,
          'SSO Username': clear,
          'LDAP Username': clear,
          'User Profile': clear,
          Groups: clear,
          Projects: '<clear>',
        }),
      ).toMatchObject({
        firstName: '',
        lastName: '',
        ssoUsername: null,
        ldapUsername: null,
        defaultProfile: null,
        groups: [],
        projects: [],
      });
    });

    test('<clear> elsewhere is an error, also beside other lines', async () => {
      expect(
        await problemsOf({
          Status: '<clear>',
          'Auth System': '<clear>',
          Admin: '<clear>',
          Projects: 'Apollo\n<clear>',
        }),
      ).toEqual([
        'Status: Status cannot be emptied. Leave the cell blank to leave it as it is.',
        'Auth System: Auth System cannot be emptied. Leave the cell blank to leave it as it is.',
        'Admin: Admin cannot be emptied. Leave the cell blank to leave it as it is.',
        'Projects: <clear> must stand alone in its cell. Delete it, or the other lines.',
      ]);
    });

    test('a bad row fails alone with everything that is wrong with it, and what was likely meant', async () => {
      const preview = await scene.previewOf([
        row({
          Projects: 'Apolo\nGemini',
          Groups: 'QAA',
          'User Profile': 'Testr',
          Status: 'Actve',
          Admin: 'perhaps',
          'Auth System': 'saml',
        }),
        { 'Login Email': 'bob@example.com' },
        { 'First Name': 'Nobody' },
        { 'Login Email': 'not an address' },
      ]);
      expect(preview.counts).toEqual({ invite: 1, update: 0, unchanged: 0, fail: 3 });
      expect(preview.failures.map(({ row: number, email: shown }) => [number, shown])).toEqual([
        [2, email],
        [4, ''],
        [5, 'not an address'],
      ]);
      const [first, second, third] = preview.failures;
      expect(first?.problems).toEqual([
        {
          field: 'Status',
          sentence: 'Status “Actve” is not known; did you mean “Active”? Write Invited, Active or Disabled.',
        },
        { field: 'Auth System', sentence: 'Auth System “saml” is not known. Write Internal, LDAP or SSO.' },
        { field: 'Admin', sentence: 'Admin is Yes or No, not “perhaps”.' },
        { field: 'Groups', sentence: 'Group “QAA” does not exist; did you mean “QA”?' },
        { field: 'Projects', sentence: 'Project “Apolo” does not exist; did you mean “Apollo”?' },
        { field: 'User Profile', sentence: 'Profile “Testr” does not exist; did you mean “Tester”?' },
      ]);
      expect(second?.problems[0]?.sentence).toMatch(/^Login Email is missing/);
      expect(third?.problems[0]?.sentence).toMatch(/is not an e-mail address/);
    });

    test('the same address twice fails both rows, each naming the other', async () => {
      const preview = await scene.previewOf([
        row({}),
        { 'Login Email': 'bob@example.com' },
        { 'Login Email': 'ADA@example.com' },
      ]);
      expect(preview.counts).toMatchObject({ invite: 1, fail: 2 });
      expect(preview.failures.map(({ problems }) => problems[0]?.sentence)).toEqual([
        'Row 4 has the same address. Leave one row for each person.',
        'Row 2 has the same address. Leave one row for each person.',
      ]);
    });

    test('a User ID that disagrees fails; one that agrees is fine', async () => {
      const ada = await insertUser(database.db, { email });
      const bob = await insertUser(database.db, { email: 'bob@example.com' });
      expect(await problemsOf({ 'User ID': bob.id })).toEqual([
        `User ID: User ID ${bob.id} belongs to bob@example.com; ada@example.com has ${ada.id}. Correct one of the two, or empty User ID.`,
      ]);
      expect(await scene.problemsOf([{ 'Login Email': 'new@example.com', 'User ID': String(ada.id) }])).toEqual([
        `User ID: User ID ${ada.id} belongs to ada@example.com. An import cannot change a Login Email: correct it, or empty User ID to invite a new person.`,
      ]);
      expect((await scene.previewOf([row({ 'User ID': ada.id })])).counts.unchanged).toBe(1);
    });

    test.each([
      ['yes', true],
      ['x', true],
      ['TRUE', true],
      ['1', true],
      ['No', false],
      ['0', false],
    ])('Admin %s is %s', async (word, expected) => {
      await insertUser(database.db, { email, is_admin: !expected });
      expect(await afterRow({ Admin: word })).toMatchObject({ isAdmin: expected });
    });

    test('an Admin cell that is a Boolean counts, and the preview tells how many become admins', async () => {
      await insertUser(database.db, { email });
      const preview = await scene.previewOf([row({ Admin: true }), { 'Login Email': 'new@example.com', Admin: 1 }]);
      expect(preview.adminsGranted).toBe(2);
    });
  });

  describe('status', () => {
    test.each(['Active', 'Disabled', 'Inactive'])('new people cannot start as %s', async (word) => {
      expect(await problemsOf({ Status: word })).toEqual(['Status: New people start as Invited: leave Status empty.']);
    });

    test('new people may be called New', async () => {
      expect(await afterRow({ Status: 'New' })).toMatchObject({ status: 'invited' });
    });

    test('an invited internal user does not become active by hand, and an active one is never invited again', async () => {
      await insertUser(database.db, { email, status: 'invited' });
      expect(await problemsOf({ Status: 'Active' })).toEqual([expect.stringMatching(/by following the link/)]);
      await insertUser(database.db, { email: 'bob@example.com' });
      expect(await scene.problemsOf([{ 'Login Email': 'bob@example.com', Status: 'Invited' }])).toEqual([
        expect.stringMatching(/^Status: Somebody who is Active cannot become Invited again/),
      ]);
    });

    test('a disabled user with a credential is active again; one without is invited again, with a link and a mail', async () => {
      await insertUser(database.db, { email, status: 'disabled', password_hash: 'x' });
      await insertUser(database.db, { email: 'bob@example.com', status: 'disabled' });
      const preview = await scene.previewOf([
        row({ Status: 'Active' }),
        { 'Login Email': 'bob@example.com', Status: 'Active' },
      ]);
      expect(preview.seats.needed).toBe(2);
      expect(preview.differences.map((difference) => difference.new)).toEqual(['Active', 'Invited']);
      await scene.carryOut(preview);
      expect(await scene.user(email)).toMatchObject({ status: 'active' });
      expect(await scene.user('bob@example.com')).toMatchObject({ status: 'invited' });
      expect(await database.db('outbox').pluck('recipient')).toEqual(['bob@example.com']);
    });

    test('a disabled user is invited again only if they never had a credential', async () => {
      await insertUser(database.db, { email, status: 'disabled', password_hash: 'x' });
      await insertUser(database.db, { email: 'bob@example.com', status: 'disabled' });
      expect(await problemsOf({ Status: 'Invited' })).toEqual([expect.stringMatching(/Write Active/)]);
      await scene.importPeople([{ 'Login Email': 'bob@example.com', Status: 'Invited' }]);
      expect(await scene.user('bob@example.com')).toMatchObject({ status: 'invited' });
      expect(await templates()).toEqual(['invitation']);
    });

    test('disabling ends sessions and invitations; nobody disables themselves', async () => {
      const user = await insertUser(database.db, { email });
      await database.db('sessions').insert({
        user_id: user.id,
        kind: 'web',
        client_id: 'c',
        started_at: new Date(),
        last_seen_at: new Date(),
      });
      const preview = await scene.previewOf([row({ Status: 'Deactivated' })]);
      expect(preview.usersDisabled).toBe(1);
      await scene.carryOut(preview);
      expect(await scene.user(email)).toMatchObject({ status: 'disabled' });
      expect(await database.db('sessions').first()).toMatchObject({ end_reason: 'disabled' });
      await insertAdmin(database.db);
      expect(await scene.problemsOf([{ 'Login Email': scene.admin.email, Status: 'Disabled' }])).toEqual([
        'Status: You cannot disable yourself. Ask another admin to do it, or leave Status empty.',
      ]);
    });

    test('where a file would leave no active admin, every row that takes one away fails; a hand-over in one file works', async () => {
      const second = await insertAdmin(database.db, { email: 'second@example.com' });
      await insertUser(database.db, { email });
      const without = await scene.previewOf([
        { 'Login Email': scene.admin.email, Admin: 'no' },
        { 'Login Email': second.email, Status: 'Disabled' },
        row({ 'First Name': 'Other' }),
      ]);
      expect(without.counts).toMatchObject({ update: 1, fail: 2 });
      expect(without.failures[0]?.problems[0]).toEqual({
        field: 'Admin',
        sentence:
          'This would leave the site without an active admin. Make somebody else an admin first, or leave this one as they are.',
      });
      const progress = await scene.importPeople([
        { 'Login Email': second.email, Status: 'Disabled' },
        { 'Login Email': scene.admin.email, Admin: 'no' },
        row({ Admin: 'yes' }),
      ]);
      expect(progress.outcomes).toMatchObject({ updated: 3, failed: 0 });
      expect(await database.db('users').where({ is_admin: true, status: 'active' }).pluck('email')).toEqual([email]);
    });
  });

  describe('auth systems', () => {
    test('a system that is off is refused, one that is on needs its username', async () => {
      await insertUser(database.db, { email });
      expect(await problemsOf({ 'Auth System': 'LDAP', 'LDAP Username': 'ada' })).toEqual([
        expect.stringMatching(/^Auth System: LDAP is switched off for this site\./),
      ]);
      await bothSystemsOn();
      expect(await problemsOf({ 'Auth System': 'SSO' })).toEqual([
        'SSO Username: Whoever signs in by SSO needs an SSO Username. Fill it in, or change Auth System.',
      ]);
    });

    test('internal → LDAP makes an invited user active and ends the invitation; a disabled one stays disabled', async () => {
      await bothSystemsOn();
      await scene.importPeople([row({})]);
      await insertUser(database.db, { email: 'bob@example.com', status: 'disabled', ldap_username: 'bob' });
      await insertUser(database.db, { email: 'cy@example.com', status: 'disabled', ldap_username: 'cy' });
      // The word an export said before stands beside the change.
      const people = [
        row({ 'Auth System': 'ldap', 'LDAP Username': 'ada', Status: 'Invited' }),
        { 'Login Email': 'bob@example.com', 'Auth System': 'LDAP' },
        { 'Login Email': 'cy@example.com', 'Auth System': 'LDAP', Status: 'Active' },
      ];
      await scene.importPeople(people);
      expect(await scene.user(email)).toMatchObject({ status: 'active', authSystem: 'ldap', ldapUsername: 'ada' });
      expect(await scene.user('bob@example.com')).toMatchObject({ status: 'disabled', authSystem: 'ldap' });
      expect(await scene.user('cy@example.com')).toMatchObject({ status: 'active', authSystem: 'ldap' });
      expect(await database.db('links').pluck('state')).toEqual(['used']);
      expect(await database.db('invites').pluck('state')).toEqual(['accepted']);
      expect((await scene.previewOf(people)).counts).toEqual({ invite: 0, update: 0, unchanged: 3, fail: 0 });
    });

    test.each(['', 'Active', 'Invited'])(
      'new people with SSO and a username are active at once, Status “%s”',
      async (word) => {
        await bothSystemsOn();
        expect(await afterRow({ 'Auth System': 'SSO', 'SSO Username': 'ada', Status: word })).toMatchObject({
          status: 'active',
          authSystem: 'sso',
        });
        expect(await templates()).toEqual([]);
        const [user] = await database.db('users').where({ email_key: email }).select('activated_at');
        expect(user.activated_at).not.toBeNull();
      },
    );

    test('LDAP → internal without a password stays active and gets a reset link; the username stays', async () => {
      await insertUser(database.db, { email, auth_system: 'ldap', ldap_username: 'ada' });
      expect(await afterRow({ 'Auth System': 'Internal' })).toMatchObject({
        status: 'active',
        authSystem: 'internal',
        ldapUsername: 'ada',
      });
      const [mail] = await database.db('outbox').select();
      const [link] = await database.db('links').select();
      expect(mail).toMatchObject({ template: 'reset', recipient: email, payload: JSON.stringify({ linkId: link.id }) });
      expect(new Date(link.expires_at).getTime() - new Date(link.created_at).getTime()).toBe(24 * 3600 * 1000);
    });

    test('a username that somebody else holds, or that stands twice in the file, is a problem naming the other', async () => {
      await insertUser(database.db, { email });
      await insertUser(database.db, { email: 'bob@example.com', ldap_username: 'Robert' });
      expect(await problemsOf({ 'LDAP Username': 'ROBERT' })).toEqual([
        'LDAP Username: LDAP Username “ROBERT” belongs to bob@example.com. Correct it, or change that person first.',
      ]);
      const preview = await scene.previewOf([
        row({ 'SSO Username': 'same' }),
        { 'Login Email': 'bob@example.com', 'SSO Username': 'Same' },
      ]);
      expect(preview.failures.map(({ problems }) => problems[0]?.sentence)).toEqual([
        'Row 3 has the same SSO Username. Only one person can have it: correct the others.',
        'Row 2 has the same SSO Username. Only one person can have it: correct the others.',
      ]);
    });

    test('an LDAP username that is needed cannot be emptied', async () => {
      await insertUser(database.db, { email, auth_system: 'ldap', ldap_username: 'ada' });
      expect(await problemsOf({ 'LDAP Username': '<clear>' })).toEqual([
        expect.stringMatching(/needs an LDAP Username/),
      ]);
    });
  });

  describe('projects, profiles and groups', () => {
    const given = async () => {
      const user = await insertUser(database.db, {
        email,
        default_profile_id: await profileId(database.db, 'Read Only'),
      });
      const sample = await database.db('projects').where({ is_sample: true }).first('id');
      await insertMembership(database.db, { userId: user.id, projectId: sample.id });
      await insertMembership(database.db, { userId: user.id, projectId: scene.projects.apollo.id });
      return user;
    };

    test('a list replaces the set but for the sample project; who stays keeps the profile, who comes gets the default', async () => {
      const user = await given();
      await insertMembership(database.db, { userId: user.id, projectId: scene.projects.mercury.id });
      const preview = await scene.previewOf([row({ Projects: 'Apollo\nGemini' })]);
      expect(preview.projectsLost).toBe(1);
      expect(preview.differences).toEqual([
        {
          row: 2,
          email,
          field: 'Projects',
          old: 'Apollo (Tester), Mercury (Tester), Sample Project (Tester)',
          new: 'Apollo (Tester), Gemini (Read Only), Sample Project (Tester)',
        },
      ]);
      await scene.carryOut(preview);
      expect((await scene.user(email))?.projects).toEqual([
        'Apollo (Tester)',
        'Gemini (Read Only)',
        'Sample Project (Tester)',
      ]);
    });

    test('one profile is for all listed projects, as many go pairwise, other numbers are a problem', async () => {
      await given();
      expect(await afterRow({ Projects: 'Apollo\nGemini', 'User Profile': 'Project Manager' })).toMatchObject({
        projects: ['Apollo (Project Manager)', 'Gemini (Project Manager)', 'Sample Project (Tester)'],
        defaultProfile: 'Read Only',
      });
      expect(await afterRow({ Projects: 'Gemini\nApollo', 'User Profile': 'Tester\nRead Only' })).toMatchObject({
        projects: ['Apollo (Read Only)', 'Gemini (Tester)', 'Sample Project (Tester)'],
      });
      expect(await problemsOf({ Projects: 'Apollo\nGemini\nMercury', 'User Profile': 'Tester\nRead Only' })).toEqual([
        'User Profile: User Profile has 2 lines for 3 projects. Write one line for all, or one for each in their order.',
      ]);
      expect(await problemsOf({ Projects: 'Apollo\nApollo', 'User Profile': 'Tester\nRead Only' })).toEqual([
        'Projects: Project “Apollo” is listed twice with different profiles. Leave one of the two lines.',
      ]);
    });

    test('without projects, one profile is the default one and several are a problem', async () => {
      await given();
      expect(await afterRow({ 'User Profile': 'Tester' })).toMatchObject({
        defaultProfile: 'Tester',
        projects: ['Apollo (Tester)', 'Sample Project (Tester)'],
      });
      expect(await problemsOf({ 'User Profile': 'Tester\nRead Only' })).toEqual([
        expect.stringMatching(/several lines/),
      ]);
    });

    test('somebody new gets the sample project on top, and none at all with <clear>', async () => {
      expect(await afterRow({ Projects: 'Apollo' })).toMatchObject({
        projects: ['Apollo (Tester)', 'Sample Project (Tester)'],
        defaultProfile: null,
      });
      await scene.importPeople([{ 'Login Email': 'bob@example.com', Projects: '<clear>' }]);
      expect(await scene.user('bob@example.com')).toMatchObject({ projects: [] });
    });

    test('groups replace the set', async () => {
      const user = await given();
      await database.db('group_members').insert({ group_id: scene.groups.qa.id, user_id: user.id });
      expect(await afterRow({ Groups: 'leads' })).toMatchObject({ groups: ['Leads'] });
    });

    test('whoever leaves a project leaves its open work unassigned', async () => {
      const user = await given();
      const [run] = await database.db('test_runs').insert({
        project_id: scene.projects.apollo.id,
        name: 'Run',
        percent_done: 10,
        assignee_id: user.id,
        created_at: new Date(),
      });
      await afterRow({ Projects: 'Gemini' });
      expect(await database.db('test_runs').where({ id: run }).first('assignee_id')).toEqual({ assignee_id: null });
    });
  });

  describe('seats', () => {
    test('a seat that a row frees counts; one too few is shown, and confirming changes nothing at all', async () => {
      await scene.files.remove();
      scene = await importScene2();
      await insertUser(database.db, { email });
      const people = ['a', 'b', 'c'].map((name) => ({ 'Login Email': `${name}@example.com` }));
      const short = await scene.previewOf(people);
      expect(short.seats).toEqual({ needed: 3, free: 2 });
      await expect(scene.carryOut(short)).rejects.toMatchObject({ kind: 'seats_exhausted' });
      expect(await database.db('imports').where({ id: short.id }).first('state', 'operation_id')).toEqual({
        state: 'preview',
        operation_id: null,
      });
      expect(await database.db('operations').pluck('id')).toEqual([]);
      const fits = await scene.previewOf([...people, row({ Status: 'Disabled' })]);
      expect(fits.seats).toEqual({ needed: 2, free: 2 });
      expect((await scene.carryOut(fits)).outcomes).toMatchObject({ invited: 3, updated: 1, failed: 0 });
    });

    async function importScene2(): Promise<ImportScene> {
      await database.db('users').del();
      await database.db('projects').where({ is_sample: false }).del();
      await database.db('user_groups').del();
      return importScene(database, 4);
    }
  });

  test('a preview made for one admin is shown anew to another whom it would disable', async () => {
    const second = await insertAdmin(database.db, { email: 'second@example.com' });
    const preview = await scene.previewOf([{ 'Login Email': second.email, Status: 'Disabled' }]);
    expect(preview.counts.update).toBe(1);
    const asSecond = { ...scene.ctx, actor: actorFor(second) };
    const result = await confirmImport(asSecond, preview.id);
    expect('changed' in result && result.changed.counts).toEqual({ invite: 0, update: 0, unchanged: 0, fail: 1 });
  });
});
