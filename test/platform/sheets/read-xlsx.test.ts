import { readXlsx } from '../../../src/platform/sheets/read-xlsx';
import { defaultSheetLimits, type SheetRow, SheetUnreadable } from '../../../src/platform/sheets/sheet.types';
import { collectRows, fixturePath, openFolder, textsOf } from './sheet-files';
import { buildXlsx, buildZip, type XlsxParts, xlsxParts } from './zip-builder';

let files: Awaited<ReturnType<typeof openFolder>>;
beforeAll(async () => {
  files = await openFolder();
});
afterAll(() => files.remove());

const readFile = (path: string, limits = {}) => collectRows(readXlsx(path, { ...defaultSheetLimits, ...limits }));
const readXml = async (spec: XlsxParts, limits = {}) => readFile(await files.write(buildXlsx(spec)), limits);
const cellsByName = (rows: readonly SheetRow[]) => new Map(rows.map(({ cells }) => [cells[0]?.text, cells[1]]));
const reasonOf = (work: Promise<unknown>) =>
  work.then(
    () => 'read',
    (error) => (error instanceof SheetUnreadable ? error.reason : error),
  );

const longName = `${'Wolfeschlegelstein'.repeat(16)}hausenberger`;

test('what openpyxl writes is read as a person sees it', async () => {
  const cells = cellsByName(await readFile(fixturePath('cells-openpyxl.xlsx')));
  expect(Object.fromEntries(cells)).toMatchObject({
    'number as text': { text: '007', kind: 'text' },
    'padded number': { text: '007', kind: 'number' },
    'padded with a prefix': { text: 'EMP-0042', kind: 'number' },
    'whole number': { text: '7', kind: 'number' },
    decimal: { text: '0.3', kind: 'number' },
    'thousands format': { text: '1234567', kind: 'number' },
    huge: { text: '1000000000000000000000', kind: 'number' },
    tiny: { text: '0.0000001', kind: 'number' },
    negative: { text: '-3.5', kind: 'number' },
    date: { text: '2026-01-31', kind: 'date' },
    'date and time': { text: '2026-01-31T09:30:00', kind: 'date' },
    'custom date': { text: '2026-01-31', kind: 'date' },
    time: { text: '09:30:00', kind: 'date' },
    'date before March 1900': { text: '1900-02-28', kind: 'date' },
    true: { text: 'TRUE', kind: 'boolean' },
    false: { text: 'FALSE', kind: 'boolean' },
    error: { text: '#N/A', kind: 'error' },
    'formula never computed': { text: '', kind: 'text', formula: true },
    link: { text: 'Write to Ada', link: 'mailto:ada@example.com?subject=Hello%20there' },
    emoji: { text: 'Ada 👩🏽‍💻 Lovelace' },
    'right to left': { text: 'محمد العربي' },
    'combining marks': { text: 'Zoe\u0308 Nguye\u0302\u0303n' },
    '300 characters': { text: longName },
    'line breaks': { text: 'Apollo\nGemini\nMercury' },
    'zero width': { text: 'ada\u200b@example.com' },
    'spaces kept': { text: '  two  ' },
  });
  expect(longName).toHaveLength(300);
});

test('what LibreOffice writes is read as a person sees it', async () => {
  const cells = cellsByName(await readFile(fixturePath('cells-libreoffice.xlsx')));
  expect(Object.fromEntries(cells)).toMatchObject({
    'number as text': { text: '007', kind: 'text' },
    'padded number': { text: '007', kind: 'number' },
    'whole number': { text: '7', kind: 'number' },
    date: { text: '2026-01-31', kind: 'date' },
    true: { text: 'TRUE', kind: 'boolean' },
    formula: { text: '42', kind: 'number', formula: true },
    'formula with text': { text: 'ab', kind: 'text', formula: true },
    error: { text: '#N/A', kind: 'error', formula: true },
    'rich text': { text: 'Zoë van der Berg', kind: 'text' },
    link: { text: 'Write to Ada', link: 'mailto:ada@example.com' },
    'line breaks': { text: 'Apollo\nGemini' },
    emoji: { text: 'Ada 👩🏽‍💻 Lovelace' },
    '300 characters': { text: longName },
    merged: { text: 'wide' },
  });
});

test('a formula that gives a date is read as the day that a person sees', async () => {
  const cells = cellsByName(await readFile(fixturePath('date-formulas-libreoffice.xlsx')));
  expect(Object.fromEntries(cells)).toEqual({
    'a day': { text: '2026-01-31', kind: 'date', formula: true },
    'a day and a time': { text: '2026-01-31T09:30:00', kind: 'date', formula: true },
    'the day after another cell': { text: '2026-02-01', kind: 'date', formula: true },
    'a choice between days': { text: '2026-01-31', kind: 'date', formula: true },
    'a day written as text': { text: '2026-01-31', kind: 'text', formula: true },
    'days between two': { text: '1', kind: 'number', formula: true },
  });
});

test.each(['people-openpyxl.xlsx', 'people-libreoffice.xlsx'])('the people in %s are all read', async (name) => {
  const [header, ...people] = await readFile(fixturePath(name));
  expect(textsOf(header ? [header] : [])[0]).toEqual(
    'Login Email,First Name,Last Name,Status,Auth System,SSO Username,LDAP Username,User Profile,Groups,Projects'.split(
      ',',
    ),
  );
  expect(people).toHaveLength(12);
  for (const { cells } of people) expect(cells[0]?.link).toBe(`mailto:${cells[0]?.text.trim()}`);
  const byEmail = new Map(people.map((row) => [row.cells[0]?.text, textsOf([row])[0]]));
  expect(byEmail.get('taro@example.co.jp')).toEqual([
    'taro@example.co.jp',
    '太郎',
    '東京',
    'Active',
    'SSO',
    '007',
    '',
    'Read Only',
    'Observers',
    'Apollo\nMercury',
  ]);
  expect(byEmail.get('linus@example.fi')?.[2]).toBe('=Torvalds');
});

test('rows keep the numbers that the program shows when lines above are blank', async () => {
  const rows = await readFile(fixturePath('people-openpyxl.xlsx'));
  expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14]);
});

test('a merged cell shows only in its first place, and hides what lies under it', async () => {
  const rows = await readFile(fixturePath('cells-openpyxl.xlsx'));
  expect(rows[1]?.cells[3]?.text).toBe('merged');
  expect(rows[1]?.cells[4]).toBeUndefined();
  expect(rows[2]?.cells[4]).toBeUndefined();
  expect(rows[3]?.cells[16_383]?.text).toBe('last column');
});

test('dates of a workbook that counts from 1904 are right', async () => {
  const rows = await readFile(fixturePath('epoch-1904.xlsx'));
  expect(rows.slice(1).map(({ cells }) => cells[1]?.text)).toEqual(['2026-01-31', '1904-01-01T06:00:00']);
});

test('the first visible sheet is read, not a hidden one before it nor the open tab', async () => {
  expect(textsOf(await readFile(fixturePath('hidden-first-sheet.xlsx')))).toEqual([['visible']]);
});

test('formatted but empty rows are passed over', async () => {
  const rows = await readFile(fixturePath('empty-styled-rows.xlsx'));
  expect(rows.map(({ number }) => number)).toEqual([1, 3000]);
});

test('prefixed XML, parts in unusual places and cells without references are read', async () => {
  const rows = await readFile(fixturePath('prefixed.xlsx'));
  expect(rows.map(({ number }) => number)).toEqual([1, 5]);
  expect(textsOf(rows)[0]).toEqual(['東京太郎', 'in']);
  expect(rows[1]?.cells).toEqual([
    { text: 'Ada Lovelace', kind: 'text', link: 'mailto:ada@example.com' },
    undefined,
    undefined,
    { text: 'X', kind: 'text', formula: true },
    { text: '#DIV/0!', kind: 'error', formula: true },
    { text: 'TRUE', kind: 'boolean', formula: true },
    { text: '2026-01-31', kind: 'date', formula: true },
    { text: '2026-01-31T09:30:00', kind: 'date' },
    undefined,
    { text: '7', kind: 'number' },
  ]);
});

test('characters of several bytes survive every chunk border', async () => {
  const name = 'Zoë 太郎 👩🏽‍💻 ';
  const rows = Array.from(
    { length: 12_000 },
    (_, index) => `<row><c t="inlineStr"><is><t>${name}${'x'.repeat(index % 7)}</t></is></c></row>`,
  );
  const read = await readXml({ rows: rows.join('') });
  expect(read).toHaveLength(12_000);
  expect(read.every(({ cells }, index) => cells[0]?.text === name + 'x'.repeat(index % 7))).toBe(true);
});

test('a part in UTF-16 is read', async () => {
  const sheet = Buffer.from(
    `\ufeff<worksheet><sheetData><row><c t="str"><v>Zoë</v></c></row></sheetData></worksheet>`,
    'utf16le',
  );
  expect(textsOf(await readXml({ sheet }))).toEqual([['Zoë']]);
  expect(textsOf(await readXml({ sheet: Buffer.from(sheet).swap16() }))).toEqual([['Zoë']]);
});

test('CDATA, comments and entities are read as the text they stand for', async () => {
  const rows = '<row><c t="inlineStr"><is><t>a<![CDATA[<b>&]]><!-- c -->&amp;&#233;&#x1F600;</t></is></c></row>';
  expect(textsOf(await readXml({ rows }))).toEqual([['a<b>&&é😀']]);
});

test('a link over several cells belongs to each of them', async () => {
  const rels =
    '<Relationships><Relationship Id="x" Type="http://t/hyperlink" Target="mailto:a@b.c" TargetMode="External"/></Relationships>';
  const rows = await readXml({
    rows: '<row><c r="A1" t="str"><v>a</v></c></row><row r="2"><c r="A2" t="str"><v>b</v></c></row>',
    tail: '<hyperlinks><hyperlink ref="A1:A2" r:id="x"/><hyperlink ref="B1" r:id="gone"/><hyperlink ref="junk" r:id="x"/></hyperlinks>',
    parts: [{ name: 'xl/worksheets/_rels/sheet1.xml.rels', data: rels }],
  });
  expect(rows.map(({ cells }) => cells[0]?.link)).toEqual(['mailto:a@b.c', 'mailto:a@b.c']);
});

test('a row without a number takes it from its cells', async () => {
  const rows = await readXml({ rows: '<row><c r="B7" t="str"><v>x</v></c></row><row><c t="str"><v>y</v></c></row>' });
  expect(rows.map(({ number }) => number)).toEqual([7, 8]);
});

test('a shared string that does not exist is damage', async () => {
  expect(await reasonOf(readXml({ rows: '<row><c t="s"><v>0</v></c></row>' }))).toBe('damaged');
});

test.each([
  ['<row r="4294967295"><c t="str"><v>x</v></c></row>', 'too_many_rows'],
  ['<row r="1048577"/>', 'too_many_rows'],
  ['<row r="-1"/>', 'damaged'],
  ['<row r="1.5"/>', 'damaged'],
  ['<row r="0"/>', 'damaged'],
  ['<row><c r="XFE1" t="str"><v>x</v></c></row>', 'too_many_columns'],
  ['<row><c r="AAAAAAAAAAAA1" t="str"><v>x</v></c></row>', 'too_many_columns'],
  ['<row><c r="1" t="str"><v>x</v></c></row>', 'damaged'],
  [`<row>${'<c/>'.repeat(16_385)}</row>`, 'too_many_columns'],
  [`<row><c t="str"><v>${'x'.repeat(32_768)}</v></c></row>`, 'cell_too_long'],
  ['<row><c t="str"><v>x</v></c>', 'damaged'],
  ['<row><c t="str"><v>&unknown;</v></c></row>', 'damaged'],
  ['<a>'.repeat(100), 'bomb'],
])('a sheet with %.60s is refused as %s', async (rows, reason) => {
  expect(await reasonOf(readXml({ rows }))).toBe(reason);
});

test('a cell that is too long is named', async () => {
  const rows = `<row r="3"><c r="AB3" t="str"><v>${'x'.repeat(101)}</v></c></row>`;
  await expect(readXml({ rows }, { maxCellLength: 100 })).rejects.toThrow('Cell AB3 is too long');
});

test('rows above the limit are refused, and blank rows are not counted', async () => {
  const rows = '<row r="5"><c t="str"><v>x</v></c></row><row r="9"><c t="str"><v>x</v></c></row>';
  expect(await reasonOf(readXml({ rows }, { maxRows: 2 }))).toBe('read');
  expect(await reasonOf(readXml({ rows }, { maxRows: 1 }))).toBe('too_many_rows');
});

test('a workbook whose only sheet is hidden has no sheet', async () => {
  expect(await reasonOf(readXml({ sheetState: 'hidden' }))).toBe('no_sheet');
});

test('an empty sheet has no rows and is no error', async () => {
  expect(await readXml({ sheet: '<worksheet><sheetData/></worksheet>' })).toEqual([]);
});

test('a flipped bit is found before the first row', async () => {
  const parts = xlsxParts({ rows: '<row><c t="str"><v>x</v></c></row>' });
  const flipped = parts.map((part) => (part.name.includes('sheet1') ? { ...part, checksum: 1 } : part));
  const rows: SheetRow[] = [];
  const work = async () => {
    const path = await files.write(buildZip(flipped));
    for await (const batch of readXlsx(path, defaultSheetLimits)) rows.push(...batch);
  };
  expect(await reasonOf(work())).toBe('damaged');
  expect(rows).toEqual([]);
});

test('two parts of one name are refused', async () => {
  const parts = xlsxParts({});
  const twice = { name: 'XL/worksheets/SHEET1.xml', data: '<worksheet/>' };
  expect(await reasonOf(readFile(await files.write(buildZip([...parts, twice]))))).toBe('damaged');
});
