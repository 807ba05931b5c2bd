import { insertProject, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { linkIn, type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const crowd = async (size: number) => {
    for (let index = 0; index < size; index += 1) {
      const email = `p${String(index).padStart(2, '0')}@x.example`;
      await insertUser(database.db, { email, first_name: 'Person', last_name: String(index) });
    }
  };

  test('/users tells how many seats are taken and how many people there are in each status', async () => {
    await insertUser(database.db, { status: 'disabled' });
    await insertUser(database.db, { status: 'invited' });
    const reply = await usher.as('ada').ask('#general', '/users');
    expect(textOf(reply)).toContain('3 of 50 seats taken');
    expect(textOf(reply)).toContain('2 active · 1 invited · 1 disabled');
  });

  test('the list leaves disabled people out until a button or a status asks for them', async () => {
    await insertUser(database.db, { email: 'gone@x.example', status: 'disabled' });
    const ada = usher.as('ada');
    const reply = await ada.ask('#general', '/users list');
    expect(textOf(reply)).not.toContain('gone@x.example');
    await ada.click(reply, 'Show disabled too');
    await ada.waitForMessage('gone@x.example');
    expect(textOf(await ada.ask('#general', '/users list status:Inactive'))).toContain('gone@x.example');
  });

  test('a long list is read page by page in the same message', async () => {
    await crowd(23);
    const ada = usher.as('ada');
    const first = await ada.ask('#general', '/users list');
    expect(textOf(first)).toContain('25 users');
    expect(textOf(first)).toContain('page 1 of 3');
    await ada.click(first, 'Next →');
    const second = await ada.waitForMessage('page 2 of 3');
    expect(second.ts).toBe(first.ts);
    await ada.click(second, 'Next →');
    const third = await ada.waitForMessage('page 3 of 3');
    expect(textOf(third)).toContain('p22@x.example');
    expect(textOf(third)).not.toContain('Next →');
  });

  test('a list is narrowed by status, project and text together', async () => {
    await crowd(3);
    const project = await insertProject(database.db, { name: 'Apollo' });
    const user = await database.db('users').where({ email: 'p01@x.example' }).first();
    const profile = await database.db('profiles').first();
    await database
      .db('memberships')
      .insert({ user_id: user.id, project_id: project.id, profile_id: profile.id, created_at: new Date() });
    const reply = textOf(await usher.as('ada').ask('#general', '/users list status:active project:apollo person'));
    expect(reply).toContain('1 user');
    expect(reply).toContain('p01@x.example');
  });

  test('percent and underscore in a text are looked for as themselves', async () => {
    await insertUser(database.db, { email: 'a_b@x.example' });
    await insertUser(database.db, { email: 'acb@x.example' });
    const reply = textOf(await usher.as('ada').ask('#general', '/users list a_b'));
    expect(reply).toContain('a_b@x.example');
    expect(reply).not.toContain('acb@x.example');
    expect(textOf(await usher.as('ada').ask('#general', '/users list %'))).toContain('Nobody matches');
  });

  test('a status that does not exist is met with the near one', async () => {
    const reply = await usher.as('ada').ask('#general', '/users list status:actve');
    expect(textOf(reply)).toContain('There is no status “actve”. Did you mean “active”?');
  });

  test('a card shows an invited person’s link to the admin only, and it opens the activation page', async () => {
    const ada = usher.as('ada');
    await ada.ask('#general', '/users invite grace@x.example');
    const card = await ada.ask('#general', '/users show grace@x.example');
    expect(card.ephemeral).toBe(true);
    expect(textOf(card)).toContain('Invited');
    expect(JSON.stringify(card.blocks)).toContain(linkIn((await usher.mailsTo('grace@x.example'))[0]));
    const others = usher.as('ben').messages('#general').map(textOf).join('\n');
    expect(others).not.toContain('token=');
  });

  test('an address that nobody has is met with the near one', async () => {
    const reply = await usher.as('ada').ask('#general', '/users show bem@example.com');
    expect(textOf(reply)).toContain('Nobody here has the address bem@example.com. Did you mean ben@example.com?');
  });

  test('the menu of a row disables and activates after a question, and shows what came of it', async () => {
    await insertUser(database.db, { email: 'grace@x.example', password_hash: 'x' });
    const ada = usher.as('ada');
    const listed = await ada.ask('#general', '/users list grace');
    await ada.choose(listed, 'user-menu', 'Disable…');
    await ada.modal('cannot sign in any more');
    expect((await database.db('users').where({ email: 'grace@x.example' }).first()).status).toBe('active');
    await ada.submit();
    await ada.modal('Disabled 1 person.');
    expect((await database.db('users').where({ email: 'grace@x.example' }).first()).status).toBe('disabled');
    const again = await ada.ask('#general', '/users list status:disabled grace');
    await ada.choose(again, 'user-menu', 'Activate…');
    await ada.modal('takes a seat');
    await ada.submit();
    await ada.modal('Activated 1 person.');
    expect((await database.db('users').where({ email: 'grace@x.example' }).first()).status).toBe('active');
  });

  test('nobody disables themselves, and the last active admin stays', async () => {
    const ada = usher.as('ada');
    const listed = await ada.ask('#general', '/users list ada@');
    await ada.choose(listed, 'user-menu', 'Disable…');
    await ada.modal('cannot sign in any more');
    await ada.submit();
    await ada.modal('nobody disables themselves');
    expect((await database.db('users').where({ email: 'ada@example.com' }).first()).status).toBe('active');
  });

  test('an unknown verb, an unknown option and a bare address each get the right usage', async () => {
    const ada = usher.as('ada');
    expect(textOf(await ada.ask('#general', '/users invit x@y.example'))).toContain('Did you mean “invite”?');
    expect(textOf(await ada.ask('#general', '/users list projet:Apollo'))).toContain('Did you mean “project:”?');
    expect(textOf(await ada.ask('#general', '/users ben@example.com'))).toContain('/users show ben@example.com');
    expect(textOf(await ada.ask('#general', '/users help invite'))).toContain('/users invite ada@example.com');
    expect(textOf(await ada.ask('#general', '/users help'))).toContain('/users list [status:NAME');
  });

  test('a name of 100 characters, emoji, right-to-left and combining marks all fit a card and a list', async () => {
    await insertUser(database.db, {
      email: 'odd@x.example',
      first_name: 'ن'.repeat(50),
      last_name: `👩‍🚀${'e\u0301'.normalize('NFC')}`.repeat(15),
    });
    const ada = usher.as('ada');
    expect(textOf(await ada.ask('#general', '/users show odd@x.example'))).toContain('👩‍🚀');
    expect(textOf(await ada.ask('#general', '/users list odd'))).toContain('odd@x.example');
  });
});
