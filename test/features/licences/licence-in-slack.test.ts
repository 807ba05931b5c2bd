import { disableUsers, inviteUsers } from '../../../src/features/invites/invites.service';
import { deliverDue } from '../../../src/platform/mail/dispatcher';
import { insertMembership, insertProject, insertUser, profileId } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { outboxRows } from '../../support/outbox';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

forEachDatabase((database) => {
  let usher: RunningUsher;
  const start = async (seats = 50) => {
    usher = await startUsher(database, { seats });
    return usher.as('ada');
  };
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const general = '#general';
  const warnings = async () => (await outboxRows(database.db)).filter(({ template }) => template === 'seats-warning');
  let key = 0;
  const invite = async (...names: string[]) => {
    key += 1;
    await inviteUsers(usher.ctx, {
      recipients: names.map((name) => ({ email: `${name}@x.example`, firstName: '', lastName: '' })),
      profileId: null,
      groupIds: [],
      projectIds: [],
      idempotencyKey: `test:${key}`,
    });
  };

  test('R18 the licence tells seats, trial, and who holds them by status, by project and read-only', async () => {
    const ada = await start(5);
    const readOnly = await profileId(database.db, 'Read Only');
    const project = await insertProject(database.db, { name: '<!channel> Apollo' });
    const grace = await insertUser(database.db, { first_name: 'Grace', last_name: 'Hopper', email: 'grace@x.example' });
    const linus = await insertUser(database.db, { status: 'invited' });
    const gone = await insertUser(database.db, { status: 'disabled' });
    for (const { id } of [linus, gone]) await insertMembership(database.db, { userId: id, projectId: project.id });
    await insertMembership(database.db, { userId: grace.id, projectId: project.id, profileId: readOnly });
    const shown = textOf(await ada.ask(general, '/usher licence'));
    expect(shown).toContain('4 of 5 seats taken');
    expect(shown).toContain('This is a trial. 1 free. 1 more person can be invited or activated.');
    expect(shown).toContain('3 active · 1 invited · of both, 1 read-only');
    expect(shown).toContain('1 disabled person holds none');
    expect(shown).toContain('<!channel> Apollo  2 seats, of which 1 read-only');
    expect(shown).toContain('Grace Hopper (grace@x.example)');
  });

  test('R16 on a full trial the next invitation is refused with a contact hint, and the licence says so', async () => {
    const ada = await start(2);
    expect(textOf(await ada.ask(general, '/usher licence'))).toContain(
      'No seat is free: the next invitation is refused. Disable somebody, or contact us to end the trial or to get more seats.',
    );
    expect(textOf(await ada.ask(general, '/users invite new@x.example'))).toContain('none is free');
  });

  test('R17 the number of seats is raised and the trial ended in a form, with an audit line', async () => {
    const ada = await start(2);
    await ada.click(await ada.ask(general, '/usher licence'), 'Change the number of seats');
    await ada.modal('2 seats are taken');
    await ada.fill({ Seats: '12', Trial: ['End the trial'] });
    await ada.submit();
    await ada.modal('Saved: 12 seats, 2 of them taken. The site is not on trial.');
    const [line] = await database.db('audit_events').where({ action: 'licence.changed' });
    expect(JSON.parse(line.before)).toEqual({ seats: 2, trial: true });
    expect(JSON.parse(line.after)).toEqual({ seats: 12, trial: false });
    await ada.closeModal();
    await ada.click(await ada.ask(general, '/usher licence'), 'Change the number of seats');
    expect(textOf(await ada.modal('2 seats are taken'))).not.toContain('End the trial');
  });

  test('seats never go below what is used: it says how many must go first', async () => {
    const ada = await start(5);
    await invite('a', 'b', 'c');
    await ada.click(await ada.ask(general, '/usher licence'), 'Change the number of seats');
    await ada.modal('5 seats are taken');
    await ada.fill({ Seats: '3' });
    await ada.submit();
    await ada.modal('Disable or delete 2 people first.');
    expect(await database.db('licences').first()).toMatchObject({ seats: 5 });
  });

  test('a licence that somebody else changed is shown anew and not overwritten', async () => {
    const ada = await start(5);
    await ada.click(await ada.ask(general, '/usher licence'), 'Change the number of seats');
    await ada.modal('2 seats are taken');
    await database.db('licences').update({ seats: 30 });
    await ada.fill({ Seats: '10' });
    await ada.submit();
    await ada.modal('there are 30 seats now');
    expect(await database.db('licences').first()).toMatchObject({ seats: 30 });
    await ada.submit();
    await ada.modal('Saved: 10 seats');
  });

  test('the admin channel is warned once when the use reaches 90 %, and again after it fell below', async () => {
    const ada = await start(10);
    await invite('a', 'b', 'c', 'd', 'e', 'f');
    expect(await warnings()).toHaveLength(0);
    await invite('g');
    await invite('h');
    expect(await warnings()).toHaveLength(1);
    await deliverDue(usher.ctx, { signal: new AbortController().signal });
    expect(textOf(await ada.lastMessage('#admins'))).toContain('9 of 10 seats are taken, 1 is free.');
    const gone = await database.db('users').whereIn('email', ['g@x.example', 'h@x.example']).pluck('id');
    await disableUsers(usher.ctx, gone, 'disable');
    await invite('i');
    expect(await warnings()).toHaveLength(2);
  });

  test('a refused invitation warns nobody, and fewer seats warn as more people do', async () => {
    const ada = await start(6);
    await expect(invite('a', 'b', 'c', 'd', 'e')).rejects.toThrow('only 4 are free');
    await invite('a', 'b');
    expect(await warnings()).toHaveLength(0);
    for (const [seats, many] of [
      ['4', 1],
      ['8', 1],
      ['4', 2],
    ] as const) {
      await ada.click(await ada.ask(general, '/usher licence'), 'Change the number of seats');
      await ada.modal('4 seats are taken');
      await ada.fill({ Seats: seats });
      await ada.submit();
      await ada.modal(`Saved: ${seats} seats`);
      await ada.closeModal();
      expect(await warnings()).toHaveLength(many);
    }
  });

  test('R01 the licence is for admins only', async () => {
    await start();
    expect(textOf(await usher.as('ben').ask(general, '/usher licence'))).toContain('Only an active admin');
  });
});
