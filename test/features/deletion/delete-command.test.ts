import { Workbook } from 'exceljs';
import { insertMembership, insertProject, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';
import { insertCases, insertRun, insertRuns } from '../../support/work-builders';

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeEach(async () => {
    usher = await startUsher(database);
    await database.db('test_runs').del();
  });
  afterEach(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });
  const gone = async (email: string) => (await database.db('users').where({ email }).first()) === undefined;
  const idOf = async (email: string) => (await database.db('users').where({ email }).first()).id as number;

  test('R93: an admin deletes somebody after seeing what that does, with the replacement named in the command', async () => {
    const { db } = database;
    const lea = await insertUser(db, { email: 'lea@x.example', first_name: 'Lea', last_name: 'Ver' });
    const projectId = (await insertProject(db, { name: 'Apollo' })).id;
    await insertMembership(db, { userId: lea.id, projectId });
    const runId = await insertRun(db, { projectId, assigneeId: lea.id });
    await insertCases(db, { runId, assigneeId: lea.id, many: 3 });
    const ada = usher.as('ada');
    await ada.command('#general', '/users delete LEA@x.example replacement:@ben');
    const shown = textOf(await ada.modal('Lea Ver (lea@x.example) will be deleted for good'));
    expect(shown).toContain('1 test run below 100 % goes to Ben Okri (ben@example.com).');
    expect(shown).toContain('3 open run cases go to Ben Okri (ben@example.com).');
    expect(shown).toContain('Ben Okri enters Apollo as Tester.');
    expect(shown).toContain('0 sessions end, 0 API tokens are revoked.');
    expect(shown).toContain('1 seat becomes free.');
    await ada.submit();
    const done = textOf(await ada.modal('Deleted Lea Ver (lea@x.example)'));
    expect(done).toContain('1 test run below 100 % went to Ben Okri');
    expect(await gone('lea@x.example')).toBe(true);
    expect(await db('test_runs').first()).toMatchObject({ assignee_id: await idOf('ben@example.com') });
    expect(await db('audit_events').where({ action: 'user.deleted' }).first()).toMatchObject({
      actor_label: 'ada@example.com',
      actor_slack_id: expect.stringContaining('/'),
    });
  });

  test('the numbers follow the replacement that is chosen, and only valid people are offered, the nearest first', async () => {
    const { db } = database;
    const lea = await insertUser(db, { email: 'lea@x.example' });
    const near = await insertUser(db, { email: 'zoe@x.example', first_name: 'Zoe', last_name: 'Near' });
    await insertUser(db, { email: 'off@x.example', status: 'disabled' });
    await insertUser(db, { email: 'wait@x.example', status: 'invited' });
    const projectId = (await insertProject(db, { name: 'Apollo' })).id;
    await insertMembership(db, { userId: near.id, projectId });
    await insertRun(db, { projectId, assigneeId: lea.id });
    const ada = usher.as('ada');
    await ada.command('#general', '/users delete lea@x.example');
    const modal = await ada.modal('need somebody who takes over');
    const offered = (await ada.suggestions(modal, 'deletion-replacement', '')).map(({ text }) => text.text);
    expect(offered).toEqual([
      'Zoe Near (zoe@x.example)',
      'Ada Lovelace (ada@example.com)',
      'Ben Okri (ben@example.com)',
    ]);
    expect(await ada.suggestions(modal, 'deletion-replacement', 'zo')).toHaveLength(1);
    await ada.fill({ 'Who takes over?': 'ben@example.com' });
    await ada.modal('Ben Okri enters Apollo as Tester, their own default profile');
    await ada.fill({ 'Who takes over?': 'zoe@x.example' });
    await ada.modal('Zoe Near enters no new project.');
    await ada.submit();
    await ada.modal('Deleted');
    expect(await db('test_runs').first()).toMatchObject({ assignee_id: near.id });
  });

  test('when something changed meanwhile nothing is done, and the new numbers are shown and asked again', async () => {
    const { db } = database;
    const lea = await insertUser(db, { email: 'lea@x.example' });
    await insertRun(db, { assigneeId: lea.id });
    const ada = usher.as('ada');
    await ada.command('#general', '/users delete lea@x.example replacement:ben@example.com');
    await ada.modal('1 test run below 100 % goes to');
    await insertRun(db, { assigneeId: lea.id });
    await ada.submit();
    const anew = await ada.modal('Something changed since these numbers were counted');
    expect(textOf(anew)).toContain('2 test runs below 100 % go to Ben Okri');
    expect(await gone('lea@x.example')).toBe(false);
    await ada.submit();
    await ada.modal('Deleted');
    expect(await gone('lea@x.example')).toBe(true);
  });

  test('a replacement that is disabled, invited, the same person or unknown is refused in the modal, with the reason', async () => {
    const { db } = database;
    await insertUser(db, { email: 'lea@x.example' });
    await insertUser(db, { email: 'off@x.example', status: 'disabled' });
    await insertUser(db, { email: 'wait@x.example', status: 'invited' });
    const ada = usher.as('ada');
    for (const [email, reason] of [
      ['off@x.example', 'off@x.example is disabled'],
      ['wait@x.example', 'wait@x.example has not accepted the invitation yet'],
      ['lea@x.example', 'Nobody can be their own replacement'],
      ['nobody@x.example', 'Nobody here has the address nobody@x.example.'],
    ] as const) {
      await ada.command('#general', `/users delete lea@x.example replacement:${email}`);
      await ada.modal(reason);
      await ada.closeModal({ all: true });
    }
    await ada.command('#general', '/users delete lea@x.example replacement:off@x.example,ben@example.com');
    await ada.modal('Only one person can take over');
    expect(await gone('lea@x.example')).toBe(false);
  });

  test('a replacement that is disabled or deleted after the modal opened is refused at the submission', async () => {
    const { db } = database;
    const lea = await insertUser(db, { email: 'lea@x.example' });
    const zoe = await insertUser(db, { email: 'zoe@x.example' });
    await insertRun(db, { assigneeId: lea.id });
    const ada = usher.as('ada');
    await ada.command('#general', '/users delete lea@x.example replacement:zoe@x.example');
    await ada.modal('goes to');
    await db('users').where({ id: zoe.id }).update({ status: 'disabled' });
    await ada.submit();
    await ada.modal('zoe@x.example is disabled');
    await db('users').where({ id: zoe.id }).del();
    await ada.submit();
    await ada.modal('need somebody who takes over');
    expect(await gone('lea@x.example')).toBe(false);
  });

  test('R95: the cases left over come as a workbook, and more than 50 moves need the address typed', async () => {
    const { db } = database;
    const lea = await insertUser(db, { email: 'lea@x.example' });
    const projectId = (await insertProject(db, { name: 'Apollo' })).id;
    await insertRuns(db, projectId, lea.id, 3);
    const runId = await insertRun(db, { projectId, name: 'Regression' });
    await insertCases(db, { runId, assigneeId: lea.id, many: 137 });
    const ada = usher.as('ada');
    await ada.command('#general', '/users delete lea@x.example replacement:ben@example.com');
    const modal = await ada.modal('100 of 137 open run cases go to Ben Okri');
    expect(textOf(modal)).toContain('37 run cases become unassigned');
    await ada.click(modal, 'Send me the 37 left over');
    const sent = await ada.waitForMessage(({ files }) => files.length > 0);
    const [file] = sent.files;
    if (!file) throw new Error('no file came');
    const workbook = new Workbook();
    await workbook.xlsx.load(ada.download(file) as never);
    const rows: string[][] = [];
    workbook.worksheets[0]?.eachRow((row) => rows.push([1, 2, 3, 4, 5, 6].map((column) => row.getCell(column).text)));
    expect(rows).toHaveLength(38);
    expect(rows[1]).toEqual([String(runId), 'Regression', 'Apollo', '101', 'Case 101', 'No result yet']);
    await ada.modal('The list comes into our direct conversation');
    await ada.closeModal();
    await ada.modal('100 of 137');
    await ada.fill({ 'Type lea@x.example to confirm': 'lea@y.example' });
    await ada.submit();
    await ada.modal('To confirm, type lea@x.example exactly');
    await ada.fill({ 'Type lea@x.example to confirm': 'lea@x.example' });
    await ada.submit();
    await ada.modal('Deleted');
    expect(await gone('lea@x.example')).toBe(true);
  });

  test('A36: nobody deletes themselves, from the card or by command', async () => {
    const ada = usher.as('ada');
    await ada.command('#general', '/users delete ada@example.com');
    await ada.modal('You cannot delete yourself');
  });

  test('the menu beside a person and the person’s card offer the deletion', async () => {
    await insertUser(database.db, { email: 'lea@x.example' });
    const ada = usher.as('ada');
    await ada.choose(await ada.ask('#general', '/users list lea'), 'user-menu', 'Delete…');
    await ada.modal('There is no open work to hand over.');
    await ada.closeModal();
    await ada.click(await ada.ask('#general', '/users show lea@x.example'), 'Delete…');
    await ada.modal('There is no open work to hand over.');
    await ada.submit();
    await ada.modal('The address can be invited again, as a new user that inherits nothing.');
    expect(await gone('lea@x.example')).toBe(true);
  });

  test('somebody who was demoted while the modal was open deletes nobody', async () => {
    await insertUser(database.db, { email: 'lea@x.example' });
    const ada = usher.as('ada');
    await ada.command('#general', '/users delete lea@x.example');
    await ada.modal('will be deleted for good');
    await database.db('users').where({ email: 'ada@example.com' }).update({ is_admin: false });
    await ada.submit();
    await ada.modal('Only an active admin');
    expect(await gone('lea@x.example')).toBe(false);
  });
});
