import { detectSheet } from '../../../src/platform/sheets/detect-sheet';
import { defaultSheetLimits, SheetUnreadable, sheetUnreadableReasons } from '../../../src/platform/sheets/sheet.types';
import { buildOle2, htmlPage, png, slackSignInPage } from './hostile-files';
import { fixturePath, openFolder } from './sheet-files';
import { buildXlsx, buildZip } from './zip-builder';

let files: Awaited<ReturnType<typeof openFolder>>;
beforeAll(async () => {
  files = await openFolder();
});
afterAll(() => files.remove());

const detect = async (content: string | Buffer, name?: string) => {
  const path = await files.write(content, name);
  return detectSheet(path, defaultSheetLimits).catch((error) => {
    if (error instanceof SheetUnreadable) return error.reason;
    throw error;
  });
};
const contentType = (type: string) => ({
  name: '[Content_Types].xml',
  data: `<Types><Default Extension="png" ContentType="image/png"/><Override PartName="/x" ContentType="${type}"/></Types>`,
});
const officeXml = 'application/vnd.openxmlformats-officedocument';

test('an .xlsx is known by its content, whatever its name', async () => {
  expect(await detect(buildXlsx({}), 'people.csv')).toBe('xlsx');
  expect(await detectSheet(fixturePath('people-libreoffice.xlsx'), defaultSheetLimits)).toBe('xlsx');
});

test.each(['spreadsheetml.sheet.main+xml', 'spreadsheetml.template.main+xml'])(
  'a workbook of type %s is one',
  async (type) => {
    expect(await detect(buildZip([contentType(`${officeXml}.${type}`)]))).toBe('xlsx');
  },
);

test('a workbook with macros is a workbook', async () => {
  expect(await detect(buildZip([contentType('application/vnd.ms-excel.sheet.macroEnabled.main+xml')]))).toBe('xlsx');
});

test.each([
  ['plain text', 'Login Email,Name\n'],
  ['text in Windows-1252', Buffer.from('Zo\xeb,M\xfcller\n', 'latin1')],
  ['text in UTF-16', Buffer.from('\ufeffa,b', 'utf16le')],
  ['text that begins like a picture', 'BM,GI\n1,2\n'],
  ['one word', 'x'],
])('%s is CSV', async (_, content) => {
  expect(await detect(content, 'people.xlsx')).toBe('csv');
});

test.each<[what: string, content: string | Buffer, reason: string]>([
  ['nothing', '', 'empty'],
  ['a web page', htmlPage, 'html'],
  ['a web page after a byte-order mark and a comment', `\ufeff <!-- saved -->\n${htmlPage}`, 'html'],
  ['XHTML', `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"></html>`, 'html'],
  ['a table that a web site calls .xls', '<table><tr><td>a</td></tr></table>', 'html'],
  ["Slack's sign-in page", slackSignInPage, 'slack_sign_in'],
  ['a picture', png, 'image'],
  ['a JPEG', Buffer.from('ffd8ffe000104a46494600', 'hex'), 'image'],
  ['a GIF', 'GIF89a\x01\x00', 'image'],
  ['a WebP', 'RIFF\x00\x00\x00\x00WEBPVP8 ', 'image'],
  ['a PDF', '%PDF-1.7\n%\xe2\xe3', 'pdf'],
  ['the header of an old .xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'old_xls'],
  ['an old .xls', buildOle2(['Root Entry', 'Workbook', '\u0005SummaryInformation']), 'old_xls'],
  ['a very old .xls', buildOle2(['Root Entry', 'Book']), 'old_xls'],
  ['an encrypted .xlsx', buildOle2(['Root Entry', 'EncryptionInfo', 'EncryptedPackage']), 'encrypted'],
  ['an encrypted .xlsx with a long directory', buildOle2([...Array(9).fill('x'), 'EncryptedPackage']), 'encrypted'],
  ['an old Word document', buildOle2(['Root Entry', 'WordDocument']), 'old_office'],
  ['a Word document', buildZip([contentType(`${officeXml}.wordprocessingml.document.main+xml`)]), 'word'],
  ['slides', buildZip([contentType(`${officeXml}.presentationml.presentation.main+xml`)]), 'zip_not_sheet'],
  ['an .xlsb', buildZip([contentType('application/vnd.ms-excel.sheet.binary.macroEnabled.main')]), 'xlsb'],
  ['an .ods', buildZip([{ name: 'mimetype', data: 'application/vnd.oasis.opendocument.spreadsheet' }]), 'ods'],
  ['an .odt', buildZip([{ name: 'mimetype', data: 'application/vnd.oasis.opendocument.text' }]), 'zip_not_sheet'],
  ['an Apple Numbers file', buildZip([{ name: 'Index/Document.iwa', data: '' }]), 'numbers'],
  ['a ZIP of pictures', buildZip([{ name: 'a.png', data: png }]), 'zip_not_sheet'],
  ['an empty ZIP', buildZip([]), 'zip_not_sheet'],
  ['half a ZIP', buildXlsx({ rows: '<row/>'.repeat(100) }).subarray(0, 400), 'truncated'],
  ['XML of Excel 2003', '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', 'xml'],
  [
    'flat OpenDocument XML',
    '<?xml version="1.0"?><office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>',
    'ods',
  ],
  ['gzip', Buffer.from('1f8b0800', 'hex'), 'not_a_sheet'],
  ['RTF', '{\\rtf1\\ansi}', 'not_a_sheet'],
  ['binary rubbish', Buffer.from([1, 200, 3, 255, 0, 6, 7, 0, 0, 9]), 'not_a_sheet'],
  ['binary rubbish without zeros', Buffer.from([1, 200, 3, 255, 4, 6, 7, 20, 21, 9]), 'not_a_sheet'],
])('%s is refused by its name', async (_, content, reason) => {
  expect(await detect(content)).toBe(reason);
});

test.each([
  ['people-old.xls', 'old_xls'],
  ['people.ods', 'ods'],
  ['encrypted-libreoffice.xlsx', 'encrypted'],
])('%s, as LibreOffice saves it, is refused by its name', async (name, reason) => {
  await expect(detectSheet(fixturePath(name), defaultSheetLimits)).rejects.toMatchObject({ reason });
});

test('a file of random bytes is no spreadsheet', async () => {
  let seed = 7;
  const bytes = Buffer.from(
    Array.from({ length: 5000 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed >> 16;
    }),
  );
  expect(await detect(bytes)).toBe('not_a_sheet');
});

test('every reason is one sentence or two for people, and says what to do', () => {
  for (const reason of sheetUnreadableReasons) {
    const { message } = new SheetUnreadable(reason);
    expect(message).toMatch(/^[A-Z].{20,}\.$/);
    expect(message).toMatch(/drop|unhide/i);
  }
});
