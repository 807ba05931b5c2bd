import { verifyPassword } from '../../../src/features/credentials/passwords.service';
import { insertAdmin, insertUser, setSeats } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { newVisitor } from '../../support/pages';
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

  const statusOf = async (email: string): Promise<string> =>
    (await database.db('users').where({ email_key: email }).first('status')).status;

  test('R30: reactivating asks first, and happens only when it is confirmed', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'old@x.example', status: 'disabled', password_hash: 'x' });
    const asked = await ada.ask('#general', '/users activate old@x.example');
    expect(asked.ephemeral).toBe(true);
    expect(textOf(asked)).toContain('Activate 1 person?');
    expect(textOf(asked)).toContain('1 person can sign in again.');
    expect(await statusOf('old@x.example')).toBe('disabled');
    await ada.click(asked, 'Confirm');
    expect(textOf(await ada.waitForMessage('1 done'))).toContain('old@x.example: done');
    expect(await statusOf('old@x.example')).toBe('active');
  });

  test('R30: a reactivation that is cancelled changes nothing, also when Confirm is pressed after all', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'old@x.example', status: 'disabled', password_hash: 'x' });
    const asked = await ada.ask('#general', '/users activate old@x.example');
    await ada.click(asked, 'Cancel');
    await ada.waitForMessage('Cancelled. Nothing was changed.');
    await ada.click(asked, 'Confirm');
    await ada.waitForMessage('This was cancelled. Nothing was changed; begin anew.');
    expect(await statusOf('old@x.example')).toBe('disabled');
  });

  test('R29: an admin reactivates one person from the menu of their row', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'old@x.example', status: 'disabled', password_hash: 'x' });
    const page = await ada.ask('#general', '/users list status:disabled');
    await ada.choose(page, { name: 'user-menu', within: 'old@x.example' }, 'Activate…');
    await ada.modal('takes a seat and can sign in again');
    await ada.submit();
    await ada.modal('Activated 1 person');
    expect(await statusOf('old@x.example')).toBe('active');
  });

  test('A15: whoever never accepted an invitation is invited again, with a link for the admin and a mail', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'never@x.example', status: 'disabled' });
    await ada.click(await ada.ask('#general', '/users activate never@x.example'), 'Confirm');
    const result = await ada.waitForMessage('1 done');
    expect(textOf(result)).toContain('never accepted before, so invited again');
    const [mail] = await usher.mailsTo('never@x.example');
    expect(linksOf(result)).toContain(linkIn(mail));
    expect(await statusOf('never@x.example')).toBe('invited');
  });

  test('an activation for which seats are short says how many fit and cannot be confirmed', async () => {
    const ada = await start({ seats: 3 });
    for (const name of ['a', 'b'])
      await insertUser(database.db, { email: `${name}@x.example`, status: 'disabled', password_hash: 'x' });
    const asked = await ada.ask('#general', '/users activate a@x.example b@x.example');
    expect(textOf(asked)).toContain('That needs 2 seats, and only 1 is free');
    expect(JSON.stringify(asked.blocks)).not.toContain('batch-confirm');
  });

  test('A14: disabling asks first, ends sessions, revokes tokens, voids links, and says so person by person', async () => {
    const ada = await start();
    const user = await insertUser(database.db, { email: 'zoe@x.example' });
    await database.db('api_tokens').insert({
      user_id: user.id,
      name: 'ci',
      token_hash: 'h',
      created_at: new Date(),
    });
    const asked = await ada.ask('#general', '/users disable “Zoe Z” <zoe@x.example>; ada@example.com');
    expect(textOf(asked)).toContain('Disable 2 people?');
    expect(textOf(asked)).toContain('You are among them and are skipped');
    await ada.click(asked, 'Confirm');
    const result = textOf(await ada.waitForMessage('1 done and 1 skipped'));
    expect(result).toContain('zoe@x.example: done');
    expect(result).toContain('ada@example.com: skipped – nobody does this to themselves');
    expect(await statusOf('zoe@x.example')).toBe('disabled');
    expect(await statusOf('ada@example.com')).toBe('active');
    expect(await database.db('api_tokens').whereNull('revoked_at')).toHaveLength(0);
    const audit = await database.db('audit_events').where({ action: 'user.disabled' });
    expect(audit).toHaveLength(1);
    expect(audit[0]).toMatchObject({ actor_label: 'ada@example.com', subject_label: 'zoe@x.example' });
  });

  test('the result of a disabling has a button that takes it back', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'zoe@x.example', password_hash: 'x' });
    await ada.click(await ada.ask('#general', '/users disable zoe@x.example'), 'Confirm');
    await ada.click(await ada.waitForMessage('zoe@x.example: done'), 'Undo');
    await ada.waitForMessage(/zoe@x\.example/);
    await usher.driver.idle();
    expect(await statusOf('zoe@x.example')).toBe('active');
  });

  test('Confirm pressed twice disables once and shows how it ended', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'zoe@x.example' });
    const asked = await ada.ask('#general', '/users disable zoe@x.example');
    await Promise.all([ada.click(asked, 'Confirm'), ada.click(asked, 'Confirm')]);
    await ada.waitForMessage('zoe@x.example: done');
    await usher.driver.idle();
    expect(await database.db('operations').where({ kind: 'disable' })).toHaveLength(1);
    expect(await database.db('audit_events').where({ action: 'user.disabled' })).toHaveLength(1);
  });

  test('an admin who was demoted between the plan and Confirm changes nothing', async () => {
    const ada = await start();
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await insertUser(database.db, { email: 'zoe@x.example' });
    const asked = await ada.ask('#general', '/users disable zoe@x.example');
    await database.db('users').where({ email_key: 'ada@example.com' }).update({ is_admin: false });
    await ada.click(asked, 'Confirm');
    await ada.waitForMessage('Only an active admin of this site may do that');
    expect(await statusOf('zoe@x.example')).toBe('active');
  });

  test('somebody who was deleted between the plan and Confirm is skipped, and the others are done', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'zoe@x.example' });
    await insertUser(database.db, { email: 'yan@x.example' });
    const asked = await ada.ask('#general', '/users disable zoe@x.example yan@x.example');
    await database.db('users').where({ email_key: 'yan@x.example' }).del();
    await ada.click(asked, 'Confirm');
    const result = textOf(await ada.waitForMessage('1 done and 1 skipped'));
    expect(result).toContain('yan@x.example: skipped – deleted meanwhile');
    expect(await statusOf('zoe@x.example')).toBe('disabled');
  });

  test('R22, R24: an admin resends the invitation of one person at once, with a new link and a new mail', async () => {
    const ada = await start();
    await ada.ask('#general', '/users invite wait@x.example');
    const [first] = await usher.mailsTo('wait@x.example');
    const reply = await ada.ask('#general', '/users resend wait@x.example');
    expect(textOf(reply)).toContain('Sent 1 invitation again');
    const mails = await usher.mailsTo('wait@x.example');
    expect(mails).toHaveLength(2);
    expect(linkIn(mails[0])).not.toBe(linkIn(first));
  });

  test('R23: only an admin can resend, and the refusal changes nothing', async () => {
    await start();
    await insertUser(database.db, { email: 'wait@x.example', status: 'invited' });
    const reply = await usher.as('ben').ask('#general', '/users resend wait@x.example');
    expect(textOf(reply)).toContain('Only an active admin');
    expect(await usher.mailsTo('wait@x.example')).toHaveLength(0);
  });

  test('A13: resending to several shows a plan, then skips all who are not invited with the reason', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'wait@x.example', status: 'invited' });
    const asked = await ada.ask('#general', '/users resend wait@x.example ben@example.com nobody@x.example');
    expect(textOf(asked)).toContain('Send 2 people the invitation again?');
    expect(textOf(asked)).toContain('Nobody here has the address nobody@x.example.');
    await ada.click(asked, 'Confirm');
    const result = textOf(await ada.waitForMessage('1 done and 1 skipped'));
    expect(result).toContain('wait@x.example: done');
    expect(result).toContain('ben@example.com: skipped – active already');
    expect(await usher.mailsTo('ben@example.com')).toHaveLength(0);
  });

  test('R75–R77, R79: a reset of one password mails a link, shows it to the admin only, and revokes all API tokens', async () => {
    const ada = await start();
    const ben = await database.db('users').where({ email_key: 'ben@example.com' }).first('id');
    for (const hash of ['one', 'two'])
      await database.db('api_tokens').insert({ user_id: ben.id, name: hash, token_hash: hash, created_at: new Date() });
    const reply = await ada.ask('#general', '/users reset-password ben@example.com');
    expect(reply.ephemeral).toBe(true);
    expect(textOf(reply)).toContain('2 API tokens revoked');
    const [mail] = await usher.mailsTo('ben@example.com');
    expect(linksOf(reply)).toContain(linkIn(mail));
    expect(await database.db('api_tokens').where({ revoked_reason: 'password_reset' })).toHaveLength(2);
    const token = new URL(linkIn(mail)).searchParams.get('token') ?? '';
    expect(token.length).toBeGreaterThan(20);
    const stored = JSON.stringify([await database.db('audit_events'), await database.db('outbox')]);
    expect(stored).not.toContain(token);
    expect(usher.logText()).not.toContain(token);
  });

  test('R78: the person sets a new password through the link, which works for 24 hours', async () => {
    const ada = await start();
    await ada.ask('#general', '/users reset-password ben@example.com');
    const first = linkIn((await usher.mailsTo('ben@example.com'))[0]);
    await ada.ask('#general', '/users reset-password ben@example.com');
    const second = linkIn((await usher.mailsTo('ben@example.com'))[0]);
    const password = 'teal kite moon';
    const visitor = newVisitor(usher.origin);
    const pathOf = (link: string) => link.slice(usher.origin.length);
    expect((await visitor.get(pathOf(first))).status).toBe(410);
    usher.clock.advance(24 * 3_600_000 - 60_000);
    const answer = await visitor.fillIn(pathOf(second), { password, passwordAgain: password });
    expect(answer.body).toContain('Your password is set.');
    const row = await database.db('users').where({ email_key: 'ben@example.com' }).first('password_hash');
    expect(await verifyPassword(row.password_hash, password)).toBe(true);
    await ada.ask('#general', '/users reset-password ben@example.com');
    const third = linkIn((await usher.mailsTo('ben@example.com'))[0]);
    usher.clock.advance(24 * 3_600_000 + 1000);
    expect((await visitor.get(pathOf(third))).status).toBe(410);
  });

  test('R49, R75: the card of a person has a button that resets the password, with the link in the answer', async () => {
    const ada = await start();
    const card = await ada.ask('#general', '/users show ben@example.com');
    await ada.click(card, 'Reset the password…');
    const reply = await ada.waitForMessage('1 person can choose a new password.');
    expect(linksOf(reply)).toContain(linkIn((await usher.mailsTo('ben@example.com'))[0]));
    await insertUser(database.db, { email: 'wait@x.example', status: 'invited' });
    expect(textOf(await ada.ask('#general', '/users show wait@x.example'))).not.toContain('Reset the password');
  });

  test('A29: whoever is invited, disabled or signs in elsewhere is skipped by a reset, with the reason', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'wait@x.example', status: 'invited' });
    await insertUser(database.db, { email: 'old@x.example', status: 'disabled' });
    await insertUser(database.db, { email: 'sso@x.example', auth_system: 'sso', sso_username: 's' });
    const asked = await ada.ask(
      '#general',
      '/users reset-password wait@x.example, old@x.example, sso@x.example, ben@example.com',
    );
    expect(textOf(asked)).toContain('1 person is sent a link to choose a new password');
    await ada.click(asked, 'Confirm');
    const result = await ada.waitForMessage('1 done and 3 skipped');
    expect(textOf(result)).toContain('wait@x.example: skipped – still invited; send the invitation again instead');
    expect(textOf(result)).toContain('old@x.example: skipped – disabled; activate first');
    expect(textOf(result)).toContain('sso@x.example: skipped – signs in by LDAP or SSO');
    expect(linksOf(result)).toEqual([linkIn((await usher.mailsTo('ben@example.com'))[0])]);
  });

  test('an address that nobody has is named, with the near one, and nothing happens', async () => {
    const ada = await start();
    const reply = await ada.ask('#general', '/users disable bem@example.com');
    expect(textOf(reply)).toContain('Nobody here has the address bem@example.com. Did you mean ben@example.com?');
    expect(textOf(await ada.ask('#general', '/users disable'))).toContain('Usage: /users disable EMAILS');
  });

  test('seats that were taken between the plan and Confirm refuse the whole activation and say how many fit', async () => {
    const ada = await start({ seats: 4 });
    for (const name of ['a', 'b'])
      await insertUser(database.db, { email: `${name}@x.example`, status: 'disabled', password_hash: 'x' });
    const asked = await ada.ask('#general', '/users activate a@x.example b@x.example');
    await setSeats(database.db, 3);
    await ada.click(asked, 'Confirm');
    await ada.waitForMessage('That needs 2 seats, and only 1 is free');
    expect(await database.db('users').whereIn('status', ['invited', 'active'])).toHaveLength(2);
  });
});
