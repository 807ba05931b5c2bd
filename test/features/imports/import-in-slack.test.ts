import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workbook } from 'exceljs';
import type { MessageView } from '../../../src/workspace/protocol';
import { buildOle2, htmlPage, png } from '../../platform/sheets/hostile-files';
import { insertProject, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { linkIn, type RunningUsher, startUsher } from '../../support/usher';
import type { Actor } from '../../support/workspace-driver';
import { workbookOf } from './import-scene';

const realPeople = (made: 'libreoffice' | 'openpyxl') =>
  readFileSync(join(__dirname, `../../fixtures/sheets/people-${made}.xlsx`));
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
  const statusOf = async (email: string) =>
    (await database.db('users').where({ email_key: email }).first('status'))?.status;
  const newcomers = (...emails: string[]) =>
    workbookOf(emails.map((email) => ({ 'Login Email': email, 'First Name': 'New' })));
  const preview = async (actor: Actor, bytes: Buffer, name = 'people.xlsx') => {
    await actor.upload('#imports', name, bytes);
    return actor.waitForMessage(
      (message) => /to invite|is not|could not|cannot|Nothing was changed/.test(textOf(message)),
      patience,
    );
  };
  const messageOf = (actor: Actor, message: MessageView) => {
    const now = actor.again(message);
    if (now === null) throw new Error('the message is gone');
    return now;
  };

  test('a spreadsheet dropped in the import channel is previewed, confirmed and carried out, and its people get mail', async () => {
    const ada = await start();
    for (const name of ['Apollo', 'Gemini', 'Mercury']) await insertProject(database.db, { name });
    const shown = await preview(ada, await newcomers('grace@x.example', 'linus@x.example'));
    expect(textOf(shown)).toContain('2 to invite · 0 to update · 0 unchanged · 0 failing');
    expect(await statusOf('grace@x.example')).toBeUndefined();
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Done: 2 invited.', patience);
    expect(await statusOf('grace@x.example')).toBe('invited');
    const [mail] = await usher.mailsTo('grace@x.example');
    expect((await fetch(linkIn(mail))).status).toBe(200);
  });

  test.each(['libreoffice', 'openpyxl'] as const)(
    'a real file made by %s shows what a person reading it would expect',
    async (made) => {
      const ada = await start();
      for (const name of ['Apollo', 'Gemini', 'Mercury']) await insertProject(database.db, { name });
      for (const name of ['QA', 'Leads']) {
        await database.db('user_groups').insert({
          name,
          name_key: name.toLowerCase(),
          permissions: '[]',
          created_at: new Date(),
          updated_at: new Date(),
        });
      }
      const shown = await preview(ada, realPeople(made), `people-${made}.xlsx`);
      // One is new, one comes without a status, one is invited; the others ask for what a new person cannot be.
      expect(textOf(shown)).toMatch(/3 to invite · 0 to update · 0 unchanged · 9 failing/);
      await ada.click(shown, 'import-confirm');
      const done = await ada.waitForMessage('Done: 3 invited and 9 failed.', patience);
      expect(textOf(done)).toContain('12 rows in all');
      const arabic = await database.db('users').where({ email_key: 'm.alarabi@example.com' }).first();
      expect(arabic).toMatchObject({ first_name: 'محمد', last_name: 'العربي', status: 'invited' });
      const errors = await ada.waitForMessage(
        (message) => message.files.some(({ name }) => name.startsWith('Errors in')),
        patience,
      );
      const workbook = new Workbook();
      const [file] = errors.files;
      if (!file) throw new Error('no error workbook');
      await workbook.xlsx.load(ada.download(file) as never);
      const sheet = workbook.worksheets[0];
      expect(sheet?.getRow(1).values).toEqual(expect.arrayContaining(['Row', 'Field', 'Error', 'Login Email']));
      expect(sheet?.actualRowCount).toBe(10);
    },
  );

  test('the failing rows, corrected in their workbook and dropped again, are the only ones that run', async () => {
    const ada = await start();
    await insertProject(database.db, { name: 'Apollo' });
    const bytes = await workbookOf([
      { 'Login Email': 'good@x.example', Projects: 'Apollo' },
      { 'Login Email': 'bad@x.example', Projects: 'Apolo' },
    ]);
    const shown = await preview(ada, bytes);
    expect(textOf(shown)).toContain('Project “Apolo” does not exist; did you mean “Apollo”?');
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Done: 1 invited and 1 failed.', patience);
    const errors = await ada.waitForMessage(
      (message) => message.files.some(({ name }) => name.startsWith('Errors in')),
      patience,
    );
    const [file] = errors.files;
    const workbook = new Workbook();
    await workbook.xlsx.load(
      ada.download(file ?? { id: '', name: '', mimetype: '', size: 0, downloadPath: '' }) as never,
    );
    workbook.worksheets[0]?.eachRow((row) =>
      row.eachCell((cell) => (cell.value === 'Apolo' ? Object.assign(cell, { value: 'Apollo' }) : undefined)),
    );
    const again = await preview(ada, Buffer.from(await workbook.xlsx.writeBuffer()), 'corrected.xlsx');
    expect(textOf(again)).toContain('1 to invite · 0 to update · 0 unchanged · 0 failing');
    await ada.click(again, 'import-confirm');
    await ada.waitForMessage('Done: 1 invited.', patience);
    expect(await usher.mailsTo('good@x.example')).toHaveLength(1);
    expect(await usher.mailsTo('bad@x.example')).toHaveLength(1);
  });

  test.each([
    ['people.xlsx', 'a web page', Buffer.from(htmlPage), 'This is a web page, not a spreadsheet.'],
    ['people.xls', 'an old .xls', buildOle2(['Workbook']), 'This is an old Excel file (.xls).'],
    [
      'secret.xlsx',
      'an encrypted workbook',
      buildOle2(['EncryptedPackage', 'EncryptionInfo']),
      'protected with a password',
    ],
    ['empty.xlsx', 'a file of zero bytes', Buffer.alloc(0), 'This file is empty.'],
    ['picture.xlsx', 'a picture', png, 'This is a picture, not a spreadsheet.'],
    ['cut.xlsx', 'half a workbook', realPeople('openpyxl').subarray(0, 4000), 'ends in the middle'],
    ['none.csv', 'a sheet without a header', Buffer.from('a,b\nc,d\n'), 'Login Email'],
    ['names.csv', 'a sheet without Login Email', Buffer.from('First Name,Last Name\nAda,Lovelace\n'), 'Login Email'],
  ])('%s, %s, is answered by one clear sentence, and nothing happens', async (name, _what, bytes, sentence) => {
    const ada = await start();
    const shown = await preview(ada, bytes, name);
    expect(textOf(shown)).toContain(sentence);
    expect(textOf(shown)).not.toMatch(/\bat \/|Error:|undefined/);
    expect(textOf(shown)).not.toContain('Confirm');
    expect(await database.db('users').count({ total: '*' }).first()).toMatchObject({ total: 2 });
  });

  test.each(['ben', 'otto', 'uma', 'grace', 'erin'])('%s cannot confirm what an admin dropped', async (name) => {
    const ada = await start();
    await insertUser(database.db, { email: 'otto@example.com', is_admin: true, status: 'disabled' });
    const shown = await preview(ada, await newcomers('new@x.example'));
    const other = usher.as(name);
    await other.click(shown, 'import-confirm');
    await other.waitForMessage(
      (message) => message.ephemeral && /Only an active admin|cannot|Guests|organisation/.test(textOf(message)),
    );
    expect(await statusOf('new@x.example')).toBeUndefined();
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Done: 1 invited.', patience);
  });

  test('anybody of the workspace may drop a file for an admin to decide on, a guest may not', async () => {
    const ada = await start();
    const shown = await preview(usher.as('uma'), await newcomers('new@x.example'));
    await usher.as('grace').upload('#imports', 'guest.xlsx', await newcomers('guest@x.example'));
    await usher.as('grace').waitForMessage('Guests of this workspace cannot use Usher');
    await ada.click(shown, 'import-confirm');
    await usher.as('uma').waitForMessage('people.xlsx is imported', patience);
    expect(await statusOf('new@x.example')).toBe('invited');
    expect(await statusOf('guest@x.example')).toBeUndefined();
  });

  test('a double click on Confirm imports once, and two admins at the same moment do too', async () => {
    const ada = await start();
    await insertUser(database.db, { email: 'hedy@example.com', is_admin: true });
    const shown = await preview(ada, await newcomers('new@x.example'));
    const hedy = usher.as('hedy');
    await Promise.all([
      ada.click(shown, 'import-confirm'),
      ada.click(shown, 'import-confirm'),
      hedy.click(shown, 'import-confirm'),
    ]);
    await ada.waitForMessage('Done: 1 invited.', patience);
    expect(await usher.mailsTo('new@x.example')).toHaveLength(1);
    const lines = await database.db('audit_events').where({ action: 'import.confirmed' });
    expect(lines).toHaveLength(1);
  });

  test('when the data changed since the preview, it is shown anew and asks again', async () => {
    const ada = await start();
    const shown = await preview(ada, await workbookOf([{ 'Login Email': 'ben@example.com', 'Last Name': 'New' }]));
    await database.db('users').where({ email_key: 'ben@example.com' }).update({ last_name: 'Meanwhile' });
    await ada.click(shown, 'import-confirm');
    const anew = await ada.waitForMessage('The data changed since this was shown');
    expect(textOf(anew)).toContain('Meanwhile → New');
    expect((await database.db('users').where({ email_key: 'ben@example.com' }).first()).last_name).toBe('Meanwhile');
    const plans = () =>
      ada.messages('#imports').filter(({ files }) => files.some(({ name }) => name.startsWith('Plan for')));
    await ada.waitForMessage(() => plans().length === 2, patience);
    await ada.click(anew, 'import-confirm');
    await ada.waitForMessage('Done: 1 updated.', patience);
  });

  test('the same file again says so, and has nothing left to change', async () => {
    const ada = await start();
    const bytes = await newcomers('new@x.example');
    const first = await preview(ada, bytes);
    await ada.click(first, 'import-confirm');
    await ada.waitForMessage('Done: 1 invited.', patience);
    const again = await preview(ada, bytes, 'again.xlsx');
    expect(textOf(again)).toContain('The same file came before: people.xlsx');
    expect(textOf(again)).toContain('There is nothing to change');
    expect(await usher.mailsTo('new@x.example')).toHaveLength(1);
  });

  test('seats short by one: the preview says so, and there is nothing to confirm', async () => {
    const ada = await start({ seats: 4 });
    const shown = await preview(ada, await newcomers('a@x.example', 'b@x.example', 'c@x.example'));
    expect(textOf(shown)).toContain('3 seats needed, 2 free. The import cannot start');
    expect(textOf(shown)).not.toContain('Confirm 3');
    await database.db('licences').update({ seats: 5 });
    await ada.click(shown, 'Check again');
    const free = await ada.waitForMessage('3 seats needed, 3 free');
    await ada.click(free, 'import-confirm');
    await ada.waitForMessage('Done: 3 invited.', patience);
  });

  test('an admin cancels, and whoever confirms afterwards is told', async () => {
    const ada = await start();
    const shown = await preview(ada, await newcomers('new@x.example'));
    await ada.click(shown, 'Cancel');
    await ada.waitForMessage('Cancelled by');
    expect(textOf(messageOf(ada, shown))).not.toContain('Confirm 1');
    expect(await statusOf('new@x.example')).toBeUndefined();
  });

  test('the form takes a file, hands out a template, and shows the preview in the direct conversation', async () => {
    const ada = await start();
    await ada.command('#general', '/users import');
    const form = await ada.modal('Spreadsheet');
    await ada.click(form, 'Send me a template');
    const template = await ada.waitForMessage(
      (message) => message.files.some(({ name }) => name === 'People to import.xlsx'),
      patience,
    );
    expect(template.conversationId.startsWith('D')).toBe(true);
    await ada.modal('The template is on its way: you find it in our direct conversation.');
    await ada.closeModal();
    await ada.fill({ Spreadsheet: { name: 'people.xlsx', bytes: await newcomers('new@x.example') } });
    await ada.submit();
    const shown = await ada.waitForMessage('1 to invite', patience);
    expect(shown.conversationId.startsWith('D')).toBe(true);
    await ada.modal('The file is checked.', patience);
  });

  test('a file dropped in an ordinary channel is left alone, and so are the bot’s own uploads', async () => {
    const ada = await start();
    await ada.upload('#general', 'people.xlsx', await newcomers('new@x.example'));
    const shown = await preview(ada, await newcomers('other@x.example'));
    await usher.driver.idle();
    expect(await database.db('imports')).toHaveLength(1);
    expect(textOf(shown)).toContain('1 to invite');
  });

  test('names that look like formulas, mentions or SQL come through as themselves', async () => {
    const ada = await start();
    const odd = [
      ['a@x.example', '<!channel>', '=HYPERLINK("http://x.example","x")'],
      ['b@x.example', '"; DROP TABLE users; --', '@SUM(A1)'],
      ['c@x.example', '👩‍🚀', 'محمد'],
      ['d@x.example', 'Zoe\u0308', '+49 30 1'],
    ] as const;
    const shown = await preview(
      ada,
      await workbookOf(
        odd.map(([email, first, last]) => ({ 'Login Email': email, 'First Name': first, 'Last Name': last })),
      ),
    );
    expect(JSON.stringify(shown.blocks)).not.toContain('mrkdwn');
    await ada.click(shown, 'import-confirm');
    await ada.waitForMessage('Done: 4 invited.', patience);
    const rows = await database
      .db('users')
      .whereIn(
        'email_key',
        odd.map(([email]) => email),
      )
      .orderBy('email_key')
      .select('first_name', 'last_name');
    expect(rows).toEqual(odd.map(([, first, last]) => ({ first_name: first.normalize('NFC'), last_name: last })));
  });

  test('a name of 300 characters fails its row alone, with what to do', async () => {
    const ada = await start();
    const shown = await preview(
      ada,
      await workbookOf([
        { 'Login Email': 'long@x.example', 'First Name': 'x'.repeat(300) },
        { 'Login Email': 'ok@x.example' },
      ]),
    );
    expect(textOf(shown)).toContain('1 to invite · 0 to update · 0 unchanged · 1 failing');
    expect(textOf(shown)).toContain('300 characters');
  });
});
