import { inviteUsers } from '../../../src/features/invites/invites.service';
import { insertProject, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { linkIn, linksOf, type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  const start = async (options?: Parameters<typeof startUsher>[1]) => {
    usher = await startUsher(database, options);
    return usher.as('ada');
  };
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });

  test('an admin invites several people by one command, and each gets a mail of their own', async () => {
    const ada = await start();
    const reply = await ada.ask('#general', '/users invite grace@x.example, Linus T <linus@x.example>; nobody');
    expect(textOf(reply)).toContain('Invited 2 people.');
    expect(textOf(reply)).toContain('“nobody” is not an e-mail address');
    expect(reply.ephemeral).toBe(true);
    expect((await usher.mailsTo('grace@x.example')).length).toBe(1);
    const [mail] = await usher.mailsTo('linus@x.example');
    expect(mail?.subject).toContain('Ada Lovelace invited you');
    expect(linksOf(reply)).toContain(linkIn(mail));
    const linus = await database.db('users').where({ email_key: 'linus@x.example' }).first();
    expect(linus).toMatchObject({ first_name: 'Linus', last_name: 'T', status: 'invited' });
  });

  test('an invitee is in the chosen projects with the chosen profile, and in the sample project', async () => {
    const ada = await start();
    await insertProject(database.db, { name: 'Apollo One' });
    await ada.ask('#general', '/users invite grace@x.example project:“Apollo One” profile:"read only"');
    const rows = await database
      .db('memberships')
      .join('projects', 'projects.id', 'memberships.project_id')
      .join('profiles', 'profiles.id', 'memberships.profile_id')
      .select('projects.name as project', 'profiles.name as profile')
      .orderBy('projects.name');
    expect(rows).toEqual([
      { project: 'Apollo One', profile: 'Read Only' },
      { project: 'Sample Project', profile: 'Read Only' },
    ]);
  });

  test('a project that does not exist refuses the whole command and names the near one', async () => {
    const ada = await start();
    await insertProject(database.db, { name: 'Apollo' });
    const reply = await ada.ask('#general', '/users invite grace@x.example project:Apolo');
    expect(textOf(reply)).toContain('Project “Apolo” does not exist; did you mean “Apollo”?');
    expect(await database.db('users').where({ email_key: 'grace@x.example' }).first()).toBeUndefined();
  });

  test('seats short by one refuse the whole batch and say how many fit', async () => {
    const ada = await start({ seats: 4 });
    const reply = await ada.ask('#general', '/users invite a@x.example b@x.example c@x.example');
    expect(textOf(reply)).toContain('That needs 3 seats, and only 2 are free (2 of 4 taken). Nothing was changed.');
    expect(await database.db('users').count({ total: '*' }).first()).toMatchObject({ total: 2 });
    expect(await database.db('outbox').first()).toBeUndefined();
  });

  test('an address that exists is never a second user, whatever its status is', async () => {
    const ada = await start();
    const project = await insertProject(database.db, { name: 'Apollo' });
    await insertUser(database.db, { email: 'Old@x.example', status: 'disabled' });
    await ada.ask('#general', '/users invite wait@x.example');
    const reply = await ada.ask(
      '#general',
      '/users invite WAIT@x.example ben@example.com old@X.example new@x.example project:Apollo',
    );
    const text = textOf(reply);
    expect(text).toContain('Invited 1 person.');
    expect(text).toContain('1 person is active already and got the chosen projects: ben@example.com.');
    expect(text).toContain('1 person was invited before and has not accepted yet: wait@x.example.');
    expect(text).toContain('1 person is disabled; nothing was sent: Old@x.example.');
    expect(await database.db('users').count({ total: '*' }).first()).toMatchObject({ total: 5 });
    expect(await database.db('memberships').where({ project_id: project.id })).toHaveLength(2);
  });

  test('the report’s buttons send the invitation again and activate who is disabled', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'old@x.example', status: 'disabled', password_hash: 'x' });
    await ada.ask('#general', '/users invite wait@x.example');
    const [first] = await usher.mailsTo('wait@x.example');
    const reply = await ada.ask('#general', '/users invite wait@x.example old@x.example');
    await ada.click(reply, 'Send the invitation again');
    expect(textOf(await ada.waitForMessage('Sent 1 invitation again'))).toContain('activation link');
    const mails = await usher.mailsTo('wait@x.example');
    expect(mails).toHaveLength(2);
    expect(linkIn(mails[0])).not.toBe(linkIn(first));
    const page = await fetch(linkIn(first));
    expect(await page.text()).toContain('replaced by a newer one');
    await ada.click(reply, 'Activate this person');
    expect(textOf(await ada.waitForMessage('Activated 1 person'))).toContain('Active: old@x.example');
  });

  test('501 addresses are refused with the number that fits', async () => {
    const ada = await start();
    const many = Array.from({ length: 501 }, (_, index) => `u${index}@x.example`).join(' ');
    const reply = await ada.ask('#general', `/users invite ${many}`);
    expect(textOf(reply)).toContain('That is 501 addresses; one submission takes up to 500.');
    expect(await database.db('users').count({ total: '*' }).first()).toMatchObject({ total: 2 });
  });

  test('the form invites people with a profile, groups and projects', async () => {
    const ada = await start();
    await insertProject(database.db, { name: 'Apollo' });
    await database.db('user_groups').insert({
      name: 'Testers',
      name_key: 'testers',
      permissions: '[]',
      created_at: new Date(),
      updated_at: new Date(),
    });
    await ada.command('#general', '/users invite');
    await ada.modal('E-mail addresses');
    await ada.fill({ 'E-mail addresses': 'nothing here' });
    const refused = await ada.submit();
    expect(refused.errors.emails).toContain('“nothing” is not an e-mail address');
    await ada.fill({
      'E-mail addresses': 'Grace Hopper\tgrace@x.example\nlinus@x.example',
      Profile: 'Tester',
      Projects: ['Apollo'],
      Groups: ['Testers'],
    });
    await ada.submit();
    const done = await ada.modal('Invited 2 people');
    expect(textOf(done)).toContain('Grace Hopper (grace@x.example)');
    expect(await database.db('group_members')).toHaveLength(2);
  });

  test('a form that asks for too many seats comes back with what was typed', async () => {
    const ada = await start({ seats: 3 });
    await ada.command('#general', '/users invite');
    await ada.modal('E-mail addresses');
    await ada.fill({ 'E-mail addresses': 'a@x.example b@x.example' });
    await ada.submit();
    const form = await ada.modal('That needs 2 seats, and only 1 is free');
    expect(JSON.stringify(form.view)).toContain('a@x.example b@x.example');
  });

  test('links, which open accounts, stand in no log line and no audit line', async () => {
    const ada = await start();
    const reply = await ada.ask('#general', '/users invite grace@x.example');
    await usher.mailsTo('grace@x.example');
    const [url = ''] = linksOf(reply);
    await fetch(url);
    const token = new URL(url).searchParams.get('token') ?? '';
    expect(token.length).toBeGreaterThan(20);
    const audit = JSON.stringify(await database.db('audit_events'));
    const outbox = JSON.stringify(await database.db('outbox'));
    for (const text of [usher.logText(), audit, outbox]) expect(text).not.toContain(token);
  });

  test('names that look like commands to Slack or a spreadsheet stay text', async () => {
    const ada = await start();
    await insertUser(database.db, {
      email: 'odd@x.example',
      first_name: '<!channel> *bold*',
      last_name: '=HYPERLINK("x")',
    });
    const reply = await ada.ask('#general', '/users show odd@x.example');
    expect(JSON.stringify(reply.blocks)).not.toContain('mrkdwn');
    expect(reply.text).toContain('&lt;!channel&gt;');
    expect(textOf(reply)).toContain('<!channel> *bold* =HYPERLINK("x")');
  });

  test('the same command delivered twice invites once', async () => {
    const ada = await start();
    const { ctx } = usher;
    const input = {
      recipients: [{ email: 'twice@x.example', firstName: '', lastName: '' }],
      profileId: null,
      groupIds: [],
      projectIds: [],
      idempotencyKey: 'command:same-trigger',
    };
    const results = await Promise.allSettled([inviteUsers(ctx, input), inviteUsers(ctx, input)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await usher.mailsTo('twice@x.example')).toHaveLength(1);
    await ada.ask('#general', '/users');
  });

  test('@mention works wherever an e-mail does', async () => {
    const ada = await start();
    expect(textOf(await ada.ask('#general', '/users show @ben'))).toContain('ben@example.com');
  });

  test('a name of 300 characters beside an address is left out, and the address is invited', async () => {
    const ada = await start();
    const reply = await ada.ask('#general', `/users invite ${'A'.repeat(300)} <long@x.example>, ok@x.example`);
    expect(textOf(reply)).toContain('Invited 2 people.');
    expect(textOf(reply)).toContain('is longer than the 100 characters of a name');
    expect(await database.db('users').where({ email_key: 'long@x.example' }).first()).toMatchObject({ first_name: '' });
  });

  test('more links than one message holds follow on a button, without those who accepted meanwhile', async () => {
    const ada = await start({ seats: 100 });
    const addresses = Array.from({ length: 70 }, (_, index) => `p${String(index).padStart(2, '0')}@x.example`);
    let shown = await ada.ask('#general', `/users invite ${addresses.join(' ')}`);
    await database.db('users').whereIn('email_key', addresses.slice(25, 50)).update({ status: 'active' });
    await database
      .db('links')
      .whereIn('user_id', database.db('users').whereIn('email_key', addresses.slice(25, 50)).select('id'))
      .update({ state: 'used', live_key: null });
    const seen = linksOf(shown).length;
    expect(seen).toBe(25);
    await ada.click(shown, { name: 'Show more links (45 people)' });
    shown = await ada.waitForMessage('p50@x.example');
    expect(linksOf(shown)).toHaveLength(20);
    expect(JSON.stringify(shown.blocks)).not.toContain('Show more links');
  });

  test('an error with many parts is said, shortened', async () => {
    const ada = await start();
    for (let index = 0; index < 9; index += 1)
      await insertProject(database.db, { name: `Project ${index} ${'long '.repeat(20)}` });
    const wrong = Array.from({ length: 14 }, (_, index) => `Wrong${index}`).join(',');
    const reply = await ada.ask('#general', `/users invite a@x.example project:${wrong}`);
    expect(textOf(reply)).toContain('Project “Wrong0” does not exist');
  });

  test('names of a hundred emoji fit the card, the list and the form', async () => {
    const ada = await start();
    await insertUser(database.db, {
      email: 'emoji@x.example',
      first_name: '🦉'.repeat(100),
      last_name: '🦊'.repeat(100),
    });
    await insertProject(database.db, { name: '🚀'.repeat(110) });
    expect(textOf(await ada.ask('#general', '/users show emoji@x.example'))).toContain('🦉🦉');
    expect(textOf(await ada.ask('#general', '/users list emoji'))).toContain('🦉🦉');
    await ada.command('#general', '/users invite');
    const form = await ada.modal('E-mail addresses');
    expect(await ada.suggestions(form, 'Projects', '🚀')).toHaveLength(1);
  });

  test('a word with a colon in a name is no option', async () => {
    const ada = await start();
    const reply = await ada.ask('#general', '/users invite Team:Ada <team@x.example>');
    expect(textOf(reply)).toContain('Invited 1 person.');
  });
});
