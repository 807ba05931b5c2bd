import { userOfSlackAccount } from '../../../src/features/users/users.service';
import { insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    await insertUser(database.db, { email: 'otto@example.com', is_admin: true, status: 'disabled' });
    usher = await startUsher(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const invited = async () => (await database.db('users').where({ email_key: 'new@x.example' }).first()) !== undefined;

  test.each([
    [
      'ben',
      'an active user who is no admin',
      'Only an active admin of this site may do that. Nothing was changed. Ask Ada Lovelace.',
    ],
    ['otto', 'a disabled admin', 'Only an active admin'],
    ['uma', 'somebody who is no user', 'Only an active admin'],
    ['grace', 'a guest', 'Guests of this workspace cannot use Usher'],
    ['sol', 'a single-channel guest', 'Guests of this workspace cannot use Usher'],
    ['erin', 'somebody of another organisation with an admin’s address', 'another organisation'],
    ['nora', 'somebody without an e-mail', 'does not tell the e-mail'],
  ])('%s, %s, is refused in words and changes nothing', async (name, _who, sentence) => {
    const reply = await usher.as(name).ask('#general', '/users invite new@x.example');
    expect(textOf(reply)).toContain(sentence);
    expect(await invited()).toBe(false);
  });

  test('an admin who was demoted since is refused at the click', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', '/users invite wait@x.example');
    const report = await ada.ask('#general', '/users invite wait@x.example');
    await database.db('users').where({ email_key: 'ada@example.com' }).update({ is_admin: false });
    await ada.click(report, 'Send the invitation again');
    await ada.waitForMessage('Only an active admin');
    expect(await usher.mailsTo('wait@x.example')).toHaveLength(1);
  });

  test('an admin who was demoted while a form was open is refused at its submission', async () => {
    const ada = usher.as('ada');
    await ada.command('#general', '/users invite');
    await ada.modal('E-mail addresses');
    await ada.fill({ 'E-mail addresses': 'new@x.example' });
    await database.db('users').where({ email_key: 'ada@example.com' }).update({ status: 'disabled' });
    await ada.submit();
    await ada.modal('Only an active admin');
    expect(await invited()).toBe(false);
  });

  test('commands that somebody sends at one moment, never seen before, are all answered', async () => {
    const ctx = testContext(database);
    const [ada] = await database.db('users').where({ email_key: 'ada@example.com' }).select('id', 'email');
    const account = { teamId: 'T0TEAM', slackUserId: 'U0ADA', email: ada.email };
    await database.db('identities').del();
    const found = await Promise.all(Array.from({ length: 20 }, () => userOfSlackAccount(ctx, account)));
    expect(new Set(found.map((user) => user?.id))).toEqual(new Set([ada.id]));
    expect(await database.db('identities').select('user_id')).toEqual([{ user_id: ada.id }]);
  });

  test('a Slack account is bound to its user at the first match, and refused once its address is another', async () => {
    await usher.as('ada').ask('#general', '/users');
    await database.db('identities').update({ email_key: 'before@example.com' });
    const reply = await usher.as('ada').ask('#general', '/users');
    expect(textOf(reply)).toContain('The e-mail of your Slack account has changed');
  });

  test('an admin accepts that somebody’s address in Slack has changed, and the account works again', async () => {
    await insertUser(database.db, { email: 'hedy@example.com', is_admin: true });
    const hedy = usher.as('hedy');
    await hedy.ask('#general', '/users');
    await database.db('identities').update({ email_key: 'before@example.com' });
    expect(textOf(await hedy.ask('#general', '/users'))).toContain('has changed');
    await database.db('identities').whereNot({ slack_user_id: hedy.id }).del();
    const card = await usher.as('ada').ask('#general', '/users show hedy@example.com');
    await usher.as('ada').click(card, 'Link the Slack account again');
    await usher.as('ada').waitForMessage('is accepted with the address it has at its next use');
    expect(textOf(await hedy.ask('#general', '/users'))).toContain('seats taken');
    expect(await database.db('identities').where({ slack_user_id: hedy.id }).first()).toMatchObject({
      email_key: 'hedy@example.com',
    });
  });

  test('every line of help can be read by everybody in the workspace', async () => {
    expect(textOf(await usher.as('uma').ask('#general', '/users help'))).toContain('/users invite');
  });

  test('a form that opens for somebody without the right says so in the form', async () => {
    const ben = usher.as('ben');
    await ben.command('#general', '/users invite');
    await ben.modal('Only an active admin');
  });
});
