import { readFile } from 'node:fs/promises';
import { Workbook } from 'exceljs';
import { readImportFile } from '../../../src/features/imports/read-import-file';
import { fixturePath, openFolder } from '../../platform/sheets/sheet-files';
import { buildZip } from '../../platform/sheets/zip-builder';
import { insertProject, insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene, workbookOf } from './import-scene';

test('one row more than the limit is refused in a sentence, the limit itself is not', async () => {
  const files = await openFolder();
  try {
    const read = async (rows: number, mostRows: number) => {
      const lines = Array.from({ length: rows }, (_, row) => `p${row}@example.com\n`);
      let taken = 0;
      const end = await readImportFile(
        await files.write(`Login Email\n${lines.join('')}`),
        async (batch) => {
          taken += batch.length;
        },
        mostRows,
      );
      return { ...end, taken };
    };
    const problem =
      'This file has more than 1,200 rows, the most that one import takes. Split it into several files and drop them one after another.';
    expect(await read(1201, 1200)).toMatchObject({ problem });
    expect(await read(1700, 1200)).toMatchObject({ problem });
    expect(await read(1200, 1200)).toEqual({ kind: 'csv', warnings: [], taken: 1200 });
  } finally {
    await files.remove();
  }
});

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database);
  });
  afterEach(() => scene.files.remove());

  const planned = async (content: string | Buffer) => scene.plan(await scene.files.write(content));
  const refusal = async (content: string | Buffer) => {
    const preview = await planned(content);
    expect(preview.state).toBe('refused');
    return preview.problem;
  };

  test('what is no spreadsheet is refused with a sentence of its own', async () => {
    const workbook = await workbookOf([{ 'Login Email': 'ada@example.com' }]);
    const ole2 = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(4096)]);
    expect(await refusal('')).toMatch(/^This file is empty\./);
    expect(await refusal('<!DOCTYPE html><html><body>Sign in</body></html>')).toMatch(/web page/);
    expect(await refusal(ole2)).toMatch(/old Excel file \(\.xls\)/);
    expect(await refusal(workbook.subarray(0, workbook.length - 200))).toMatch(/ends in the middle/);
    expect(await refusal(Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'))).toMatch(/picture/);
    expect(await database.db('import_rows').pluck('position')).toEqual([]);
  });

  test('an encrypted workbook and a bomb are told by what they are', async () => {
    const encrypted = Buffer.alloc(512 + 512 * 3);
    Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(encrypted);
    encrypted.writeUInt16LE(9, 30);
    encrypted.writeUInt32LE(1, 48);
    const name = Buffer.from('EncryptedPackage\0', 'utf16le');
    name.copy(encrypted, 512 + 512);
    encrypted.writeUInt16LE(name.length, 512 + 512 + 64);
    expect(await refusal(encrypted)).toMatch(/protected with a password/);
    const types = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${' '.repeat(70 * 1024 * 1024)}</Types>`;
    const bomb = buildZip([{ name: '[Content_Types].xml', data: types }]);
    expect(await refusal(bomb)).toMatch(/unpacks to far more/);
  });

  test('the header is found under titles, in any order and case, by common names', async () => {
    const csv = 'Team list;;\n;;\nfirst_name;PROJECTS;E-mail\nAda;Apollo;ada@example.com\n';
    const preview = await planned(csv);
    expect(preview).toMatchObject({ state: 'preview', warnings: [], counts: { invite: 1 } });
    expect(preview.differences[0]).toMatchObject({ row: 4, email: 'ada@example.com', field: 'First Name', new: 'Ada' });
  });

  test('a file without a header is refused with what stands there and what is expected', async () => {
    expect(await refusal('Name,Phone\nAda,1234\n')).toBe(
      'No column is headed “Login Email”. The first filled row holds “Name” and “Phone”. ' +
        'Write Login Email over the column with the addresses, and the other headers as in the template, then drop the file again.',
    );
    expect(await refusal(`${'title\n'.repeat(20)}Login Email\nada@example.com\n`)).toMatch(/No column is headed/);
    expect(await refusal('Login Email,First Name\n')).toMatch(/nobody under it/);
  });

  test('a known column that is there twice is refused by name; a synonym gives way to the true name', async () => {
    expect(await refusal('Login Email,Projects,Project\na@example.com,Apollo,Gemini\n')).toBe(
      'The header in row 1 has both “Projects” and “Project”, which mean the same. Delete one of the two columns and drop the file again.',
    );
    expect(await refusal('Login Email,Status,Status\na@example.com,,\n')).toMatch(/“Status” twice/);
    const preview = await planned('Login,Login Email\nada,ada@example.com\n');
    expect(preview).toMatchObject({
      counts: { invite: 1 },
      warnings: ['The column “Login” is not known and is left out.'],
    });
  });

  test('unknown columns, a second header row and rows without anything to read are left out with a warning', async () => {
    const preview = await planned(
      'Login Email,First Name,Phone\nada@example.com,Ada,1\nLogin Email,First Name,Phone\n,,2\nbob@example.com,Bob,3\n',
    );
    expect(preview.counts).toEqual({ invite: 2, update: 0, unchanged: 0, fail: 0 });
    expect(preview.warnings).toEqual([
      'The column “Phone” is not known and is left out.',
      'The header stands once more in row 3, which is left out.',
      'Nothing that an import reads stands in row 4, which is left out.',
    ]);
  });

  test('columns of exports and error workbooks that an import leaves alone are neither warned of nor stored', async () => {
    const headers = [
      'Row',
      'Field',
      'Error',
      'Login Email',
      'Last Login',
      'Activation Link',
      'Reset Password Link',
      'First Name',
    ];
    const secret = 'http://usher.test/activate?token=abcdefghijk';
    const preview = await scene.previewOf(
      [
        {
          Row: '2',
          Error: 'wrong',
          'Login Email': 'ada@example.com',
          'Activation Link': secret,
          'Last Login': '2026-01-01',
          'First Name': `Ada ${secret}`,
        },
      ],
      headers,
    );
    expect(preview).toMatchObject({ warnings: [], counts: { invite: 1 } });
    expect(JSON.stringify(await database.db('import_rows').select())).not.toContain('token=');
    expect(preview.differences[0]?.new).toBe('Ada [link removed]');
  });

  test('an address comes from text, from “Name <mail>”, from mailto: and from the hyperlink behind a name', async () => {
    const workbook = new Workbook();
    const sheet = workbook.addWorksheet('People');
    sheet.addRow(['Login Email']);
    sheet.addRow([' Ada.Lovelace@example.com ']);
    sheet.addRow(['Bob Byron <bob@example.com>']);
    sheet.addRow(['mailto:cy@example.com?subject=Hi']);
    sheet.addRow([{ text: 'Dora', hyperlink: 'mailto:dora@example.com' }]);
    sheet.addRow([{ formula: 'A1&"x"', result: 'eve@example.com' }]);
    sheet.addRow([{ formula: 'NA()', result: { error: '#N/A' } }]);
    sheet.addRow(['x@example.com; y@example.com']);
    const preview = await planned(Buffer.from(await workbook.xlsx.writeBuffer()));
    expect(await database.db('import_rows').where({ action: 'invite' }).orderBy('row_number').pluck('email')).toEqual([
      'Ada.Lovelace@example.com',
      'bob@example.com',
      'cy@example.com',
      'dora@example.com',
      'eve@example.com',
    ]);
    expect(preview.failures.map(({ row, problems }) => [row, problems[0]?.sentence])).toEqual([
      [7, 'This cell holds no address but an error. Write the address into it.'],
      [8, expect.stringMatching(/holds more than one address/)],
    ]);
  });

  test('numbers and dates in a column of usernames are warned of; padded ones and text come as they are seen', async () => {
    const workbook = new Workbook();
    const sheet = workbook.addWorksheet('People');
    sheet.addRow(['Login Email', 'SSO Username', 'LDAP Username']);
    sheet.addRow(['a@example.com', 7, '0042']);
    sheet.addRow(['b@example.com', 8, '']);
    sheet.getCell('B3').numFmt = '000';
    sheet.addRow(['c@example.com', '', new Date(Date.UTC(2026, 2, 1))]);
    sheet.getCell('C4').numFmt = 'yyyy-mm-dd';
    const preview = await planned(Buffer.from(await workbook.xlsx.writeBuffer()));
    expect(preview.warnings).toEqual([
      'SSO Username holds a number, not text, in row 2: leading zeros may be lost. Format the column as text if that is wrong.',
      'LDAP Username was turned into a date in row 4. Format the column as text if that is wrong.',
    ]);
    expect(preview.differences.filter(({ field }) => field.endsWith('Username')).map((d) => d.new)).toEqual([
      '7',
      '0042',
      '008',
      '2026-03-01',
    ]);
  });

  test('what keeps a CSV value from running as a formula is taken off again', async () => {
    await scene.carryOut(
      await planned(`Login Email,First Name,Last Name\nada@example.com,"'=HYPERLINK(""x"")",''-quoted\n`),
    );
    expect(await scene.user('ada@example.com')).toMatchObject({ firstName: '=HYPERLINK("x")', lastName: "'-quoted" });
  });

  test('names like mentions, formulas, SQL, emoji, right-to-left and combining marks are ordinary text', async () => {
    const names = [
      '<!channel>',
      '=HYPERLINK("http://x","y")',
      '"; DROP TABLE users; --',
      'Ada 👩🏽‍💻',
      'محمد',
      'Zoe\u0308',
      '*a* & _b_',
    ];
    const progress = await scene.importPeople(
      names.map((name, index) => ({ 'Login Email': `p${index}@example.com`, 'First Name': name })),
    );
    expect(progress.outcomes).toMatchObject({ invited: names.length, failed: 0 });
    expect(await database.db('users').whereNot({ id: scene.admin.id }).orderBy('id').pluck('first_name')).toEqual(
      names.map((name) => name.normalize('NFC')),
    );
    const long = 'n'.repeat(300);
    expect(await scene.problemsOf([{ 'Login Email': 'long@example.com', 'Last Name': long }])).toEqual([
      'Last Name: Last Name is 300 characters long; at most 100 are possible. Shorten it.',
    ]);
  });

  test.each(['people-openpyxl.xlsx', 'people-libreoffice.xlsx'])('%s means what a person sees in it', async (name) => {
    await database.db('settings').insert([
      { name: 'auth.sso', value: 'true', updated_at: new Date() },
      { name: 'auth.ldap', value: 'true', updated_at: new Date() },
    ]);
    await database.db('user_groups').insert(
      ['Observers'].map((group) => ({
        name: group,
        name_key: group.toLowerCase(),
        permissions: '[]',
        created_at: new Date(),
        updated_at: new Date(),
      })),
    );
    const disabled = ['nguyen.van.a@example.com', 'oyvind@example.no', 'linus@example.fi'];
    for (const email of disabled) await insertUser(database.db, { email, status: 'disabled' });
    for (const email of ['zoe.vandenberg@example.com', 'imogen@example.com', 'grace@example.com'])
      await insertUser(database.db, { email });
    const path = await scene.files.write(await readFile(fixturePath(name)));
    const preview = await scene.plan(path);
    const failing = await database
      .db('import_rows')
      .where({ import_id: preview.id, action: 'fail' })
      .orderBy('row_number');
    // The two rows of Ada Lovelace name one address in two cases.
    expect(failing.map((row) => row.email.toLowerCase())).toEqual([
      'ada.lovelace@example.com',
      'ada.lovelace@example.com',
    ]);
    await scene.carryOut(preview);
    expect(await scene.user('taro@example.co.jp')).toMatchObject({
      firstName: '太郎',
      status: 'active',
      authSystem: 'sso',
      ssoUsername: '007',
      projects: ['Apollo (Read Only)', 'Mercury (Read Only)', 'Sample Project (Read Only)'],
      groups: ['Observers'],
    });
    expect(await scene.user('nguyen.van.a@example.com')).toMatchObject({
      status: 'disabled',
      authSystem: 'ldap',
      ldapUsername: 'nvana',
      projects: ['Gemini (Tester)'],
    });
    expect(await scene.user('imogen@example.com')).toMatchObject({
      lastName: 'O’Neill',
      projects: ['Apollo (Tester)', 'Gemini (Read Only)'],
    });
    expect(await scene.user('linus@example.fi')).toMatchObject({ lastName: '=Torvalds', ldapUsername: '0042' });
    expect(await scene.user('jose+qa@example.com')).toMatchObject({ lastName: 'de la Cruz-Muñoz', status: 'invited' });
  });

  test('the same delivery twice, also at the same moment, makes one import; the same content again is said', async () => {
    const path = await scene.sheet([{ 'Login Email': 'ada@example.com' }]);
    const [first, second] = await Promise.all([
      scene.plan(path, { slackFileId: 'F1' }),
      scene.plan(path, { slackFileId: 'F1' }, { ...scene.ctx, db: database.connect() }),
    ]);
    expect(second.id).toBe(first.id);
    expect(await database.db('imports').pluck('id')).toEqual([first.id]);
    expect(first.earlier).toEqual([]);
    await scene.carryOut(first);
    const again = await scene.plan(path, { slackFileId: 'F2', fileName: 'copy.xlsx' });
    expect(again.counts).toEqual({ invite: 0, update: 0, unchanged: 1, fail: 0 });
    expect(again.earlier).toMatchObject([
      {
        id: first.id,
        fileName: 'people.xlsx',
        state: 'done',
        decidedBy: { label: 'admin@example.com' },
        uploaderSlackId: 'T1/UUPLOADER',
      },
    ]);
  });

  test('a project of the site is not needed to read a file about nothing but names', async () => {
    await insertProject(database.db, { name: 'Other' });
    expect((await planned('Login Email\tFirst Name\nada@example.com\tAda\n')).counts.invite).toBe(1);
  });
});
