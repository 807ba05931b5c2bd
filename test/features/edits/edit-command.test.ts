import { insertAdmin, insertGroup, insertUser, profileId } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { linkIn, type RunningUsher, startUsher } from '../../support/usher';
import type { Actor } from '../../support/workspace-driver';

forEachDatabase((database) => {
  let usher: RunningUsher;
  const start = async (options?: Parameters<typeof startUsher>[1]) => {
    usher = await startUsher(database, options);
    return usher.as('ada');
  };
  const open = async (actor: Actor, email = 'ben@example.com') => {
    await actor.command('#general', `/users edit ${email}`);
    return actor.modal('First Name');
  };
  /** Saves the form and gives what it became. */
  const save = async (actor: Actor, wanted: string | RegExp) => {
    expect((await actor.submit()).errors).toEqual({});
    return textOf(await actor.modal(wanted));
  };
  const user = (email: string) => database.db('users').where({ email_key: email }).first();
  const switchOn = (name: 'auth.sso' | 'auth.ldap') =>
    database.db('settings').insert({ name, value: 'true', updated_at: new Date() });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });

  test('the form shows a person as they are, and saves names, profile and groups with one audit line', async () => {
    const ada = await start();
    const testers = await insertGroup(database.db, { name: 'Testers' });
    const form = textOf(await open(ada));
    for (const text of ['Ben Okri · ben@example.com', 'First Name: {Ben', 'Status: {Active', 'Site default'])
      expect(form).toContain(text);
    await ada.fill({ 'First Name': ' Benjamin  J. ', 'User Profile': 'Read Only', Groups: ['Testers'] });
    const saved = await save(ada, 'Saved Benjamin J. Okri');
    expect(saved).toContain('First Name: Ben → Benjamin J.');
    expect(saved).toContain('User Profile: (empty) → Read Only');
    expect(saved).toContain('Groups: (empty) → Testers');
    const ben = await user('ben@example.com');
    expect(ben).toMatchObject({
      first_name: 'Benjamin J.',
      name_key: 'benjamin j. okri',
      default_profile_id: await profileId(database.db, 'Read Only'),
      version: 2,
    });
    expect(await database.db('group_members')).toEqual([{ group_id: testers.id, user_id: ben.id }]);
    const lines = await database.db('audit_events').where({ subject_id: ben.id, subject_type: 'user' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ action: 'user.edited', actor_label: 'ada@example.com' });
    expect(JSON.parse(lines[0].before)).toEqual({ 'First Name': 'Ben', 'User Profile': '', Groups: '' });
    expect(JSON.parse(lines[0].after)).toEqual({
      'First Name': 'Benjamin J.',
      'User Profile': 'Read Only',
      Groups: 'Testers',
    });
  });

  test('R34: a default profile set in the form is what the person gets in projects they are added to', async () => {
    const ada = await start();
    await open(ada);
    await ada.fill({ 'User Profile': 'Project Manager' });
    await save(ada, 'Saved');
    await database.db('projects').insert({
      name: 'Apollo',
      name_key: 'apollo',
      created_at: new Date(),
      updated_at: new Date(),
    });
    await ada.command('#general', '/users access ben@example.com');
    await ada.modal('Put on the list');
    await ada.fill({ Projects: ['Apollo'] });
    await ada.submit();
    expect(textOf(await ada.modal('Saved the projects'))).toContain('Apollo: not in it → Project Manager');
  });

  test('R35: a person is put into groups and taken out of them by the form', async () => {
    const ada = await start();
    const ben = await user('ben@example.com');
    await insertGroup(database.db, { name: 'Old', members: [ben.id] });
    await insertGroup(database.db, { name: 'New' });
    await open(ada);
    await ada.fill({ Groups: ['New'] });
    expect(await save(ada, 'Saved')).toContain('Groups: Old → New');
    const names = await database
      .db('group_members')
      .join('user_groups', 'user_groups.id', 'group_members.group_id')
      .pluck('user_groups.name');
    expect(names).toEqual(['New']);
    expect((await user('ben@example.com')).version).toBe(2);
  });

  test('R27: an admin disables a person by their status in the form; sessions, tokens and links end', async () => {
    const ada = await start();
    const ben = await user('ben@example.com');
    await database.db('sessions').insert({
      user_id: ben.id,
      kind: 'web',
      client_id: 'c',
      started_at: new Date(),
      last_seen_at: new Date(),
    });
    await open(ada);
    await ada.fill({ Status: 'Disabled', 'Last Name': 'Gone' });
    expect(await save(ada, 'Saved')).toContain('1 session ended');
    expect(await user('ben@example.com')).toMatchObject({ status: 'disabled' });
    expect((await database.db('sessions').first()).end_reason).toBe('disabled');
    const lines = await database.db('audit_events').where({ subject_type: 'user' });
    expect(lines.map(({ action, before, after }) => [action, JSON.parse(before), JSON.parse(after)])).toEqual([
      ['user.edited', { 'Last Name': 'Okri', Status: 'Active' }, { 'Last Name': 'Gone', Status: 'Disabled' }],
    ]);
  });

  test('R28: an admin activates a person by their status in the form, who takes a seat', async () => {
    const ada = await start({ seats: 3 });
    await insertUser(database.db, { email: 'old@x.example', status: 'disabled', password_hash: 'x' });
    await insertUser(database.db, { email: 'late@x.example', status: 'disabled', password_hash: 'x' });
    await open(ada, 'old@x.example');
    await ada.fill({ Status: 'Active' });
    await save(ada, 'Saved');
    expect(await user('old@x.example')).toMatchObject({ status: 'active' });
    await ada.closeModal({ all: true });
    await open(ada, 'late@x.example');
    await ada.fill({ Status: 'Active' });
    await save(ada, 'none is free');
    expect(await user('late@x.example')).toMatchObject({ status: 'disabled', version: 1 });
  });

  test('a disabled person who never accepted is invited again with a new mail and link', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'old@x.example', status: 'disabled' });
    await open(ada, 'old@x.example');
    await ada.fill({ Status: 'Active' });
    expect(await save(ada, 'Saved')).toContain('they were invited again');
    expect(await user('old@x.example')).toMatchObject({ status: 'invited' });
    const [mail] = await usher.mailsTo('old@x.example');
    expect(JSON.stringify((await ada.modal('Saved')).view)).toContain(linkIn(mail));
  });

  test('an invited person cannot be set active by hand', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'new@x.example', status: 'invited' });
    await open(ada, 'new@x.example');
    await ada.fill({ Status: 'Active', 'Last Name': 'Kept' });
    const form = await save(ada, 'Invited people become active by following the link');
    expect(form).toContain('Last Name: {Kept');
    expect(await user('new@x.example')).toMatchObject({ status: 'invited', version: 1 });
  });

  test('the last active admin cannot be demoted, and nobody disables themselves', async () => {
    const ada = await start();
    await open(ada, 'ada@example.com');
    await ada.fill({ Admin: [] });
    await save(ada, 'This is the only active admin of the site.');
    await ada.closeModal({ all: true });
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await open(ada, 'ada@example.com');
    await ada.fill({ Status: 'Disabled' });
    await save(ada, 'You cannot disable yourself.');
    expect(await user('ada@example.com')).toMatchObject({ status: 'active', version: 1 });
    await ada.fill({ Status: 'Active', Admin: [] });
    await save(ada, 'Saved');
    expect(Boolean((await user('ada@example.com')).is_admin)).toBe(false);
  });

  test('nobody is switched to an auth system that is off, or that does not know them', async () => {
    const ada = await start();
    await open(ada, 'ada@example.com');
    await ada.fill({ 'Auth System': 'LDAP', 'LDAP Username': 'ada' });
    await save(ada, 'LDAP is switched off for this site');
    await switchOn('auth.ldap');
    await ada.fill({ 'LDAP Username': '' });
    await save(ada, 'needs their LDAP Username');
    expect(await user('ada@example.com')).toMatchObject({ auth_system: 'internal', version: 1 });
    await ada.fill({ 'LDAP Username': 'ada' });
    await save(ada, 'Saved');
    expect(await user('ada@example.com')).toMatchObject({ auth_system: 'ldap', ldap_username: 'ada' });
  });

  test('R68: the external username of an internal user is stored and kept', async () => {
    const ada = await start();
    await open(ada);
    await ada.fill({ 'SSO Username': 'ben.okri' });
    await save(ada, 'Saved');
    await ada.closeModal({ all: true });
    expect(textOf(await open(ada))).toContain('SSO Username: {ben.okri');
    await ada.fill({ 'First Name': 'Benny' });
    await save(ada, 'Saved');
    expect(await user('ben@example.com')).toMatchObject({ auth_system: 'internal', sso_username: 'ben.okri' });
  });

  test('R69: switching the auth system and back asks for no external username again', async () => {
    const ada = await start();
    await switchOn('auth.sso');
    const steps = [
      { 'Auth System': 'SSO', 'SSO Username': 'ben.okri' },
      { 'Auth System': 'Internal (password)' },
      { 'Auth System': 'SSO' },
    ];
    for (const step of steps) {
      await open(ada);
      await ada.fill(step);
      const saved = await save(ada, 'Saved');
      // Whoever has no password yet gets a link to set one.
      if (step['Auth System'].startsWith('Internal')) expect(saved).toContain('has none yet');
      await ada.closeModal({ all: true });
    }
    expect(await user('ben@example.com')).toMatchObject({ auth_system: 'sso', sso_username: 'ben.okri' });
    // The link to set a password went with the password.
    const mails = await usher.mailsTo('ben@example.com');
    expect(new Set(mails.map(({ subject }) => subject))).toEqual(new Set(['You now sign in by single sign-on (SSO)']));
  });

  test('an invited person who is switched to SSO is active and needs no link', async () => {
    const ada = await start();
    await switchOn('auth.sso');
    await ada.ask('#general', '/users invite new@x.example');
    await open(ada, 'new@x.example');
    await ada.fill({ 'Auth System': 'SSO', 'SSO Username': 'new' });
    expect(await save(ada, 'Saved')).toContain('Status: Invited → Active');
    expect(await user('new@x.example')).toMatchObject({ status: 'active', auth_system: 'sso' });
    expect((await database.db('invites').first()).state).toBe('accepted');
  });

  test('a username belongs to one person, who is named', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'holder@x.example', sso_username: 'Taken' });
    await open(ada);
    await ada.fill({ 'SSO Username': 'taken' });
    await save(ada, 'SSO Username “taken” belongs to holder@x.example.');
    expect(await user('ben@example.com')).toMatchObject({ sso_username: null, version: 1 });
  });

  test('names of 300 characters are refused at once, and 100 are taken', async () => {
    const ada = await start();
    await open(ada);
    await ada.fill({ 'First Name': 'x'.repeat(300) });
    expect(Object.values((await ada.submit()).errors)).toEqual([
      'First Name is 300 characters long; at most 100 are possible. Shorten it.',
    ]);
    await ada.fill({ 'First Name': '😀'.repeat(100) });
    await save(ada, 'Saved');
    expect((await user('ben@example.com')).first_name).toBe('😀'.repeat(100));
  });

  test('a name such as <!channel> stays text in the form, the result and the audit', async () => {
    const ada = await start();
    await open(ada);
    await ada.fill({ 'First Name': '<!channel>', 'Last Name': '*bold* & "both"' });
    const saved = await save(ada, 'Saved <!channel> *bold* & "both"');
    expect(saved).toContain('First Name: Ben → <!channel>');
    expect(JSON.stringify((await ada.modal()).view)).not.toContain('mrkdwn');
    await ada.closeModal({ all: true });
    expect(textOf(await open(ada))).toContain('First Name: {<!channel>');
  });

  test('an edit made on stale data is not written: the form comes back with what changed and what was typed', async () => {
    const ada = await start();
    const testers = await insertGroup(database.db, { name: 'Testers' });
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    const hedy = usher.as('hedy');
    await open(ada);
    await open(hedy);
    await ada.fill({ 'First Name': 'Benjamin', Groups: ['Testers'] });
    await save(ada, 'Saved');
    await hedy.fill({ 'Last Name': 'Stone' });
    const form = await save(hedy, 'Somebody changed this person while your form was open');
    expect(form).toContain('First Name: Ben → Benjamin');
    expect(form).toContain('Groups: (empty) → Testers');
    // What Hedy typed is kept, and what she left alone is as it is now.
    expect(form).toContain('Last Name: {Stone');
    expect(form).toContain('First Name: {Benjamin');
    expect(await user('ben@example.com')).toMatchObject({ first_name: 'Benjamin', last_name: 'Okri' });
    await save(hedy, 'Saved Benjamin Stone');
    expect(await user('ben@example.com')).toMatchObject({ first_name: 'Benjamin', last_name: 'Stone' });
    expect(await database.db('group_members').pluck('group_id')).toEqual([testers.id]);
  });

  test('a profile that is archived while the form is open is refused, and the rest of what was typed stays', async () => {
    const ada = await start();
    await open(ada);
    await ada.fill({ 'First Name': 'Kept', 'User Profile': 'Read Only' });
    await database.db('profiles').where({ name: 'Read Only' }).update({ archived_at: new Date() });
    const form = await save(ada, 'The profile you chose was archived meanwhile.');
    expect(form).toContain('First Name: {Kept');
    expect(await user('ben@example.com')).toMatchObject({ default_profile_id: null, version: 1 });
    await save(ada, 'Saved Kept Okri');
  });

  test('a person deleted while the form is open, and an address nobody has, are said', async () => {
    const ada = await start();
    await open(ada);
    await database.db('users').where({ email_key: 'ben@example.com' }).del();
    await save(ada, 'This person was deleted meanwhile');
    await ada.closeModal({ all: true });
    await ada.command('#general', '/users edit adda@example.com');
    await ada.modal('Did you mean ada@example.com?');
  });

  test('making somebody an admin waits for a second admin; the rest is saved', async () => {
    const ada = await start();
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await open(ada);
    await ada.fill({ Admin: ['May administer users and this site'], 'First Name': 'Benjamin' });
    expect(await save(ada, 'Saved')).toContain('needs a second admin');
    const ben = await user('ben@example.com');
    expect(ben).toMatchObject({ first_name: 'Benjamin' });
    expect(Boolean(ben.is_admin)).toBe(false);
    expect(await database.db('approvals').first()).toMatchObject({ kind: 'grant_admin', state: 'pending' });
  });

  test('the only admin types a phrase to make somebody an admin, and the audit says so', async () => {
    const ada = await start();
    await open(ada);
    await ada.fill({ Admin: ['May administer users and this site'] });
    await save(ada, 'There is no second admin');
    await ada.fill({ 'Type “make 1 person admin”': 'Make 1 person admin' });
    expect(await save(ada, 'Saved')).toContain('Admin: No → Yes');
    expect(Boolean((await user('ben@example.com')).is_admin)).toBe(true);
    expect(await database.db('audit_events').pluck('action')).toEqual(
      expect.arrayContaining(['approval.phrase_typed', 'user.edited']),
    );
  });

  test('R49: the menu of a person in the list and their card open both forms', async () => {
    const ada = await start();
    const listed = await ada.ask('#general', '/users list ben');
    await ada.choose(listed, 'user-menu', 'Edit…');
    await ada.modal('First Name');
    await ada.closeModal({ all: true });
    await ada.choose(listed, 'user-menu', 'Projects and profiles…');
    await ada.modal('Ben Okri (ben@example.com) is in 0 projects.');
    await ada.closeModal({ all: true });
    const card = await ada.ask('#general', '/users show ben@example.com');
    await ada.click(card, 'Edit…');
    await ada.modal('First Name');
    await ada.closeModal({ all: true });
    await ada.click(card, 'Projects and profiles…');
    await ada.modal('Put on the list');
  });

  test('a form that is not an admin’s any more saves nothing', async () => {
    const ada = await start();
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await open(ada);
    await ada.fill({ 'First Name': 'Never' });
    await database.db('users').where({ email_key: 'ada@example.com' }).update({ is_admin: false });
    await save(ada, 'Only an active admin');
    expect((await user('ben@example.com')).first_name).toBe('Ben');
  });

  test('links stand in no log line and no audit line', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'old@x.example', status: 'disabled' });
    await open(ada, 'old@x.example');
    await ada.fill({ Status: 'Active' });
    await save(ada, 'Saved');
    const [mail] = await usher.mailsTo('old@x.example');
    const token = new URL(linkIn(mail)).searchParams.get('token') ?? 'none';
    for (const text of [usher.logText(), JSON.stringify(await database.db('audit_events'))])
      expect(text).not.toContain(token);
  });
});
