import { permissionsOf } from '../../../src/features/access/permissions.service';
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
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const general = '#general';
  const members = (groupId: number) =>
    database.db('group_members').where({ group_id: groupId }).orderBy('user_id').pluck('user_id');
  const audit = (action: string) => database.db('audit_events').where({ action }).orderBy('id');

  test('R36 a group gives its members a batch of site permissions, and never makes an admin', async () => {
    const ada = await start();
    const grace = await insertUser(database.db, { first_name: 'Grace', last_name: 'Hopper', email: 'grace@x.example' });
    await ada.command(general, '/usher groups new "Report readers"');
    await ada.modal('Its members may');
    await ada.fill({
      'Its members may': ['View users', 'View reports across projects'],
      'Add people': ['Grace Hopper'],
    });
    await ada.submit();
    expect(textOf(await ada.modal('is there now'))).toContain('It has 1 member and gives 2 site permissions.');
    const { isAdmin, site } = await permissionsOf(usher.ctx, grace.id);
    expect({ isAdmin, site: [...site].sort() }).toEqual({ isAdmin: false, site: ['view_site_reports', 'view_users'] });
    const [line] = await audit('user.groups_changed');
    expect(line).toMatchObject({ subject_label: 'grace@x.example' });
    expect([JSON.parse(line.before), JSON.parse(line.after)]).toEqual([{ groups: [] }, { groups: ['Report readers'] }]);
    await ada.closeModal();
    expect(textOf(await ada.ask(general, '/usher groups report'))).toContain(
      'Report readers\n2 site permissions · 1 member',
    );
  });

  test('R35 people are added to a group and taken out in its form, found by search', async () => {
    const ada = await start();
    const grace = await insertUser(database.db, { first_name: 'Grace', last_name: 'Hopper' });
    const linus = await insertUser(database.db, { first_name: 'Linus', last_name: 'Out', status: 'disabled' });
    const group = await insertGroup(database.db, { name: 'Readers', members: [linus.id] });
    await ada.choose(await ada.ask(general, '/usher groups'), { within: 'Readers' }, 'Edit…');
    const form = await ada.modal('1 member: Linus Out');
    const out = await ada.suggestions(form, 'Take people out', '');
    expect(out.map(({ text }) => text.text)).toEqual(['Linus Out']);
    expect(await ada.suggestions(form, 'Take people out', 'grace')).toEqual([]);
    await ada.fill({ 'Add people': ['Grace Hopper'], 'Take people out': ['Linus Out'] });
    await ada.submit();
    await ada.modal('is saved; 1 person came in and 1 person went out.');
    expect(await members(group.id)).toEqual([grace.id]);
    expect(await audit('group.changed')).toHaveLength(0);
    expect(await audit('user.groups_changed')).toHaveLength(2);
  });

  test('adding a member again is unchanged, and somebody in both lists is refused', async () => {
    const ada = await start();
    const grace = await insertUser(database.db, { first_name: 'Grace', last_name: 'Hopper' });
    const group = await insertGroup(database.db, { name: 'Readers', members: [grace.id] });
    await ada.command(general, '/usher groups edit readers');
    await ada.modal('1 member');
    await ada.fill({ 'Add people': ['Grace Hopper'], 'Take people out': ['Grace Hopper'] });
    expect((await ada.submit()).errors['group-remove']).toContain('Choose one of the two');
    await ada.fill({ 'Take people out': [] });
    await ada.submit();
    await ada.modal('is as it was');
    expect(await members(group.id)).toEqual([grace.id]);
  });

  test('a group is renamed unless the name is taken, and what was filled in comes back', async () => {
    const ada = await start();
    await insertUser(database.db, { first_name: 'Grace', last_name: 'Hopper' });
    await insertGroup(database.db, { name: 'Writers' });
    await insertGroup(database.db, { name: 'Readers' });
    await ada.command(general, '/usher groups edit Readers');
    await ada.modal('Its members may');
    await ada.fill({ Name: 'WRITERS', 'Add people': ['Grace Hopper'] });
    await ada.submit();
    const again = await ada.modal('There is a group named “WRITERS” already');
    expect(JSON.stringify(again.view)).toContain('Grace Hopper');
    await ada.fill({ Name: '<!here> Readers' });
    await ada.submit();
    await ada.modal('<!here> Readers is saved; 1 person came in.');
    const [line] = await audit('group.changed');
    expect(JSON.parse(line.before)).toMatchObject({ name: 'Readers' });
  });

  test('a group that somebody else changed is shown beside it, and not overwritten', async () => {
    const ada = await start();
    await insertGroup(database.db, { name: 'Readers' });
    await ada.command(general, '/usher groups edit Readers');
    await ada.modal('Its members may');
    await database.db('user_groups').update({ name: 'Leser', name_key: 'leser', version: 2 });
    await ada.fill({ Name: 'Lecteurs' });
    await ada.submit();
    await ada.modal('its name is “Leser”');
    expect(await database.db('user_groups').pluck('name')).toEqual(['Leser']);
    await ada.submit();
    await ada.modal('Lecteurs is saved');
  });

  test('deleting a group ends its memberships after telling whose, and leaves the people', async () => {
    const ada = await start();
    const grace = await insertUser(database.db, { first_name: 'Grace', last_name: 'Hopper' });
    const group = await insertGroup(database.db, { name: 'Readers', members: [grace.id] });
    await ada.command(general, '/usher groups delete readers');
    await ada.modal('1 member: Grace Hopper');
    const linus = await insertUser(database.db, { first_name: 'Linus', last_name: 'Late' });
    await database.db('group_members').insert({ group_id: group.id, user_id: linus.id });
    await ada.submit();
    await ada.modal('Linus Late');
    await ada.submit();
    await ada.modal('2 people are no longer in it');
    expect(await database.db('user_groups')).toEqual([]);
    expect(await database.db('users')).toHaveLength(4);
    expect(await audit('user.groups_changed')).toHaveLength(2);
    const [line] = await audit('group.deleted');
    expect(JSON.parse(line.before)).toMatchObject({ name: 'Readers', members: 2 });
  });

  test('a group that was deleted while somebody edits it does not come back by their save', async () => {
    const ada = await start();
    await insertGroup(database.db, { name: 'Readers' });
    await ada.command(general, '/usher groups edit Readers');
    await ada.modal('Its members may');
    await database.db('user_groups').del();
    await ada.submit();
    expect(textOf(await ada.modal('That did not work'))).toContain('Somebody deleted this group meanwhile');
    expect(await database.db('user_groups')).toEqual([]);
  });
});
