import { insertUser } from '../support/builders';
import { forEachDatabase } from '../support/databases';
import { newVisitor } from '../support/pages';
import { textOf } from '../support/slack-text';
import { linkIn, linksOf, type RunningUsher, startUsher } from '../support/usher';

const password = 'teal kite moon';

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const statusOf = async (email: string) => (await database.db('users').where({ email_key: email }).first())?.status;
  const follow = async (link: string) => {
    const { pathname, search } = new URL(link);
    return newVisitor(usher.origin).fillIn(`${pathname}${search}`, {
      firstName: 'Grace',
      lastName: 'Hopper',
      password,
      passwordAgain: password,
    });
  };

  test('R01 every command that is for admins refuses everybody else and changes nothing', async () => {
    const help: string[] = [];
    for (const command of ['/users', '/usher'])
      help.push(textOf(await usher.as('ada').ask('#general', `${command} help`)));
    const lines = new Set(help.join('\n').match(/^\/(?:users|usher) [a-z-]+/gm));
    for (const open of ['/users import', '/users help', '/usher help']) lines.delete(open);
    expect(lines.size).toBeGreaterThan(15);
    const before = await database.db('users').orderBy('id').select('id', 'email', 'status', 'is_admin');
    const ben = usher.as('ben');
    for (const line of ['/users', ...lines]) {
      await ben.command('#general', line === '/users' ? line : `${line} ada@example.com`);
      const said = await Promise.race([
        ben.waitForMessage('Only an active admin').then(textOf),
        ben.modal('Only an active admin').then(textOf),
      ]);
      expect(said).toContain('Nothing was changed.');
      await ben.closeModal({ all: true }).catch(() => undefined);
    }
    expect(await database.db('users').orderBy('id').select('id', 'email', 'status', 'is_admin')).toEqual(before);
  });

  test('R06 addresses are recognised one by one, from an e-mail chain and from a spreadsheet', async () => {
    const pasted =
      'one@x.example From: Two Person <two@x.example>; To: mailto:three@x.example,\nFour\tPerson\tfour@x.example';
    const said = textOf(await usher.as('ada').ask('#general', `/users invite ${pasted}`));
    expect(said).toContain('Invited 4 people.');
    for (const name of ['one', 'two', 'three', 'four']) expect(await statusOf(`${name}@x.example`)).toBe('invited');
  });

  test('R04 R08 R10 R11 R19 R20 R21 an invitation is the way in: mail, link, list, and an account once the person accepts', async () => {
    const ada = usher.as('ada');
    const reply = await ada.ask('#general', '/users invite grace@x.example');
    expect(textOf(reply)).toContain('Invited 1 person.');
    expect(await database.db('users').where({ email_key: 'grace@x.example' }).first()).toMatchObject({
      status: 'invited',
      password_hash: null,
    });
    const link = linkIn((await usher.mailsTo('grace@x.example'))[0]);
    expect(linksOf(reply)).toContain(link);
    const listed = textOf(await ada.ask('#general', '/users list grace'));
    expect(listed).toContain('grace@x.example');
    expect(listed).toContain('Invited');
    expect((await follow(link)).status).toBe(200);
    expect(await statusOf('grace@x.example')).toBe('active');
    expect(textOf(await ada.ask('#general', '/users list grace'))).toContain('Active');
  });

  test('R22 R24 a resent invitation is a new mail, and its link is the one that works', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', '/users invite grace@x.example');
    const [first] = await usher.mailsTo('grace@x.example');
    const listed = await ada.ask('#general', '/users list grace');
    await ada.choose(listed, 'user-menu', 'Send the invitation again');
    await ada.waitForMessage('grace@x.example');
    const mails = await usher.mailsTo('grace@x.example');
    expect(mails.length).toBe(2);
    await follow(linkIn(first));
    expect(await statusOf('grace@x.example')).toBe('invited');
    await follow(linkIn(mails.find(({ id }) => id !== first?.id)));
    expect(await statusOf('grace@x.example')).toBe('active');
  });

  test('R23 only an admin can send an invitation again, also at the click', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', '/users invite grace@x.example');
    const listed = await ada.ask('#general', '/users list grace');
    await database.db('users').where({ email_key: 'ada@example.com' }).update({ is_admin: false });
    await ada.choose(listed, 'user-menu', 'Send the invitation again');
    await ada.waitForMessage('Only an active admin');
    expect((await usher.mailsTo('grace@x.example')).length).toBe(1);
  });

  test('R13 the sample project holds requirements in folders, a test plan and test cases', async () => {
    const { id } = await database.db('projects').where({ is_sample: true }).first();
    for (const table of ['folders', 'requirements', 'test_plans', 'test_cases'])
      expect(await database.db(table).where({ project_id: id }).first()).toBeDefined();
    expect(await database.db('requirements').where({ project_id: id }).whereNotNull('folder_id').first()).toBeDefined();
  });

  test('R31 the list leaves disabled users out unless the status asks for them', async () => {
    await insertUser(database.db, { email: 'off@x.example', status: 'disabled' });
    const ada = usher.as('ada');
    expect(textOf(await ada.ask('#general', '/users list'))).not.toContain('off@x.example');
    expect(textOf(await ada.ask('#general', '/users list status:active'))).not.toContain('off@x.example');
    expect(textOf(await ada.ask('#general', '/users list status:inactive'))).toContain('off@x.example');
  });
});
