import { Workbook } from 'exceljs';
import { runOffboardings } from '../../../src/features/offboarding/run-offboardings.service';
import { deliverDue } from '../../../src/platform/mail/dispatcher';
import type { MessageView } from '../../../src/workspace/protocol';
import { insertAdmin, insertMembership, insertProject, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';
import { insertCases, insertRun, insertRuns } from '../../support/work-builders';

forEachDatabase((database) => {
  let usher: RunningUsher;
  let lea = 0;
  let max = 0;
  let apollo = 0;
  beforeEach(async () => {
    usher = await startUsher(database);
    const { db } = database;
    await db('test_runs').del();
    lea = (await insertUser(db, { email: 'lea@x.example', first_name: 'Lea', last_name: 'Ver' })).id;
    max = (await insertUser(db, { email: 'max@x.example' })).id;
    apollo = (await insertProject(db, { name: 'Apollo' })).id;
    await insertMembership(db, { userId: lea, projectId: apollo });
    const runId = await insertRun(db, { projectId: apollo, assigneeId: lea });
    await insertCases(db, { runId, assigneeId: lea, many: 3 });
    await insertRun(db, { projectId: apollo, assigneeId: max });
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const line = '/users delete lea@x.example, max@x.example replacement:ben@example.com';
  const withSecondAdmin = () => insertAdmin(database.db, { email: 'hedy@example.com', first_name: 'Hedy' });
  const here = (...ids: number[]): Promise<number[]> =>
    database.db('users').whereIn('id', ids).orderBy('id').pluck('id');
  const told = async (words: string): Promise<MessageView> => {
    await deliverDue(usher.ctx, { signal: new AbortController().signal });
    return usher.as('ada').waitForMessage((shown) => textOf(shown).includes(words) && !shown.ephemeral);
  };
  /** Ada asks, and a second admin gets the card. */
  const ask = async (typed = line) => {
    await withSecondAdmin();
    const ada = usher.as('ada');
    await ada.command('#general', typed);
    await ada.modal('A second admin is asked to agree');
    await ada.submit();
    await ada.modal('needs a second admin');
    await ada.closeModal({ all: true });
    return usher.as('hedy').waitForMessage(/Delete \d+ people: [\s\S]*\[Approve\]/);
  };

  test('several people are shown with exact numbers for each and all together, and deleted once a second admin agreed', async () => {
    await withSecondAdmin();
    const ada = usher.as('ada');
    await ada.command('#general', line);
    const shown = textOf(await ada.modal('2 people will be deleted for good'));
    expect(shown).toContain('2 test runs below 100 % go to Ben Okri (ben@example.com).');
    expect(shown).toContain('3 open run cases go to Ben Okri (ben@example.com).');
    expect(shown).toContain('Ben Okri enters Apollo as Tester.');
    expect(shown).toContain('2 seats become free.');
    // Ben enters the project with the first of them, so that the second one adds nothing.
    expect(shown).toContain('Lea Ver (lea@x.example): 1 test run, 3 run cases, 1 project gained, 1 seat freed');
    expect(shown).toContain('(max@x.example): 1 test run, 1 seat freed');
    await ada.submit();
    await ada.modal('Deleting 2 people needs a second admin.');
    expect(await here(lea, max)).toEqual([lea, max]);
    const hedy = usher.as('hedy');
    const card = await hedy.waitForMessage('Delete 2 people: lea@x.example, max@x.example; ben@example.com takes over');
    expect(textOf(card)).toContain('lea@x.example: 1 test run, 3 run cases, 1 project gained, 1 seat freed');
    expect(textOf(card)).toContain('ben@example.com enters Apollo as Tester');
    await hedy.click(card, 'Approve');
    await hedy.waitForMessage('it was carried out');
    expect(await here(lea, max)).toEqual([]);
    const text = textOf(await told('You asked: Delete 2 people'));
    expect(text).toContain('2 done');
    expect(text).toContain('lea@x.example: done – 1 test run, 3 run cases, 1 project gained, 1 seat freed');
    const ben = (await database.db('users').where({ email: 'ben@example.com' }).first()).id;
    expect(await database.db('test_runs').pluck('assignee_id')).toEqual([ben, ben]);
    expect(await database.db('memberships').where({ user_id: ben, project_id: apollo })).toHaveLength(1);
    const events = await database.db('audit_events').where({ action: 'user.deleted' });
    expect(events.map(({ actor_label }) => actor_label)).toEqual(['ada@example.com', 'ada@example.com']);
  });

  test('a site with one admin types how many are deleted, and the audit says that there was no second one', async () => {
    const ada = usher.as('ada');
    await ada.command('#general', line);
    await ada.modal('Type “delete 2 people” to go on');
    await ada.fill({ typed: 'delete 3 people' });
    await ada.submit();
    await ada.modal('Type “delete 2 people” to go on. Nothing was changed.');
    expect(await here(lea, max)).toEqual([lea, max]);
    await ada.fill({ typed: ' Delete 2  people' });
    await ada.submit();
    const done = textOf(await ada.modal('2 done'));
    expect(done).toContain('max@x.example: done – 1 test run, 1 seat freed');
    expect(await here(lea, max)).toEqual([]);
    const phrases = await database.db('audit_events').where({ action: 'approval.phrase_typed' });
    expect(phrases.map(({ after }) => JSON.parse(after))).toEqual([
      { phrase: 'delete 2 people', why: 'typed the phrase, no second admin' },
    ]);
  });

  test('more than 50 moves need the phrase besides the second admin, and the cases left over of all come as one workbook', async () => {
    const { db } = database;
    await withSecondAdmin();
    await insertRuns(db, apollo, max, 3);
    const runId = await insertRun(db, { projectId: apollo });
    await insertCases(db, { runId, assigneeId: lea, many: 104 });
    await insertCases(db, { runId: await insertRun(db, { projectId: apollo }), assigneeId: max, many: 101 });
    const ada = usher.as('ada');
    await ada.command('#general', line);
    const modal = await ada.modal('200 of 208 open run cases go to Ben Okri');
    expect(textOf(modal)).toContain('8 run cases become unassigned: at most 100 of each person’s move');
    expect(textOf(modal)).toContain('100 run cases, 7 left over');
    await ada.click(modal, 'Send me the 8 left over');
    const [file] = (await ada.waitForMessage(({ files }) => files.length > 0)).files;
    if (!file) throw new Error('no file came');
    const workbook = new Workbook();
    await workbook.xlsx.load(ada.download(file) as never);
    const whose: string[] = [];
    workbook.worksheets[0]?.eachRow((row) => whose.push(row.getCell(7).text));
    expect(whose).toEqual(['Assigned To', ...Array(7).fill('lea@x.example'), 'max@x.example']);
    await ada.modal('The list comes into our direct conversation');
    await ada.closeModal();
    await ada.submit();
    expect(await db('approvals')).toEqual([]);
    await ada.fill({ typed: 'delete 2 people' });
    await ada.submit();
    await ada.modal('needs a second admin');
    expect(await db('approvals')).toHaveLength(1);
  });

  test('when something changed after the numbers were shown, nothing is done, what changed is told, and it is asked anew', async () => {
    const ada = usher.as('ada');
    await ada.command('#general', line);
    await ada.modal('2 people will be deleted');
    await insertRun(database.db, { projectId: apollo, assigneeId: max });
    await ada.fill({ typed: 'delete 2 people' });
    await ada.submit();
    const anew = textOf(await ada.modal('Something changed since these numbers were counted'));
    expect(anew).toContain('max@x.example: test runs 1 → 2.');
    expect(anew).not.toContain('lea@x.example: test runs');
    expect(anew).toContain('3 test runs below 100 % go to Ben Okri');
    expect(await here(lea, max)).toEqual([lea, max]);
    await ada.submit();
    await ada.modal('2 done');
    expect(await here(lea, max)).toEqual([]);
  });

  test('one who was deleted meanwhile is told, and the other one is asked for alone', async () => {
    await withSecondAdmin();
    const ada = usher.as('ada');
    await ada.command('#general', line);
    await ada.modal('2 people will be deleted');
    await database.db('users').where({ id: max }).del();
    await ada.submit();
    const alone = textOf(await ada.modal('Lea Ver (lea@x.example) will be deleted for good'));
    expect(alone).toContain(`Left out: Deleted user #${max} (deleted meanwhile).`);
    expect(await here(lea)).toEqual([lea]);
    await ada.submit();
    await ada.modal('Deleted Lea Ver');
    expect(await database.db('approvals')).toEqual([]);
  });

  test('work that changed before the second admin agreed deletes nobody; who asked is told what, and looks at it anew', async () => {
    const card = await ask();
    await insertRun(database.db, { projectId: apollo, assigneeId: max });
    const hedy = usher.as('hedy');
    await hedy.click(card, 'Approve');
    await hedy.waitForMessage('could not be carried out: Nobody was deleted, because something changed');
    expect(await here(lea, max)).toEqual([lea, max]);
    const message = await told('You asked: Delete 2 people');
    expect(textOf(message)).toContain('max@x.example: test runs 1 → 2.');
    const ada = usher.as('ada');
    await ada.click(message, 'Look at it anew');
    await ada.modal('3 test runs below 100 % go to Ben Okri');
    await ada.submit();
    await ada.modal('needs a second admin');
    expect(await database.db('approvals').where({ state: 'pending' })).toHaveLength(1);
  });

  test('sessions that came or went before the second admin agreed stop nothing, and one who is gone is passed over', async () => {
    const tim = (await insertUser(database.db, { email: 'tim@x.example' })).id;
    const card = await ask(`${line.replace('max@', 'max@x.example tim@')}`);
    await database.db('api_tokens').insert({
      user_id: lea,
      name: 'New',
      token_hash: 'f'.repeat(64),
      created_at: usher.clock.now(),
    });
    await database.db('users').where({ id: tim }).del();
    const hedy = usher.as('hedy');
    await hedy.click(card, 'Approve');
    await hedy.waitForMessage('it was carried out');
    expect(await here(lea, max)).toEqual([]);
    const text = textOf(await told('You asked: Delete 3 people'));
    expect(text).toContain('2 done and 1 skipped');
    expect(text).toContain('1 API token revoked');
    expect(text).toContain('tim@x.example: skipped – deleted meanwhile');
  });

  test('a replacement that was disabled before the second admin agreed stops the deletion', async () => {
    const card = await ask();
    await database.db('users').where({ email: 'ben@example.com' }).update({ status: 'disabled' });
    await usher.as('hedy').click(card, 'Approve');
    await usher.as('hedy').waitForMessage('could not be carried out: ben@example.com is disabled');
    expect(await here(lea, max)).toEqual([lea, max]);
  });

  test('nobody among the deleted takes over, neither by the command nor in the picker', async () => {
    const ada = usher.as('ada');
    await ada.command('#general', '/users delete lea@x.example max@x.example replacement:max@x.example');
    const modal = await ada.modal('max@x.example is to be deleted as well, so cannot take over. Choose somebody else.');
    expect(textOf(modal)).toContain('2 test runs below 100 % and 3 open run cases need somebody who takes over.');
    expect(textOf(modal)).not.toContain('to go on');
    const offered = await ada.suggestions(modal, 'several-deletions-replacement', '');
    expect(offered.map(({ text }) => text.text)).toEqual([
      'Ada Lovelace (ada@example.com)',
      'Ben Okri (ben@example.com)',
    ]);
    await ada.fill({ 'Who takes over?': 'ben@example.com' });
    await ada.modal('2 test runs below 100 % go to Ben Okri');
    await ada.fill({ typed: 'delete 2 people' });
    await ada.submit();
    await ada.modal('2 done');
  });

  test('oneself, the last admin here, stays; addresses of nobody are told; and the same person twice counts once', async () => {
    const ada = usher.as('ada');
    await ada.command(
      '#general',
      '/users delete ada@example.com lea@x.example LEA@X.example max@x.example nobody@x.example replacement:ben@example.com',
    );
    const shown = textOf(await ada.modal('2 people will be deleted for good'));
    expect(shown).toContain('ada@example.com (nobody does this to themselves)');
    expect(shown).toContain('nobody@x.example (nobody here has this address)');
    await ada.fill({ typed: 'delete 2 people' });
    await ada.submit();
    await ada.modal('2 done');
    expect(await database.db('users').where({ email: 'ada@example.com' })).toHaveLength(1);
    await ada.closeModal({ all: true });
    await ada.command('#general', '/users delete ada@example.com nobody@x.example');
    await ada.modal('There is nobody to delete. Nothing was changed.');
  });

  test('what somebody asked for who was demoted since deletes nobody, the last admin who is left among them', async () => {
    const card = await ask('/users delete lea@x.example max@x.example hedy@example.com replacement:ben@example.com');
    await database.db('users').where({ email: 'ada@example.com' }).update({ is_admin: false });
    const hedy = usher.as('hedy');
    await hedy.click(card, 'Approve');
    await hedy.waitForMessage('ada@example.com is no active admin any more');
    expect(await here(lea, max)).toEqual([lea, max]);
    expect(await database.db('users').where({ email: 'hedy@example.com' })).toHaveLength(1);
  });

  test('more than twenty people are too many at once, and twenty are not', async () => {
    const emails: string[] = [];
    for (let number = 1; number <= 21; number += 1) {
      const email = `${'long-name-'.repeat(6)}${number}@${'example-'.repeat(7)}x.example`;
      await insertUser(database.db, { email });
      emails.push(email);
    }
    const ada = usher.as('ada');
    await ada.command('#general', `/users delete ${emails.join(' ')}`);
    await ada.modal('That is 21 people; at most 20 are deleted at once');
    await ada.closeModal({ all: true });
    const unknown = 'who-is-that@nowhere.example';
    await ada.command('#general', `/users delete ${emails.slice(1).join(' ')} ${unknown}`);
    const modal = await ada.modal('20 people will be deleted for good');
    expect(textOf(modal)).toContain(`${unknown} (nobody here has this address)`);
    await ada.fill({ typed: 'delete 20 people' });
    await ada.submit();
    await ada.modal('20 done');
    expect(await database.db('users').whereIn('email', emails).pluck('email')).toEqual([emails[0]]);
  });

  test('a planned deletion of somebody who was deleted with others ends by itself', async () => {
    const ada = usher.as('ada');
    usher.clock.set('2026-11-21T10:00:00.000Z');
    await ada.ask('#general', '/users offboard max@x.example on:2026-12-01 replacement:ben@example.com');
    await ada.command('#general', line);
    await ada.modal('2 people will be deleted');
    await ada.fill({ typed: 'delete 2 people' });
    await ada.submit();
    await ada.modal('2 done');
    usher.clock.set('2026-12-02T10:00:00.000Z');
    expect(await runOffboardings(usher.ctx, new AbortController().signal)).toEqual({ reminded: 0, done: 0, failed: 0 });
    expect(await database.db('offboardings').pluck('state')).toEqual(['called_off']);
  });

  test('somebody who was demoted while the modal was open deletes nobody', async () => {
    const ada = usher.as('ada');
    await ada.command('#general', line);
    await ada.modal('2 people will be deleted');
    await ada.fill({ typed: 'delete 2 people' });
    await database.db('users').where({ email: 'ada@example.com' }).update({ is_admin: false });
    await ada.submit();
    await ada.modal('Only an active admin');
    expect(await here(lea, max)).toEqual([lea, max]);
  });
});
