import { batchActionNames } from '../../../src/features/batch/batch.types';
import { insertGroup, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  const start = async () => {
    usher = await startUsher(database);
    return usher.as('ada');
  };
  const user = (email: string) => database.db('users').where({ email_key: email }).first();
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });

  test('undo on the result of an edit gives back names and groups, and keeps what somebody changed since', async () => {
    const ada = await start();
    await insertGroup(database.db, { name: 'Testers' });
    await ada.command('#general', '/users edit ben@example.com');
    await ada.modal('First Name');
    await ada.fill({ 'First Name': 'Benjamin', 'Last Name': 'Wrong', Groups: ['Testers'] });
    await ada.submit();
    const saved = await ada.modal('Saved Benjamin Wrong');
    await database.db('users').where({ email_key: 'ben@example.com' }).update({ last_name: 'Right' });
    await ada.click(saved, 'Undo');
    const report = textOf(await ada.modal('Undone for 1 person.'));
    expect(report).toContain('As before: first name and groups of ben@example.com.');
    expect(report).toContain('ben@example.com: last name stays as it is, because somebody changed it since.');
    expect(await user('ben@example.com')).toMatchObject({ first_name: 'Ben', last_name: 'Right' });
    expect(await database.db('group_members')).toEqual([]);
  });

  test('undo on the result of a batch that disabled three people activates all three again', async () => {
    const ada = await start();
    for (const name of ['a', 'b', 'c']) await insertUser(database.db, { email: `${name}@x.example` });
    await ada.command('#general', '/users batch');
    await ada.modal('What to do');
    await ada.fill({
      action: batchActionNames.disable,
      'Or paste addresses': 'a@x.example b@x.example c@x.example',
    });
    await ada.submit();
    await ada.modal('Disable 3 people?');
    await ada.submit();
    const result = await ada.modal('3 done');
    expect(await user('b@x.example')).toMatchObject({ status: 'disabled' });
    await ada.click(result, 'Undo');
    await ada.modal('Undone for 3 people.');
    for (const name of ['a', 'b', 'c']) expect(await user(`${name}@x.example`)).toMatchObject({ status: 'active' });
  });
});
