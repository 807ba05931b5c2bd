import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCsv } from '../../../src/platform/sheets/read-csv';
import { defaultSheetLimits, SheetUnreadable } from '../../../src/platform/sheets/sheet.types';
import { collectRows, openFolder, textsOf } from './sheet-files';

let files: Awaited<ReturnType<typeof openFolder>>;
beforeAll(async () => {
  files = await openFolder();
});
afterAll(() => files.remove());

const readRowsOf = async (content: string | Buffer, limits = {}) =>
  collectRows(readCsv(await files.write(content, 'people.csv'), { ...defaultSheetLimits, ...limits }));
const readTexts = async (content: string | Buffer, limits = {}) => textsOf(await readRowsOf(content, limits));
const unreadable = async (content: string | Buffer, limits = {}): Promise<SheetUnreadable> => {
  const error = await readRowsOf(content, limits).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SheetUnreadable);
  return error as SheetUnreadable;
};

const people = 'Login Email,Name\nzoë@example.com,Zoë Łukasz 太郎\n';
const peopleTexts = [
  ['Login Email', 'Name'],
  ['zoë@example.com', 'Zoë Łukasz 太郎'],
];

test.each([
  ['UTF-8', Buffer.from(people)],
  ['UTF-8 with a byte-order mark', Buffer.from(`\ufeff${people}`)],
  ['UTF-16 LE', Buffer.from(`\ufeff${people}`, 'utf16le')],
  ['UTF-16 BE', Buffer.from(`\ufeff${people}`, 'utf16le').swap16()],
])('%s is read', async (_, content) => {
  expect(await readTexts(content)).toEqual(peopleTexts);
});

const folder = join(__dirname, '../../fixtures/csv');

test.each(readdirSync(folder).filter((name) => name.endsWith('.csv')))(
  '%s says what its people typed',
  async (name) => {
    const [header, ...rows] = textsOf(await collectRows(readCsv(join(folder, name), defaultSheetLimits)));
    expect(header).toEqual(['Login Email', 'First Name', 'Last Name', 'SSO Username', 'Projects']);
    expect(rows).toEqual([
      ['zoe@example.com', 'Zoë', 'van den Berg; Jr.', '007', 'Apollo\nGemini'],
      ['jose@example.com', 'José', 'de la Cruz-Muñoz, “Pepe”', '1e5', 'Apollo'],
      ['oyvind@example.no', 'Øyvind', 'Ås "the Fjord"', '', 'Mercury\tEast – €'],
      // Windows-1252 has no letters for these.
      ...(name.startsWith('windows-1252')
        ? []
        : [
            ['taro@example.co.jp', '太郎', '東京', '=1+1', '👩🏽‍💻'],
            ['m@example.com', 'محمد', 'العربي', '-7', 'Łódź'],
          ]),
    ]);
  },
);

test('UTF-16 without a byte-order mark is known by its zeros', async () => {
  const text = 'Login Email,Name\nzoe@example.com,Zoë\n';
  const wide = Buffer.from(text, 'utf16le');
  const texts = [
    ['Login Email', 'Name'],
    ['zoe@example.com', 'Zoë'],
  ];
  expect(await readTexts(wide)).toEqual(texts);
  expect(await readTexts(Buffer.from(wide).swap16())).toEqual(texts);
});

test('what is not UTF-8 is Windows-1252, also when that shows only after a megabyte', async () => {
  const rows = 'a@example.com,Ada\n'.repeat(70_000);
  const content = Buffer.concat([Buffer.from(rows), Buffer.from('z@example.com,Zo\xeb \x80 \x93x\x94\n', 'latin1')]);
  const texts = await readTexts(content);
  expect(texts.at(-1)).toEqual(['z@example.com', 'Zoë € “x”']);
  expect(texts).toHaveLength(70_001);
});

test('characters of several bytes survive every chunk border', async () => {
  const rows = Array.from({ length: 9000 }, (_, index) => `${'x'.repeat(index % 5)}é太👩🏽‍💻,b`);
  const texts = await readTexts(rows.join('\n'));
  expect(texts.map((cells) => cells.join(','))).toEqual(rows);
});

test('a file that says UTF-8 and is not is refused', async () => {
  const content = Buffer.concat([Buffer.from('\ufeffa,b\n'), Buffer.from([0xe9, 0x0a])]);
  expect((await unreadable(content)).reason).toBe('wrong_encoding');
});

test.each([
  [
    'a;b;c\n1,5;2,5;3\n',
    [
      ['a', 'b', 'c'],
      ['1,5', '2,5', '3'],
    ],
  ],
  [
    'a\tb\n1,2,3\tx\n',
    [
      ['a', 'b'],
      ['1,2,3', 'x'],
    ],
  ],
  [
    '"a;x","b"\n1,2\n',
    [
      ['a;x', 'b'],
      ['1', '2'],
    ],
  ],
  [
    '"a,x,y";b\n1;2\n',
    [
      ['a,x,y', 'b'],
      ['1', '2'],
    ],
  ],
  ['Login Email\nada@example.com\n', [['Login Email'], ['ada@example.com']]],
  ['"first\nline, with; all\t";b\n', [['first\nline, with; all\t', 'b']]],
])('the delimiter of %j is found outside quotes', async (content, texts) => {
  expect(await readTexts(content)).toEqual(texts);
});

test.each(['sep=;\r\na;b,c\r\n', '"sep=;"\na;b,c\n', '\ufeffsep=;\na;b,c\n'])(
  "Excel's separator line in %j is obeyed, and is no row",
  async (content) => {
    expect(await readRowsOf(content)).toEqual([
      {
        number: 1,
        cells: [
          { text: 'a', kind: 'text' },
          { text: 'b,c', kind: 'text' },
        ],
      },
    ]);
  },
);

test('text stays text, to the last space', async () => {
  expect(await readTexts("007,1e5, x ,TRUE,2026-01-31,=1+1,'=1\n")).toEqual([
    ['007', '1e5', ' x ', 'TRUE', '2026-01-31', '=1+1', "'=1"],
  ]);
});

test('blank rows are left out and counted, a cell with line breaks is one row', async () => {
  const rows = await readRowsOf('a,b\r\n\r\n"x\r\ny",2\n,,\r3,"q""q"');
  expect(rows.map(({ number }) => number)).toEqual([1, 3, 5]);
  expect(textsOf(rows)).toEqual([
    ['a', 'b'],
    ['x\r\ny', '2'],
    ['3', 'q"q'],
  ]);
});

test('rows of different length are read as they are', async () => {
  expect(await readTexts('a,b,c\n1\n1,2,3,4,5,,\n')).toEqual([['a', 'b', 'c'], ['1'], ['1', '2', '3', '4', '5']]);
});

test.each([
  ['a,b\n"x",1\n"y\n\nfoo,2\nz\n', 'begins in line 3 '],
  ['a,b\r\n"x\r\nx",1\r\n"y\r\nfoo,2\r\n', 'begins in line 4 '],
  ['sep=,\na,b\n"y\n', 'begins in line 3 '],
  ['a,b\n1,2\nq"x,5\n', 'Line 3 '],
  ['a,b\n1,2\n"q"x,5\n', 'Line 3 '],
  [`a,b\n1,2\n"q${'x,\n'.repeat(1_500_000)}`, 'begins in line 3 '],
])('broken quotes are told with their line (case %#)', async (content, words) => {
  const { reason, message } = await unreadable(content);
  expect({ reason, message }).toEqual({ reason: 'broken_quotes', message: expect.stringContaining(words) });
});

test('limits are kept', async () => {
  expect((await unreadable('a\nb\nc\n', { maxRows: 2 })).reason).toBe('too_many_rows');
  expect((await unreadable('a,b,c\n', { maxColumns: 2 })).reason).toBe('too_many_columns');
  expect((await unreadable('a\nbbbb\n', { maxCellLength: 3 })).message).toContain('row 2');
  expect((await unreadable('a,b,c\n', { maxBytes: 5 })).reason).toBe('too_large');
  expect(await readTexts('a,b,,,,\n', { maxColumns: 2 })).toEqual([['a', 'b']]);
});
