import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { Workbook } from 'exceljs';
import fc from 'fast-check';
import { openArchive } from '../../../src/platform/sheets/archive';
import { fromInertCsv } from '../../../src/platform/sheets/inert-csv';
import { readCsv } from '../../../src/platform/sheets/read-csv';
import { readXlsx } from '../../../src/platform/sheets/read-xlsx';
import { defaultSheetLimits } from '../../../src/platform/sheets/sheet.types';
import { writeCsv } from '../../../src/platform/sheets/write-csv';
import { type SheetSpec, type SheetValue, writeWorkbook } from '../../../src/platform/sheets/write-sheet';
import { csvByLibreOffice } from '../../support/libreoffice';
import { collectRows, openFolder, textsOf } from './sheet-files';

let files: Awaited<ReturnType<typeof openFolder>>;
let made = 0;
beforeAll(async () => {
  files = await openFolder();
});
afterAll(() => files.remove());

const newPath = (extension: string) => `${files.folder}/${++made}.${extension}`;
const columnsOf = (count: number) => Array.from({ length: count }, (_, index) => ({ header: `H${index}`, width: 12 }));

async function write(sheets: readonly SheetSpec[]): Promise<string> {
  const path = newPath('xlsx');
  await writeWorkbook(createWriteStream(path), sheets);
  return path;
}
async function open(path: string) {
  const workbook = new Workbook();
  await workbook.xlsx.read(createReadStream(path));
  return workbook;
}
async function partOf(path: string, name: string): Promise<string> {
  const archive = await openArchive(path, defaultSheetLimits);
  const chunks: Buffer[] = [];
  for await (const chunk of archive.inflate(name)) chunks.push(chunk);
  archive.close();
  return Buffer.concat(chunks).toString();
}
const readBack = async (path: string) => textsOf(await collectRows(readXlsx(path, defaultSheetLimits)));

/** Rows as a reader gives them: blank cells at the end and blank rows are gone. */
const trimmed = (rows: ReadonlyArray<readonly string[]>) =>
  rows.map((row) => row.slice(0, row.findLastIndex((text) => text !== '') + 1)).filter((row) => row.length > 0);

const anyUnits = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });
const tricky = fc.string({
  unit: fc.constantFrom(
    '=',
    '+',
    '-',
    '@',
    "'",
    '"',
    ',',
    ';',
    '\t',
    '\r',
    '\n',
    ' ',
    '_x000D_',
    'a_X000D_b',
    'first_last@x.example',
    '\u0000',
    '<',
    '&',
    '😀',
  ),
});
const table = (value: fc.Arbitrary<string>) =>
  fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { maxLength: 8 });

test('whatever is written to a workbook is read back character for character', async () => {
  await fc.assert(
    fc.asyncProperty(table(fc.oneof(anyUnits, tricky)), async (rows) => {
      const path = await write([{ name: 'People', columns: columnsOf(3), rows }]);
      expect((await readBack(path)).slice(1)).toEqual(trimmed(rows));
    }),
    { numRuns: 60 },
  );
});

test('whatever is written to CSV is read back character for character', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), tricky);
  await fc.assert(
    fc.asyncProperty(table(text), async (rows) => {
      const path = newPath('csv');
      await writeCsv(createWriteStream(path), { columns: columnsOf(3), rows });
      const read = textsOf(await collectRows(readCsv(path, defaultSheetLimits)));
      expect(read.slice(1).map((row) => row.map(fromInertCsv))).toEqual(trimmed(rows));
    }),
    { numRuns: 150 },
  );
});

test('CSV has a byte-order mark, CRLF, and quotes where they are needed', async () => {
  const path = newPath('csv');
  const rows: SheetValue[][] = [
    ['ada@example.com', 'Ada "the first"', { text: 'x,y', fault: 'no' }],
    ['007', '=1+1', 'a\nb'],
  ];
  await writeCsv(createWriteStream(path), { columns: columnsOf(3), rows });
  expect(await readFile(path, 'utf8')).toBe(
    `\ufeffH0,H1,H2\r\nada@example.com,"Ada ""the first""","x,y"\r\n007,"'=1+1","a\nb"\r\n`,
  );
});

test('every cell of a workbook is text, also one that looks like a formula or a number', async () => {
  const rows = [['=1+1', '007', '+49', '-1', '@a', '1e5', 'TRUE']];
  const sheet = (await open(await write([{ name: 'People', columns: columnsOf(7), rows }]))).worksheets[0];
  for (let column = 1; column <= 7; column += 1) {
    const cell = sheet?.getCell(2, column);
    expect(cell?.value).toBe(rows[0]?.[column - 1]);
    expect(cell?.numFmt).toBe('@');
    expect(cell?.formula).toBeFalsy();
    // What a person types below the last row stays text as well.
    expect(sheet?.getColumn(column).numFmt).toBe('@');
  }
});

test('the header is bold, frozen and filterable, and columns are as wide as asked', async () => {
  const path = await write([
    { name: 'People', columns: [{ header: 'Login Email', width: 30, note: 'The key' }], rows: [['a'], ['b']] },
  ]);
  const sheet = (await open(path)).worksheets[0];
  expect(sheet?.getCell('A1').font.bold).toBe(true);
  expect(sheet?.getCell('A1').note).toBe('The key');
  expect(sheet?.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
  expect(sheet?.autoFilter).toBe('A1:A3');
  expect(sheet?.getColumn(1).width).toBe(30);
});

test('a fault colours its cell and says itself in a note; line breaks wrap', async () => {
  const rows: SheetValue[][] = [
    ['fine', { text: 'Apolo', fault: 'did you mean “Apollo”?' }],
    ['Apollo\nGemini', { text: '', fault: 'is missing' }],
  ];
  const sheet = (await open(await write([{ name: 'People', columns: columnsOf(2), rows }]))).worksheets[0];
  expect(sheet?.getCell('B2').fill).toMatchObject({ type: 'pattern', pattern: 'solid' });
  expect(sheet?.getCell('B2').note).toBe('did you mean “Apollo”?');
  expect(sheet?.getCell('B3').note).toBe('is missing');
  expect(sheet?.getCell('A2').fill).toMatchObject({ pattern: 'none' });
  expect(sheet?.getCell('A3').alignment.wrapText).toBe(true);
});

test('sentences longer than their column wrap, links do not, and rows are as high as their lines', async () => {
  const link = `https://usher.example/activate?token=${'x'.repeat(80)}`;
  const sentence = 'This sentence has fifty letters, and it has to wrap.';
  const rows: SheetValue[][] = [
    [sentence, link],
    ['Apollo\nGemini\nMercury', 'short'],
    ['one line', 'another'],
    [{ text: sentence, fault: 'too long' }, 'x'],
    ['y\n'.repeat(100), 'z'],
  ];
  const columns = [
    { header: 'Why', width: 20 },
    { header: 'Link', width: 20 },
  ];
  const path = await write([{ name: 'People', columns, rows }]);
  const sheet = (await open(path)).worksheets[0];
  expect([1, 2, 3, 4, 5, 6].map((row) => sheet?.getRow(row).height)).toEqual([undefined, 45, 45, undefined, 45, 409]);
  expect(['A2', 'B2', 'A3', 'B3'].map((cell) => sheet?.getCell(cell).alignment)).toEqual([
    { vertical: 'top', wrapText: true },
    { vertical: 'top' },
    { vertical: 'top', wrapText: true },
    { vertical: 'top' },
  ]);
  // LibreOffice shows the lines of a formula's result as one.
  expect(await partOf(path, 'xl/worksheets/sheet1.xml')).toMatch(/r="A3"[^>]* t="inlineStr"/);
});

test('a workbook prints in landscape, as wide as the page, with the header and its number on each', async () => {
  const path = await write([
    { name: 'People', columns: columnsOf(2), rows: [['a', 'b']] },
    { name: 'How to fill it in', columns: columnsOf(1), rows: [] },
  ]);
  for (const sheet of (await open(path)).worksheets) {
    expect(sheet.pageSetup).toMatchObject({
      orientation: 'landscape',
      fitToPage: true,
      fitToWidth: 1,
      fitToHeight: 0,
      printTitlesRow: '1:1',
    });
    expect(sheet.headerFooter.oddFooter).toBe('&L&A&RPage &P of &N');
  }
});

test('choices are offered as a drop-down list, long ones from a hidden sheet', async () => {
  const projects = Array.from({ length: 40 }, (_, index) => `Project, ${index}`);
  const columns = [
    { header: 'Status', width: 10, choices: ['Active', 'Invited', 'Disabled'] },
    { header: 'Projects', width: 10, choices: projects },
  ];
  const path = await write([{ name: 'People', columns, rows: [['Active', 'x']] }]);
  const sheet = await partOf(path, 'xl/worksheets/sheet1.xml');
  expect(sheet).toContain('sqref="A2:A10001"');
  expect(sheet).toContain('<formula1>&quot;Active,Invited,Disabled&quot;</formula1>');
  expect(sheet).toContain('sqref="B2:B10001"');
  expect(sheet).toContain('<formula1>Choices!$A$1:$A$40</formula1>');
  expect(await partOf(path, 'xl/workbook.xml')).toMatch(/<sheet [^>]*name="Choices"[^>]*state="hidden"/);
  expect(await partOf(path, 'xl/worksheets/sheet2.xml')).toContain('<v>Project, 39</v>');
  expect(await readBack(path)).toEqual([
    ['Status', 'Projects'],
    ['Active', 'x'],
  ]);
});

test('several sheets with faults in each are written', async () => {
  const rows: SheetValue[][] = [[{ text: 'x', fault: 'bad' }]];
  const path = await write([
    { name: 'First', columns: columnsOf(1), rows },
    { name: 'Second', columns: columnsOf(1), rows },
  ]);
  const workbook = await open(path);
  expect(workbook.worksheets.map(({ name }) => name)).toEqual(['First', 'Second']);
  for (const sheet of workbook.worksheets) expect(sheet.getCell('A2').note).toBe('bad');
});

test('a sheet without rows has its header', async () => {
  async function* none(): AsyncGenerator<string[]> {}
  expect(await readBack(await write([{ name: 'People', columns: columnsOf(2), rows: none() }]))).toEqual([
    ['H0', 'H1'],
  ]);
});

test('rows are taken no faster than a slow output takes them', async () => {
  let taken = 0;
  function* rows() {
    for (; taken < 60_000; taken += 1) yield [`person-${taken}`, randomBytes(60).toString('hex')];
  }
  const output = new PassThrough();
  const writing = writeWorkbook(output, [{ name: 'People', columns: columnsOf(2), rows: rows() }]);
  let takenBefore = -1;
  while (taken !== takenBefore) {
    takenBefore = taken;
    await pause(1500);
  }
  expect(taken).toBeLessThan(45_000);
  output.resume();
  await writing;
  expect(taken).toBe(60_000);
});

test('an output that breaks ends the writing and the taking of rows', async () => {
  let closed = false;
  async function* rows() {
    try {
      for (let index = 0; ; index += 1) yield [`person-${index * 7919}`];
    } finally {
      closed = true;
    }
  }
  let chunks = 0;
  const output = new Writable({
    write(_chunk, _encoding, done) {
      chunks += 1;
      done(chunks > 3 ? new Error('disk full') : undefined);
    },
  });
  const writing = writeWorkbook(output, [{ name: 'People', columns: columnsOf(1), rows: rows() }]);
  await expect(writing).rejects.toThrow('disk full');
  expect(closed).toBe(true);
});

test.each(['xlsx', 'csv'])('an aborted signal ends the writing of %s, also while the output is stuck', async (kind) => {
  function* rows() {
    for (let index = 0; ; index += 1) yield [`person-${index * 7919}`];
  }
  const output = new PassThrough();
  const options = { signal: AbortSignal.timeout(300) };
  const sheet = { name: 'People', columns: columnsOf(1), rows: rows() };
  const writing = kind === 'xlsx' ? writeWorkbook(output, [sheet], options) : writeCsv(output, sheet, options);
  await expect(writing).rejects.toMatchObject({ name: expect.stringMatching(/TimeoutError|AbortError/) });
  expect(output.destroyed).toBe(true);
});

test('rows that fail to come end the writing with their error', async () => {
  // biome-ignore lint/correctness/useYield: it fails before its first row
  async function* rows(): AsyncGenerator<string[]> {
    throw new Error('the database is gone');
  }
  await expect(write([{ name: 'People', columns: columnsOf(1), rows: rows() }])).rejects.toThrow(
    'the database is gone',
  );
});

test('a cell longer than the format allows is refused by its place', async () => {
  const rows = [
    ['a', 'b'],
    ['a', 'x'.repeat(32_768)],
  ];
  await expect(write([{ name: 'People', columns: columnsOf(2), rows }])).rejects.toThrow(
    'Cell B3 would have more than 32767',
  );
});

test('rows with faults stand between others in the order and at the numbers they were given', async () => {
  const rows: SheetValue[][] = Array.from({ length: 400 }, (_, index) =>
    index % 130 === 3 ? [{ text: `bad ${index}`, fault: 'no' }, 'x'] : [`good ${index}`, 'a\nb'],
  );
  const path = await write([{ name: 'People', columns: columnsOf(2), rows }]);
  const sheet = (await open(path)).worksheets[0];
  expect(sheet?.rowCount).toBe(401);
  rows.forEach(([value], index) => {
    const cell = sheet?.getCell(index + 2, 1);
    expect(cell?.value).toBe(typeof value === 'string' ? value : value?.text);
    expect(cell?.note).toBe(typeof value === 'string' ? undefined : 'no');
  });
  expect(sheet?.getCell('B2').alignment.wrapText).toBe(true);
  expect(sheet?.getCell('B2').numFmt).toBe('@');
});

const risky = [
  ['=1+1', '007', ' two  spaces ', 'Apollo\nGemini'],
  ['+1', '@x', 'Zoë 👩🏽‍💻', 'a_x000D_b'],
  ["'=x", '-5', '2026-01-31', 'x"y'],
  ['=HYPERLINK("http://x.example","a")', '1e5', '<b>&amp;', '=cmd|/c calc!A1'],
];

test('LibreOffice reads a workbook as the same text and runs nothing', async () => {
  const path = await write([{ name: 'People', columns: columnsOf(4), rows: risky }]);
  const converted = await csvByLibreOffice(path, files.folder);
  const read = textsOf(await collectRows(readCsv(converted, defaultSheetLimits)));
  expect(read.slice(1)).toEqual(risky);
}, 60_000);

test('LibreOffice runs nothing of a CSV file', async () => {
  const path = newPath('csv');
  const formulas = risky.map((row) => row.filter((text) => /^'?[=+@]/.test(text)));
  await writeCsv(createWriteStream(path), { columns: columnsOf(4), rows: formulas });
  const converted = await csvByLibreOffice(path, files.folder);
  const read = textsOf(await collectRows(readCsv(converted, defaultSheetLimits)));
  expect(read.slice(1).map((row) => row.map(fromInertCsv))).toEqual(formulas);
}, 60_000);
