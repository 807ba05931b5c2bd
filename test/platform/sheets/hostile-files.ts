import { crc32, createDeflateRaw } from 'node:zlib';
import { buildXlsx, buildZip, sheetXml, xlsxParts, type ZipPart } from './zip-builder';

export const htmlPage = '<!DOCTYPE html>\n<html><head><title>People</title></head><body><table></table></body></html>';

export const slackSignInPage =
  '<!DOCTYPE html><html lang="en-US"><head><title>Slack</title><link href="https://a.slack-edge.com/bv1-10/x.css"></head><body>Sign in to your workspace</body></html>';

export const png = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000000200015e',
  'hex',
);

/** An OLE2 container whose directory holds these names: one allocation sector, then the directory's sectors. */
export function buildOle2(names: readonly string[]): Buffer {
  const header = Buffer.alloc(512);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(header);
  header.writeUInt16LE(9, 30);
  header.writeUInt32LE(1, 48);
  header.writeUInt32LE(0, 76);
  const sectors = Math.ceil(names.length / 4);
  const allocation = Buffer.alloc(512, 0xff);
  allocation.writeUInt32LE(0xfffffffd, 0);
  for (let index = 1; index <= sectors; index += 1) {
    allocation.writeUInt32LE(index === sectors ? 0xfffffffe : index + 1, index * 4);
  }
  const directory = Buffer.alloc(sectors * 512);
  names.forEach((name, index) => {
    directory.write(name, index * 128, 'utf16le');
    directory.writeUInt16LE(name.length * 2 + 2, index * 128 + 64);
  });
  return Buffer.concat([header, allocation, directory]);
}

/** Deflates a pattern many times over without ever holding it. */
async function deflateRepeated(before: string, pattern: string, times: number, after: string) {
  const deflate = createDeflateRaw({ level: 9 });
  const chunks: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => chunks.push(chunk));
  const block = Buffer.from(pattern.repeat(Math.ceil(65_536 / pattern.length)));
  const perBlock = Math.ceil(65_536 / pattern.length);
  let checksum = 0;
  let size = 0;
  const write = async (bytes: Buffer) => {
    checksum = crc32(bytes, checksum);
    size += bytes.length;
    if (!deflate.write(bytes)) await new Promise((resolve) => deflate.once('drain', resolve));
  };
  await write(Buffer.from(before));
  for (let done = 0; done < times; done += perBlock) await write(block);
  await write(Buffer.from(after));
  await new Promise<void>((resolve) => {
    deflate.once('end', resolve);
    deflate.end();
  });
  return { deflated: Buffer.concat(chunks), checksum, size };
}

const sheetPart = 'xl/worksheets/sheet1.xml';
const [sheetBefore = '', sheetAfter = ''] = sheetXml('|').split('|');

interface Hostile {
  readonly what: string;
  /** What reading it says: a reason, or the number of rows that it has; 100,000 rows are the limit. */
  readonly answer: string | number;
  build(): Promise<Buffer> | Buffer;
}

const withPart = (part: ZipPart, sharedStrings?: string) =>
  buildZip(xlsxParts({ parts: [part], ...(sharedStrings === undefined ? {} : { sharedStrings }) }));

async function bombPart(name: string, before: string, pattern: string, times: number, after: string, lie = false) {
  const { deflated, checksum, size } = await deflateRepeated(before, pattern, times, after);
  return withPart({ name, data: '', deflated, checksum, declaredSize: lie ? 1000 : size });
}

const entities = Array.from({ length: 9 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join(
  '',
);
const entityBomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">${entities}]><worksheet><sheetData><row><c t="str"><v>&l9;</v></c></row></sheetData></worksheet>`;

/** What people with time on their hands, and broken programs, may drop. */
export const hostileFiles: readonly Hostile[] = [
  {
    what: 'a sheet that inflates to 1 GB',
    answer: 'bomb',
    build: () => bombPart(sheetPart, sheetBefore, '<row><c t="str"><v>aaaa</v></c></row>', 28_000_000, sheetAfter),
  },
  {
    what: 'a sheet that inflates to 300 MB and says 1,000 bytes',
    answer: 'bomb',
    build: () => bombPart(sheetPart, sheetBefore, '<row><c t="str"><v>aaaa</v></c></row>', 8_000_000, sheetAfter, true),
  },
  {
    what: 'shared strings that inflate to 1 GB',
    answer: 'bomb',
    build: () => bombPart('xl/sharedStrings.xml', '<sst>', '<si><t>aaaaaaaaaaaaaaaa</t></si>', 32_000_000, '</sst>'),
  },
  {
    what: 'as many shared strings as a small file may hold',
    answer: 0,
    build: () => bombPart('xl/sharedStrings.xml', '<sst>', '<si/>', 1_500_000, '</sst>'),
  },
  {
    what: 'shared strings that inflate to 25 MB from 25 kB',
    answer: 'bomb',
    build: () => bombPart('xl/sharedStrings.xml', '<sst>', '<si/>', 5_000_000, '</sst>'),
  },
  {
    what: 'one shared string of 7 MB',
    answer: 'cell_too_long',
    build: () => bombPart('xl/sharedStrings.xml', '<sst><si><t>', 'a', 7_000_000, '</t></si></sst>'),
  },
  {
    what: 'one shared string of rich text in 400,000 runs',
    answer: 'cell_too_long',
    build: () => bombPart('xl/sharedStrings.xml', '<sst><si>', '<r><t>aaaaa</t></r>', 400_000, '</si></sst>'),
  },
  {
    what: 'a tag with an endless attribute',
    answer: 'cell_too_long',
    build: () => bombPart(sheetPart, `${sheetBefore}<row a="`, 'a', 7_000_000, `"/>${sheetAfter}`),
  },
  {
    what: 'a tag with a million attributes',
    answer: 'cell_too_long',
    build: () =>
      withPart({
        name: sheetPart,
        data: `${sheetBefore}<row ${Array.from({ length: 1_000_000 }, (_, index) => `a${index}=""`).join(' ')}/>${sheetAfter}`,
      }),
  },
  { what: 'tags nested a million deep', answer: 'bomb', build: () => bombPart(sheetPart, sheetBefore, '<a>', 1e6, '') },
  { what: 'entities that expand to gigabytes', answer: 'doctype', build: () => buildXlsx({ sheet: entityBomb }) },
  {
    what: 'a document type in the shared strings',
    answer: 'doctype',
    build: () => buildXlsx({ sharedStrings: '<!DOCTYPE sst SYSTEM "file:///etc/passwd"><sst/>' }),
  },
  {
    what: 'a document type after the root',
    answer: 'doctype',
    build: () => buildXlsx({ sheet: `${sheetXml('')}<!DOCTYPE a>` }),
  },
  {
    what: 'an archive cut in half',
    answer: 'truncated',
    build() {
      const rows = Array.from({ length: 20_000 }, (_, index) => `<row><c><v>${index * 7919}</v></c></row>`).join('');
      const whole = buildXlsx({ rows });
      return whole.subarray(0, whole.length / 2);
    },
  },
  {
    what: 'an archive of 20,000 parts',
    answer: 'bomb',
    build: () =>
      buildZip([...xlsxParts({}), ...Array.from({ length: 20_000 }, (_, index) => ({ name: `x/${index}`, data: '' }))]),
  },
  {
    what: 'a sheet with a password of the archive',
    answer: 'encrypted',
    build: () => withPart({ name: sheetPart, data: sheetXml(''), encrypted: true }),
  },
  {
    what: 'an encrypted workbook',
    answer: 'encrypted',
    build: () => buildOle2(['Root Entry', 'EncryptionInfo', 'EncryptedPackage']),
  },
  { what: 'the header of an old .xls', answer: 'old_xls', build: () => Buffer.from('d0cf11e0a1b11ae1', 'hex') },
  { what: 'a web page', answer: 'html', build: () => Buffer.from(htmlPage) },
  { what: "Slack's sign-in page", answer: 'slack_sign_in', build: () => Buffer.from(slackSignInPage) },
  { what: 'zero bytes', answer: 'empty', build: () => Buffer.alloc(0) },
  { what: 'a picture', answer: 'image', build: () => png },
  {
    what: 'a Word document',
    answer: 'word',
    build: () =>
      buildZip([
        {
          name: '[Content_Types].xml',
          data: '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        },
      ]),
  },
  {
    what: 'the row number 2^32-1',
    answer: 'too_many_rows',
    build: () => buildXlsx({ rows: '<row r="4294967295"><c r="A4294967295"><v>1</v></c></row>' }),
  },
  {
    what: 'a million rows with a format and nothing in them',
    answer: 1,
    build() {
      const rows = Array.from(
        { length: 1_000_000 },
        (_, index) => `<row r="${index + 2}" s="1" customFormat="1" ht="15"/>`,
      );
      return buildXlsx({ rows: `<row r="1"><c r="A1" t="str"><v>x</v></c></row>${rows.join('')}` });
    },
  },
  {
    what: '60 rows of 16,384 formatted empty columns',
    answer: 60,
    build() {
      const letters = Array.from({ length: 16_384 }, (_, index) => columnName(index));
      const rows = Array.from(
        { length: 60 },
        (_, row) =>
          `<row r="${row + 1}">${letters.map((name) => `<c r="${name}${row + 1}" s="1"${name === 'XFD' ? '><v>1</v></c>' : '/>'}`).join('')}</row>`,
      );
      return buildXlsx({ rows: rows.join('') });
    },
  },
  {
    what: '100,000 rows whose only cell is in the last column',
    answer: 100_000,
    build: () =>
      buildXlsx({
        rows: Array.from(
          { length: 100_000 },
          (_, row) => `<row r="${row + 1}"><c r="XFD${row + 1}"><v>1</v></c></row>`,
        ).join(''),
      }),
  },
  {
    what: '200,000 rows, when 100,000 is the limit',
    answer: 'too_many_rows',
    build: () => buildXlsx({ rows: '<row><c t="str"><v>x</v></c></row>'.repeat(200_000) }),
  },
  {
    what: '30 rows that fill all 16,384 columns',
    answer: 30,
    build: () => buildXlsx({ rows: `<row>${'<c><v>1</v></c>'.repeat(16_384)}</row>`.repeat(30) }),
  },
  {
    what: 'the same empty rows more often than a sheet has rows',
    answer: 'too_many_rows',
    build: () =>
      buildXlsx({
        rows: Array.from({ length: 1_100_000 }, (_, index) => `<row r="${(index * 7919) % 1000 || 1}"/>`).join(''),
      }),
  },
  {
    what: 'the same empty cell in a row more often than a sheet has columns',
    answer: 'too_many_columns',
    build: () => buildXlsx({ rows: `<row>${'<c r="A1"/>'.repeat(500_000)}</row>` }),
  },
  {
    what: 'a cell of 32,768 characters',
    answer: 'cell_too_long',
    build: () => buildXlsx({ rows: `<row><c t="str"><v>${'x'.repeat(32_768)}</v></c></row>` }),
  },
  {
    what: 'an archive whose parts climb out of their folder',
    answer: 'damaged',
    build: () => buildZip([...xlsxParts({}), { name: '../../../../tmp/usher-was-here', data: 'x' }]),
  },
  {
    what: 'an archive with an archive that is a workbook in it',
    answer: 'zip_not_sheet',
    build: () => buildZip([{ name: 'people.xlsx', data: buildXlsx({}) }]),
  },
  ...[0.02, 0.3, 0.9, 0.999].map(
    (part): Hostile => ({
      what: `an archive that ends at ${part * 100} % of its bytes`,
      answer: 'truncated',
      build() {
        const rows = Array.from({ length: 5000 }, (_, index) => `<row><c><v>${index * 7919}</v></c></row>`).join('');
        const whole = buildXlsx({ rows });
        return whole.subarray(0, Math.floor(whole.length * part));
      },
    }),
  ),
  {
    what: 'an archive cut before its end with a false end put on',
    answer: 'truncated',
    build() {
      const whole = buildXlsx({ rows: '<row><c><v>1</v></c></row>' });
      return Buffer.concat([whole.subarray(0, 300), whole.subarray(-22)]);
    },
  },
  {
    what: 'a CSV of one line with 100 MB',
    answer: 'cell_too_long',
    build: () => Buffer.from('a,'.repeat(50_000_000)),
  },
  {
    what: 'a CSV of one cell with 100 MB',
    answer: 'cell_too_long',
    build: () => Buffer.alloc(100_000_000, 'a'),
  },
  {
    what: 'a CSV with a zero byte among its letters',
    answer: 'not_a_sheet',
    build: () => Buffer.from('Login Email,Name\nada@example.com,A\0da\n'),
  },
  {
    what: 'a million empty lines and one row',
    answer: 1,
    build: () => Buffer.from(`${'\n'.repeat(1_000_000)}a,b\n`),
  },
  {
    what: '200,000 merged ranges over the whole sheet',
    answer: 1,
    build: () =>
      buildXlsx({
        rows: '<row><c t="str"><v>x</v></c></row>',
        tail: `<mergeCells>${'<mergeCell ref="A1:XFD1048576"/>'.repeat(200_000)}</mergeCells>`,
      }),
  },
];

function columnName(index: number): string {
  const letters = (count: number): string =>
    count < 0 ? '' : letters(Math.floor(count / 26) - 1) + String.fromCharCode(65 + (count % 26));
  return letters(index);
}
