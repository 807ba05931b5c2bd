import { Workbook } from 'exceljs';
import type { FileView } from '../../../src/workspace/protocol';
import { insertGroup, insertMembership, insertProject, insertUser, profileId } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { linkIn, type RunningUsher, startUsher } from '../../support/usher';
import type { Actor } from '../../support/workspace-driver';
import { peopleIn } from './exported-cells';

const patience = { timeoutMs: 15_000 };

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

  /** Asks for an export and waits for its file. */
  async function fileOf(actor: Actor, typed: string, conversation = '#general'): Promise<FileView> {
    await actor.command(conversation, typed);
    const { files } = await actor.waitForMessage(({ files }) => files.length > 0, patience);
    const [file] = files;
    if (file === undefined) throw new Error('no file');
    return file;
  }
  const exported = async (actor: Actor, typed: string) => peopleIn(actor.download(await fileOf(actor, typed)));

  test('R50: /users export sends everybody in use to the admin’s direct conversation, and says so in the trail', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'off@x.example', status: 'disabled' });
    const file = await fileOf(ada, '/users export');
    expect(file.name).toBe('People.xlsx');
    const answers = ada.messages('#general').map(textOf);
    expect(answers.join()).toContain('Writing 2 people to a file. You find it in our direct conversation');
    expect(ada.messages('@usher').some(({ files }) => files.some(({ id }) => id === file.id))).toBe(true);
    const people = await peopleIn(ada.download(file));
    expect([...people.keys()]).toEqual(['ada@example.com', 'ben@example.com']);
    expect(Object.keys(people.get('ada@example.com') ?? {})).not.toContain('Activation Link');
    const [event] = await database.db('audit_events').where({ action: 'users.exported' });
    expect(event.subject_label).toBe('2 people');
  });

  test('R50: a status, a project, a group or a text choose who is in it', async () => {
    const ada = await start();
    const apollo = await insertProject(database.db, { name: 'Apollo One' });
    const off = await insertUser(database.db, { email: 'off@x.example', status: 'disabled' });
    const zoe = await insertUser(database.db, { email: 'zoe@x.example' });
    await insertMembership(database.db, { userId: zoe.id, projectId: apollo.id });
    await insertMembership(database.db, { userId: off.id, projectId: apollo.id });
    await insertGroup(database.db, { name: 'Night shift', members: [zoe.id] });
    const emails = async (typed: string) => [...(await exported(ada, typed)).keys()];
    expect(await emails('/users export project:"Apollo One"')).toEqual(['zoe@x.example']);
    expect(await emails('/users export project:“Apollo One” status:all')).toEqual(['off@x.example', 'zoe@x.example']);
    expect(await emails('/users export group:"night shift"')).toEqual(['zoe@x.example']);
    expect(await emails('/users export status:all x.example')).toEqual(['off@x.example', 'zoe@x.example']);
  });

  test('R51: an exported file that was edited and sent back updates exactly what was edited', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'zoe@x.example', first_name: 'Zoe', last_name: '=1+1' });
    const workbook = new Workbook();
    await workbook.xlsx.load(ada.download(await fileOf(ada, '/users export')) as never);
    const sheet = workbook.worksheets[0];
    const columns = sheet?.getRow(1).values as string[];
    const row = sheet?.getRow(4);
    expect(row?.getCell(columns.indexOf('Login Email')).text).toBe('zoe@x.example');
    if (row) row.getCell(columns.indexOf('First Name')).value = 'Zoë';
    await ada.upload('@usher', 'People.xlsx', Buffer.from(await workbook.xlsx.writeBuffer()));
    const shown = await ada.waitForMessage((message) => /to update/.test(textOf(message)), patience);
    expect(textOf(shown)).toContain('0 to invite · 1 to update · 2 unchanged · 0 failing');
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Done: 1 updated', patience);
    const zoe = await database.db('users').where({ email_key: 'zoe@x.example' }).first();
    expect(zoe).toMatchObject({ first_name: 'Zoë', last_name: '=1+1' });
  });

  test('R57, R58: projects stand one a line in their cell, and the profile of each beside it', async () => {
    const ada = await start();
    const zoe = await insertUser(database.db, { email: 'zoe@x.example' });
    const readOnly = await profileId(database.db, 'Read Only');
    const gemini = await insertProject(database.db, { name: 'Gemini' });
    const apollo = await insertProject(database.db, { name: 'Apollo' });
    await insertMembership(database.db, { userId: zoe.id, projectId: gemini.id, profileId: readOnly });
    await insertMembership(database.db, { userId: zoe.id, projectId: apollo.id });
    const person = (await exported(ada, '/users export zoe')).get('zoe@x.example');
    expect(person).toMatchObject({ Projects: 'Apollo\nGemini', 'User Profile': 'Tester\nRead Only' });
  });

  test('R59: the last sign-in stands in the site’s time zone, and nothing where there was none', async () => {
    const ada = await start({ settings: { TIME_ZONE: 'Asia/Kolkata' } });
    await insertUser(database.db, { email: 'zoe@x.example', last_login_at: new Date('2026-03-01T20:45:10Z') });
    const people = await exported(ada, '/users export');
    expect(people.get('zoe@x.example')?.['Last Login']).toBe('2026-03-02 02:15');
    expect(people.get('ben@example.com')?.['Last Login']).toBe('');
  });

  test('R60: invited people only have an activation link, it opens their page, and only whoever asked has the file', async () => {
    const ada = await start();
    await ada.ask('#general', '/users invite grace@x.example');
    const file = await fileOf(ada, '/users export links:yes', '#imports');
    expect(file.name).toBe('People with links.xlsx');
    const people = await peopleIn(ada.download(file));
    const [mail] = await usher.mailsTo('grace@x.example');
    const link = people.get('grace@x.example')?.['Activation Link'] ?? '';
    expect(link).toBe(linkIn(mail));
    expect((await fetch(link)).status).toBe(200);
    expect(people.get('ben@example.com')).toMatchObject({ 'Activation Link': '', 'Reset Password Link': '' });
    for (const conversation of ['#imports', '#general'])
      expect(ada.messages(conversation).flatMap(({ files }) => files)).toEqual([]);
    for (const other of ['hedy', 'ben']) {
      expect(() => usher.as(other).download(file)).toThrow();
    }
    const [event] = await database.db('audit_events').where({ action: 'users.exported' });
    expect(JSON.stringify(event)).toContain('with links');
    expect(JSON.stringify(await database.db('audit_events'))).not.toContain('token=');
    expect(usher.logText()).not.toContain(new URL(link).searchParams.get('token'));
  });

  test('R61: a reset link is there while it is live and unused', async () => {
    const ada = await start();
    await database.db('users').where({ email_key: 'ben@example.com' }).update({ password_hash: 'x' });
    await ada.ask('#general', '/users reset-password ben@example.com');
    const before = await exported(ada, '/users export links:yes ben@example.com');
    const link = before.get('ben@example.com')?.['Reset Password Link'] ?? '';
    expect((await fetch(link)).status).toBe(200);
    expect(link).toContain('/reset-password?token=');
    usher.clock.advance(25 * 3_600_000);
    const after = await exported(ada, '/users export links:yes ben@example.com');
    expect(after.get('ben@example.com')?.['Reset Password Link']).toBe('');
  });

  test('R62: whoever was switched back to a password still has the SSO username in the export', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'zoe@x.example', auth_system: 'internal', sso_username: 'zoe.sso' });
    const people = await exported(ada, '/users export zoe');
    expect(people.get('zoe@x.example')).toMatchObject({ 'Auth System': 'Internal', 'SSO Username': 'zoe.sso' });
  });

  test('format:csv is UTF-8 with a byte-order mark by RFC 4180, and runs nothing', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'zoe@x.example', first_name: 'Zoë, "Z"', last_name: '=1+1' });
    const file = await fileOf(ada, '/users export zoe format:CSV');
    expect(file.name).toBe('People.csv');
    const text = ada.download(file).toString('utf8');
    expect(text.startsWith('\ufeffUser ID,Login Email,First Name,')).toBe(true);
    expect(text).toMatch(/\r\n\d+,zoe@x\.example,"Zoë, ""Z""","?'=1\+1"?,Active,Internal,/);
  });

  test('a word that is not understood, nobody who matches, and a file that Slack loses are said', async () => {
    const ada = await start();
    const answer = async (typed: string) => textOf(await ada.ask('#general', typed));
    expect(await answer('/users export format:cvs')).toContain('Did you mean format:csv?');
    expect(await answer('/users export links:maybe')).toContain('links: takes yes or no, not “maybe”');
    expect(await answer('/users export project:Nowhere')).toContain('Project “Nowhere” does not exist');
    expect(await answer('/users export nobody-at-all')).toContain('Nobody matches');
    expect(await database.db('audit_events').where({ action: 'users.exported' })).toEqual([]);
    usher.refusedMethods.set('files.completeUploadExternal', 'internal_error');
    await ada.command('#general', '/users export');
    await ada.waitForMessage(/could not|went wrong|did not|again/i, patience);
  });

  test('who is no admin gets no export', async () => {
    await start();
    const ben = usher.as('ben');
    expect(textOf(await ben.ask('#general', '/users export links:yes'))).toMatch(/admin/i);
    expect(await database.db('audit_events').where({ action: 'users.exported' })).toEqual([]);
  });
});
