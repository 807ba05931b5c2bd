import { readApproval } from '../../../src/features/approvals/approval-cards.service';
import { beginApproved, confirmBatch, draftBatch } from '../../../src/features/batch/batch.service';
import { batchActionNames, noInput } from '../../../src/features/batch/batch.types';
import { planBatch } from '../../../src/features/batch/plan-batch.service';
import { resumeBatches, runBatch } from '../../../src/features/batch/run-batch.service';
import { findUsers } from '../../../src/features/users/users.service';
import {
  actorFor,
  insertAdmin,
  insertGroup,
  insertMembership,
  insertProject,
  insertUser,
  profileId,
} from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { linkIn, type RunningUsher, startUsher } from '../../support/usher';
import { insertInvite, insertPeople } from './many-people';

const dayMs = 86_400_000;

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

  type Person = ReturnType<RunningUsher['as']>;
  /** Fills the first step and goes on. */
  const choose = async (ada: Person, values: Parameters<Person['fill']>[0]) => {
    await ada.command('#general', '/users batch');
    await ada.modal('What to do');
    await ada.fill(values);
    return ada.submit();
  };
  const user = (email: string) => database.db('users').where({ email_key: email }).first();

  test('R48: the batch menu offers exactly the seven actions, in their order', async () => {
    const ada = await start();
    await ada.command('#general', '/users batch');
    const form = await ada.modal('What to do');
    const menu = form.view.blocks.find(({ block_id }) => block_id === 'action') as unknown as {
      element: { options: { text: { text: string } }[] };
    };
    expect(menu.element.options.map(({ text }) => text.text)).toEqual([
      'Assign projects',
      'Reset passwords',
      'Export users',
      'Update users',
      'Reactivate users',
      'Deactivate users',
      'Resend invite e-mail',
    ]);
  });

  test('R47, R33: deactivating works on exactly the people picked and pasted, and on nobody else', async () => {
    const ada = await start();
    await insertPeople(database.db, 5);
    await choose(ada, {
      action: batchActionNames.disable,
      People: ['person00001@many.example'],
      'Or paste addresses': 'Person Two <person00002@many.example>; nobody@many.example',
    });
    const plan = await ada.modal('Disable 2 people?');
    expect(textOf(plan)).toContain('2 people cannot sign in any more');
    expect(textOf(plan)).toContain('Nobody here has the address nobody@many.example.');
    expect(await database.db('users').where({ status: 'disabled' })).toHaveLength(0);
    await ada.submit();
    const result = await ada.modal('2 done');
    expect(textOf(result)).toContain('person00001@many.example: done');
    const gone = await database.db('users').where({ status: 'disabled' }).orderBy('email_key').pluck('email');
    expect(gone).toEqual(['person00001@many.example', 'person00002@many.example']);
  });

  test('R32, A20: reactivating a mixed selection ends for each person as done, unchanged or skipped', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'old@x.example', status: 'disabled', password_hash: 'x' });
    await insertUser(database.db, { email: 'wait@x.example', status: 'invited' });
    await choose(ada, {
      action: batchActionNames.activate,
      'Or paste addresses': 'old@x.example wait@x.example ben@example.com',
    });
    const plan = textOf(await ada.modal('Activate 3 people?'));
    expect(plan).toContain('1 person can sign in again.');
    expect(plan).toContain('1 person is active already');
    await ada.submit();
    const result = textOf(await ada.modal('1 done, 1 unchanged and 1 skipped'));
    expect(result).toContain('wait@x.example: skipped – still invited');
    expect(await user('old@x.example')).toMatchObject({ status: 'active' });
  });

  test('R25: an invitation is resent to everybody who has been invited for a week or longer', async () => {
    const ada = await start();
    const now = usher.clock.now().getTime();
    const early = await insertUser(database.db, { email: 'early@x.example', status: 'invited' });
    const late = await insertUser(database.db, { email: 'late@x.example', status: 'invited' });
    await insertInvite(database.db, early.id, new Date(now - 8 * dayMs));
    await insertInvite(database.db, late.id, new Date(now - 2 * dayMs));
    await choose(ada, { action: batchActionNames.resend, 'Invited for this many days or longer': '7' });
    await ada.modal('Send 1 person the invitation again?');
    await ada.submit();
    const result = await ada.modal('1 done');
    const [mail] = await usher.mailsTo('early@x.example');
    expect(JSON.stringify(result.view.blocks)).toContain(linkIn(mail));
    expect(await usher.mailsTo('late@x.example')).toHaveLength(0);
  });

  test('R37: Assign Projects adds all chosen people to all chosen projects; who is in one keeps the profile there', async () => {
    const ada = await start();
    const apollo = await insertProject(database.db, { name: 'Apollo' });
    const zeus = await insertProject(database.db, { name: 'Zeus' });
    const readOnly = await profileId(database.db, 'Read Only');
    const tester = await profileId(database.db, 'Tester');
    const eve = await insertUser(database.db, { email: 'eve@x.example', default_profile_id: readOnly });
    const ben = await user('ben@example.com');
    await insertMembership(database.db, { userId: ben.id, projectId: apollo.id, profileId: readOnly });
    await choose(ada, {
      action: batchActionNames.assign_projects,
      'Or paste addresses': 'eve@x.example ben@example.com',
    });
    await ada.modal('For 2 people');
    await ada.fill({ Projects: ['Apollo', 'Zeus'] });
    await ada.submit();
    const plan = textOf(await ada.modal('Assign projects to 2 people?'));
    expect(plan).toContain('“Apollo” and “Zeus”, with the default profile of each person');
    expect(plan).toContain('2 people are changed.');
    await ada.submit();
    await ada.modal('2 done');
    const rows = await database.db('memberships').orderBy(['user_id', 'project_id']);
    const seen = rows.map((row) => [row.user_id, row.project_id, row.profile_id]);
    expect(seen).toHaveLength(4);
    expect(seen).toEqual(
      expect.arrayContaining([
        [eve.id, apollo.id, readOnly],
        [eve.id, zeus.id, readOnly],
        [ben.id, apollo.id, readOnly],
        [ben.id, zeus.id, tester],
      ]),
    );
  });

  test('Update sets default profile and groups, and the Read Only licence in all projects of each person', async () => {
    const ada = await start();
    const apollo = await insertProject(database.db, { name: 'Apollo' });
    const group = await insertGroup(database.db, { name: 'Guests' });
    const ben = await user('ben@example.com');
    await insertMembership(database.db, { userId: ben.id, projectId: apollo.id });
    await choose(ada, { action: batchActionNames.update, 'Or paste addresses': 'ben@example.com' });
    await ada.modal('For 1 person');
    const refused = await ada.submit();
    expect(JSON.stringify(refused.errors)).toContain('Choose at least one thing to update.');
    await ada.fill({
      'Default profile': 'Read Only',
      'What to do with groups': 'Add the groups below',
      Groups: ['Guests'],
      Licence: 'Read Only in all their projects',
    });
    await ada.submit();
    const plan = textOf(await ada.modal('Update 1 person?'));
    expect(plan).toContain('Licence: Read Only in all their projects.');
    await ada.submit();
    await ada.modal('1 done');
    const readOnly = await profileId(database.db, 'Read Only');
    expect(await user('ben@example.com')).toMatchObject({ default_profile_id: readOnly });
    expect(await database.db('memberships').where({ user_id: ben.id }).pluck('profile_id')).toEqual([readOnly]);
    expect(await database.db('group_members').where({ user_id: ben.id }).pluck('group_id')).toEqual([group.id]);
    const [line] = await database.db('audit_events').where({ action: 'user.updated' });
    expect(JSON.parse(line.after)).toEqual({
      'default profile': 'Read Only',
      projects: ['Apollo (Read Only)'],
      groups: ['Guests'],
    });
  });

  test('Update refuses an auth system that is off, and leaves out who has no name there', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'sso@x.example', sso_username: 'sso-name' });
    const people = { action: batchActionNames.update, 'Or paste addresses': 'ben@example.com sso@x.example' };
    await choose(ada, people);
    await ada.modal('For 2 people');
    await ada.fill({ 'Signs in by': 'SSO' });
    await ada.submit();
    await ada.modal('SSO is switched off for this site');
    await ada.closeModal({ all: true });
    await database.db('settings').insert({ name: 'auth.sso', value: 'true', updated_at: new Date() });
    await choose(ada, people);
    await ada.modal('For 2 people');
    await ada.fill({ 'Signs in by': 'SSO' });
    await ada.submit();
    expect(textOf(await ada.modal('Update 2 people?'))).toContain(
      '1 person cannot be changed: has no SSO username yet',
    );
    await ada.submit();
    await ada.modal('1 done and 1 failed');
    expect(await user('sso@x.example')).toMatchObject({ auth_system: 'sso' });
    expect(await user('ben@example.com')).toMatchObject({ auth_system: 'internal' });
  });

  test('R75: Reset Passwords works on several people, with a link for each in the result', async () => {
    const ada = await start();
    await insertPeople(database.db, 2);
    await choose(ada, {
      action: batchActionNames.reset_passwords,
      'Or paste addresses': 'person00001@many.example person00002@many.example',
    });
    await ada.modal('Reset the password of 2 people?');
    await ada.submit();
    const result = JSON.stringify((await ada.modal('2 done')).view.blocks);
    for (const email of ['person00001@many.example', 'person00002@many.example'])
      expect(result).toContain(linkIn((await usher.mailsTo(email))[0]));
  });

  test('where more than 10,000 people match, a list says so and a batch of them is refused', async () => {
    const ada = await start();
    await insertPeople(database.db, 10_001, 'disabled');
    const counted = await ada.ask('#general', '/users list status:disabled');
    expect(textOf(counted)).toContain('10,001 users');
    const bounded = await ada.ask('#general', '/users list status:disabled many.example');
    expect(textOf(bounded)).toContain('More than 10,000 users');
    await choose(ada, { action: batchActionNames.export, Status: ['Disabled'] });
    const form = await ada.modal('That is 10,001 people; one batch takes up to 10,000.');
    expect(textOf(form)).toContain('Narrow the filter');
    expect(await database.db('batches')).toHaveLength(0);
  });

  test('people are named or described, not both, and somebody has to be chosen', async () => {
    const ada = await start();
    const none = await choose(ada, { action: batchActionNames.export });
    expect(none.errors.people).toContain('Choose people');
    await ada.fill({ 'Or paste addresses': 'ben@example.com', Status: ['Active'] });
    expect((await ada.submit()).errors.pasted).toContain('not both at once');
  });

  test('the picker finds people by the beginning of address or name, and by a part of them', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'grace@x.example', first_name: 'Grace', last_name: 'Hopper' });
    await ada.command('#general', '/users batch');
    const form = await ada.modal('What to do');
    for (const typed of ['gra', 'Grace H', 'hopp', 'x.exam']) {
      const [first] = await ada.suggestions(form, 'People', typed);
      expect(first?.text).toMatchObject({ text: 'Grace Hopper (grace@x.example)' });
    }
    expect(await ada.suggestions(form, 'People', '%')).toHaveLength(0);
  });

  test('300 people are changed with one live message, an ending with counts, and a workbook of results', async () => {
    const ada = await start({ seats: 500 });
    await insertPeople(database.db, 300, 'disabled');
    await choose(ada, { action: batchActionNames.activate, Status: ['Disabled'] });
    await ada.modal('Activate 300 people?');
    await ada.submit();
    await ada.modal('Working on 300 people.');
    const result = await ada.waitForMessage('300 done', { timeoutMs: 20_000 });
    expect(textOf(result)).toContain('and 2');
    await ada.waitForMessage((message) => JSON.stringify(message.files ?? []).includes('Results.xlsx'), {
      timeoutMs: 20_000,
    });
    expect(await database.db('users').where({ status: 'active' })).toHaveLength(302);
    expect(await database.db('operation_results').where({ outcome: 'done' })).toHaveLength(300);
  });

  test('disabling more than ten people asks a second admin first, and changes nobody before', async () => {
    const ada = await start();
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await insertPeople(database.db, 11);
    const emails = Array.from(
      { length: 11 },
      (_, index) => `person000${String(index + 1).padStart(2, '0')}@many.example`,
    );
    const asked = await ada.ask('#general', `/users disable ${emails.join(' ')}`);
    expect(textOf(asked)).toContain('a second admin has to agree');
    await ada.click(asked, 'Confirm');
    await ada.waitForMessage('Disabling 11 people needs a second admin.');
    expect(await database.db('users').where({ status: 'disabled' })).toHaveLength(0);
    expect(await database.db('approvals').where({ state: 'pending', kind: 'disable_users' })).toHaveLength(1);
    await ada.click(asked, 'Confirm');
    await usher.driver.idle();
    expect(await database.db('approvals')).toHaveLength(1);
    const hedy = usher.as('hedy');
    const card = await hedy.waitForMessage(/Disable 11 people: [\s\S]*Asked for by ada@example\.com/);
    await hedy.click(card, 'Approve');
    await hedy.waitForMessage('it was carried out');
    expect(await database.db('users').where({ status: 'disabled' })).toHaveLength(11);
  });

  test('what a second admin refused is said to be refused when it is confirmed again, and nobody is asked anew', async () => {
    const ada = await start();
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await insertPeople(database.db, 11);
    const asked = await ada.ask('#general', `/users disable ${manyEmails(11)}`);
    await ada.click(asked, 'Confirm');
    await ada.waitForMessage('The other admins were asked.');
    const hedy = usher.as('hedy');
    await hedy.click(await hedy.waitForMessage(/Disable 11 people: [\s\S]*Asked for by ada@example\.com/), 'Refuse…');
    await hedy.modal('ada@example.com is told.');
    await hedy.fill({ 'Why?': 'They are on holiday' });
    await hedy.submit();
    await hedy.modal('hedy@example.com refused it');
    await ada.click(asked, 'Confirm');
    const told = await ada.waitForMessage('Nobody is asked again by this.');
    expect(textOf(told)).toContain('hedy@example.com refused it: They are on holiday');
    expect(textOf(told)).not.toContain('were asked');
    expect(await database.db('approvals').pluck('state')).toEqual(['refused']);
    expect(await database.db('users').where({ status: 'disabled' })).toHaveLength(0);
  });

  const manyEmails = (number: number) =>
    Array.from({ length: number }, (_, index) => `person${String(index + 1).padStart(5, '0')}@many.example`).join(' ');

  test('what a second admin agreed to runs as its batch: one live message, a result for each, an undo button', async () => {
    const ada = await start();
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await insertPeople(database.db, 12);
    await choose(ada, { action: batchActionNames.disable, 'Or paste addresses': manyEmails(12) });
    await ada.modal('a second admin has to agree');
    await ada.submit();
    await ada.modal('Disabling 12 people needs a second admin.');
    // One of them is gone before the second admin agrees, which keeps nobody else.
    await database.db('users').where({ email_key: 'person00007@many.example' }).del();
    const hedy = usher.as('hedy');
    await hedy.click(await hedy.waitForMessage('Disable 12 people'), 'Approve');
    const result = await ada.waitForMessage('11 done and 1 skipped');
    expect(textOf(result)).toContain('person00007@many.example: skipped');
    expect(textOf(result)).toContain('person00001@many.example: done');
    await hedy.waitForMessage('hedy@example.com approved it, and it was carried out.');
    expect(await database.db('batches').pluck('state')).toEqual(['done']);
    const about = ada.messages('@usher').filter((shown) => /Disabl\w+ (12 )?people/.test(shown.text));
    expect(about.map(({ ts }) => ts)).toContain(result.ts);
    expect(about.filter((shown) => textOf(shown).includes('█'))).toHaveLength(0);
    const lines = await database.db('audit_events').where({ action: 'user.disabled' });
    expect(lines).toHaveLength(11);
    for (const line of lines) {
      expect(line.actor_label).toBe('ada@example.com');
      expect(JSON.parse(line.after)).toEqual({ status: 'disabled', 'approved by': 'hedy@example.com' });
    }
    await ada.click(result, 'Undo');
    await ada.waitForMessage('Undone for 11 people.');
    expect(await database.db('users').where({ status: 'disabled' })).toHaveLength(0);
  });

  test('an approved batch whose process died goes on by resume-batches, and its card is drawn at the end', async () => {
    const ada = await start({ seats: 500 });
    await insertAdmin(database.db, { email: 'hedy@example.com' });
    await insertPeople(database.db, 100);
    await choose(ada, { action: batchActionNames.disable, 'Or paste addresses': manyEmails(100) });
    await ada.modal('a second admin has to agree');
    await ada.submit();
    await ada.modal('Disabling 100 people needs a second admin.');
    const [approval] = await database.db('approvals');
    const [batch] = await database.db('batches');
    // The process that began it died right after.
    await database
      .db('approvals')
      .where({ id: approval.id })
      .update({ state: 'approved', decider_label: 'hedy@example.com', decided_at: usher.clock.now() });
    const owner = { ...usher.ctx, actor: actorFor({ id: batch.owner_user_id, email: batch.owner_label }) };
    const given = await readApproval(usher.ctx, approval.id);
    if (given === null) throw new Error('no approval');
    await beginApproved(owner, batch.id, given);
    usher.clock.advance(61_000);
    expect(await resumeBatches(usher.ctx)).toEqual({ resumed: 1, untold: 0 });
    await ada.waitForMessage('100 done');
    await usher.as('hedy').waitForMessage('it was carried out');
    expect(await database.db('users').where({ status: 'disabled' })).toHaveLength(100);
  });

  /** It is noted right after the message is there. */
  const untilTold = async () => {
    while (!(await database.db('batches').first('told')).told) await new Promise((done) => setTimeout(done, 20));
  };

  test('how a batch ended is told once, also when the process died between its end and the telling', async () => {
    const ada = await start();
    await insertPeople(database.db, 3);
    const ctx = {
      ...usher.ctx,
      actor: actorFor(await user('ada@example.com'), `T/${ada.id}`),
    };
    const people = await findUsers(ctx, await database.db('users').where('email', 'like', 'person%').pluck('id'));
    const batchId = await draftBatch(ctx, 'disable', people);
    await planBatch(ctx, batchId, noInput);
    await confirmBatch(ctx, batchId, '');
    await runBatch(ctx, batchId, new AbortController().signal, () => undefined);
    expect(await resumeBatches(usher.ctx)).toEqual({ resumed: 0, untold: 0 });
    usher.clock.advance(61_000);
    expect(await resumeBatches(usher.ctx)).toEqual({ resumed: 0, untold: 1 });
    expect(await resumeBatches(usher.ctx)).toMatchObject({ resumed: 0 });
    await ada.waitForMessage('3 done');
    await untilTold();
    usher.clock.advance(61_000);
    expect(await resumeBatches(usher.ctx)).toEqual({ resumed: 0, untold: 0 });
    await usher.driver.idle();
    expect(ada.messages('@usher').filter((shown) => textOf(shown).includes('3 done'))).toHaveLength(1);
  });

  test('a batch that was told where it was confirmed is not told again', async () => {
    const ada = await start();
    await insertPeople(database.db, 2);
    await ada.click(await ada.ask('#general', `/users disable ${manyEmails(2)}`), 'Confirm');
    await ada.waitForMessage('2 done');
    await untilTold();
    usher.clock.advance(61_000);
    expect(await resumeBatches(usher.ctx)).toEqual({ resumed: 0, untold: 0 });
  });

  test('a workbook that Slack does not take is not claimed to be there, and can be sent again', async () => {
    const ada = await start();
    await insertPeople(database.db, 2);
    usher.refusedMethods.set('files.completeUploadExternal', 'internal_error');
    await choose(ada, { action: batchActionNames.export, 'Or paste addresses': manyEmails(2) });
    await ada.modal('Export 2 people?');
    await ada.submit();
    const result = await ada.modal('2 done');
    expect(textOf(result)).toContain('The workbook could not be put into our direct conversation.');
    expect(textOf(result)).not.toContain('lies in our direct conversation');
    await ada.click(result, 'Send the workbook again');
    const still = await ada.modal('Try it again in a few minutes.');
    usher.refusedMethods.clear();
    await ada.click(still, 'Send the workbook again');
    await ada.modal('The workbook lies in our direct conversation now.');
    await ada.waitForMessage((shown) => JSON.stringify(shown.files ?? []).includes('People.xlsx'));
  });

  test('the only admin types a phrase before more than ten people are disabled', async () => {
    const ada = await start();
    await insertPeople(database.db, 11);
    const emails = Array.from(
      { length: 11 },
      (_, index) => `person000${String(index + 1).padStart(2, '0')}@many.example`,
    );
    const asked = await ada.ask('#general', `/users disable ${emails.join(' ')}`);
    await ada.click(asked, 'Confirm…');
    await ada.modal('There is no second admin to ask. Type “disable 11 people”');
    await ada.fill({ phrase: 'disable them' });
    await ada.submit();
    await ada.modal('Type “disable 11 people” to go on. Nothing was changed.');
    await ada.fill({ phrase: 'Disable 11 people' });
    await ada.submit();
    await ada.modal('11 done');
    expect(await database.db('users').where({ status: 'disabled' })).toHaveLength(11);
  });
});
