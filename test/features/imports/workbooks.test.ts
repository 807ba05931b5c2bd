import { join } from 'node:path';
import { confirmImport } from '../../../src/features/imports/confirm-import.service';
import {
  writeErrorWorkbook,
  writePlanWorkbook,
  writeTemplateWorkbook,
} from '../../../src/features/imports/import-workbooks.service';
import { runImport } from '../../../src/features/imports/run-import.service';
import { openArchive } from '../../../src/platform/sheets/archive';
import { defaultSheetLimits } from '../../../src/platform/sheets/sheet.types';
import { readRows, textsOf } from '../../platform/sheets/sheet-files';
import { insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { everyHeader, type ImportScene, importScene } from './import-scene';

/** One part of a workbook as it is stored: exceljs would unfold drop-downs over a million rows. */
async function partOf(path: string, name: string): Promise<string> {
  const archive = await openArchive(path, defaultSheetLimits);
  const pieces: Buffer[] = [];
  for await (const piece of archive.inflate(name)) pieces.push(piece);
  archive.close();
  return Buffer.concat(pieces).toString('utf8');
}

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database);
  });
  afterEach(() => scene.files.remove());

  const pathOf = (name: string) => join(scene.files.folder, name);

  test('the plan as a workbook has a row for each person, in the order of the file, with every change', async () => {
    await insertUser(database.db, { email: 'bob@example.com', first_name: 'Bob' });
    await insertUser(database.db, { email: 'cy@example.com', status: 'disabled' });
    const { id } = await scene.previewOf([
      { 'Login Email': 'ada@example.com', 'First Name': '=1+1' },
      { 'Login Email': 'bob@example.com', 'First Name': '<clear>', Status: 'Disabled' },
      { 'Login Email': 'cy@example.com', Status: 'Active' },
      { 'Login Email': 'dora@example.com', Groups: 'QAA' },
      { 'Login Email': scene.admin.email },
    ]);
    const path = pathOf('plan.xlsx');
    await writePlanWorkbook(scene.ctx, id, path);
    expect(textsOf(await readRows(path))).toEqual([
      ['Row', 'Login Email', 'What happens', 'Changes'],
      [
        '2',
        'ada@example.com',
        'Is invited by mail',
        'First Name: (empty) → =1+1\nStatus: (empty) → Invited\nProjects: (empty) → Sample Project (Tester)',
      ],
      [
        '3',
        'bob@example.com',
        'Is disabled; cannot sign in any more',
        'First Name: Bob → (empty)\nStatus: Active → Disabled',
      ],
      ['4', 'cy@example.com', 'Is invited again by mail', 'Status: Disabled → Invited'],
      ['5', 'dora@example.com', 'Is left out', 'Group “QAA” does not exist; did you mean “QA”?'],
      ['6', 'admin@example.com', 'Stays as it is'],
    ]);
  });

  // What is cut is counted in the program; the filling is written for one database.
  if (database.dialect === 'SQLite')
    test('the plan of a very large import ends after 200,000 people, and says how many more are imported', async () => {
      const { id } = await scene.previewOf([{ 'Login Email': 'ada@example.com' }]);
      const others = 200_002;
      await database.db.raw(
        `WITH RECURSIVE further(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM further WHERE n < ?)
         INSERT INTO import_rows (import_id, position, row_number, email, action, cells, plan)
         SELECT import_id, position + n, row_number + n, 'ada' || n || '@example.com', action, cells, plan
         FROM import_rows, further WHERE import_id = ?`,
        [others, id],
      );
      const stored = await database.db('imports').where({ id }).first('counts');
      const counted = JSON.parse(stored.counts);
      counted.counts.invite += others;
      await database
        .db('imports')
        .where({ id })
        .update({ counts: JSON.stringify(counted) });
      const path = pathOf('plan.xlsx');
      await writePlanWorkbook(scene.ctx, id, path);
      const sheet = await partOf(path, 'xl/worksheets/sheet1.xml');
      // The header, 200,000 people and the last word.
      expect(sheet.split('<row ')).toHaveLength(1 + 1 + 200_000 + 1);
      const end = sheet.slice(sheet.lastIndexOf('199999@example.com'));
      expect(end).toContain('Is invited by mail');
      expect(end).toContain('Not shown here');
      expect(end).toContain('3 more rows, which the import goes through too');
    }, 60_000);

  test('failing rows come back with row, field and error, coloured and noted, and import as they are once corrected', async () => {
    const { id } = await scene.previewOf([
      { 'Login Email': 'good@example.com' },
      {
        'Login Email': 'ada@example.com',
        'First Name': 'Ada',
        Projects: 'Apolo\nGemini',
        Status: 'Actve',
        'SSO Username': '007',
      },
      { 'Login Email': 'bad', 'Last Name': '=evil()' },
    ]);
    const path = pathOf('errors.xlsx');
    await writeErrorWorkbook(scene.ctx, id, path);
    const [header = [], ...rows] = textsOf(await readRows(path));
    expect(header).toEqual(['Row', 'Field', 'Error', ...everyHeader]);
    const people = rows.map((row) => Object.fromEntries(header.map((name, column) => [name, row[column] ?? ''])));
    expect(people).toMatchObject([
      { Row: '3', Field: 'Status\nProjects', 'SSO Username': '007', Projects: 'Apolo\nGemini' },
      { Row: '4', Field: 'Login Email', 'Last Name': '=evil()' },
    ]);
    expect(people[0]?.Error).toContain('did you mean “Apollo”?');
    const notes = await partOf(path, 'xl/comments1.xml');
    expect(notes).toContain('Actve');
    expect(await partOf(path, 'xl/worksheets/sheet1.xml')).toContain('<dataValidation type="list"');
    expect(await partOf(path, 'xl/styles.xml')).toContain('FFFFC7CE');

    const [ada = {}, bob = {}] = people;
    const corrected = await scene.sheet([
      { ...ada, Projects: 'Apollo\nGemini', Status: '' },
      { ...bob, 'Login Email': 'bob@example.com' },
    ]);
    const preview = await scene.plan(corrected);
    expect(preview).toMatchObject({ warnings: [], counts: { invite: 2, fail: 0 } });
    await scene.carryOut(preview);
    expect(await scene.user('ada@example.com')).toMatchObject({
      ssoUsername: '007',
      projects: expect.arrayContaining(['Apollo (Tester)', 'Gemini (Tester)']),
    });
    expect(await scene.user('bob@example.com')).toMatchObject({ lastName: '=evil()' });
    // A second drop of the same corrections invites nobody again.
    expect((await scene.plan(corrected)).counts).toMatchObject({ invite: 0, unchanged: 2 });
  });

  test('rows that failed while the import ran stand in the error workbook too', async () => {
    await insertUser(database.db, { email: 'ada@example.com' });
    const { id } = await scene.previewOf([{ 'Login Email': 'ada@example.com', 'First Name': 'Ada' }]);
    await confirmImport(scene.ctx, id);
    await database.db('users').where({ email_key: 'ada@example.com' }).update({ first_name: 'Moved' });
    await runImport(scene.ctx, id, new AbortController().signal);
    const path = pathOf('errors.xlsx');
    await writeErrorWorkbook(scene.ctx, id, path);
    const [, row] = textsOf(await readRows(path));
    expect(row?.slice(0, 3)).toEqual(['2', '', expect.stringMatching(/changed by somebody since the preview/)]);
  });

  test('the template has every column that can be filled in, reads as an empty file, and imports once filled in', async () => {
    const path = pathOf('template.xlsx');
    await writeTemplateWorkbook(scene.ctx, path);
    expect(await scene.plan(path)).toMatchObject({
      state: 'refused',
      problem: expect.stringMatching(/nobody under it/),
    });
    expect(await partOf(path, 'xl/workbook.xml')).toContain('How to fill it in');
    const [header = []] = textsOf(await readRows(path));
    expect(header).not.toContain('Last Login');
    const filled = await scene.sheet([{ 'Login Email': 'ada@example.com', 'First Name': 'Ada' }], header);
    expect(await scene.plan(filled)).toMatchObject({ warnings: [], counts: { invite: 1, fail: 0 } });
  });
});
