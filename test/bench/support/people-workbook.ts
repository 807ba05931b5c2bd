import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { writeWorkbook } from '../../../src/platform/sheets/write-sheet';
import { buildZip, xlsxParts, type ZipPart } from '../../platform/sheets/zip-builder';

export const peopleHeaders = [
  'Login Email',
  'First Name',
  'Last Name',
  'Status',
  'Auth System',
  'SSO Username',
  'User Profile',
  'Groups',
  'Projects',
  'Last Login',
] as const;

const firstNames = ['Ada', 'Zoë', 'Łukasz', '太郎', 'محمد', 'Øyvind', 'José', 'Grace', 'Văn A', 'Ada 👩🏽‍💻'];
const lastNames = ['Lovelace', 'van der Berg', 'Żółć', '東京', 'العربي', 'Ås', 'de la Cruz-Muñoz', 'O’Neill', 'Nguyễn'];
const statuses = ['Active', 'Active', 'Invited', 'Disabled'];
const profiles = ['Tester', 'Read Only', 'Project Manager'];
const pick = (words: readonly string[], index: number) => words[index % words.length] ?? '';

/** One made-up person in the order of `peopleHeaders`; the last login is the serial number of a day. */
export function personRow(index: number): string[] {
  return [
    `person.${index}@example.com`,
    pick(firstNames, index * 7),
    `${pick(lastNames, index)} ${index % 5000}`,
    pick(statuses, index),
    'Internal',
    `sso${String(index).padStart(6, '0')}`,
    pick(profiles, index),
    `Group ${index % 12}`,
    `Project ${index % 40}\nProject ${(index + 7) % 40}`,
    String(45_000 + (index % 1000)),
  ];
}

/** The people as this program's own writer exports them. */
export async function writePeopleByUsher(path: string, people: number): Promise<void> {
  function* rows() {
    for (let index = 0; index < people; index += 1) yield personRow(index);
  }
  await writeWorkbook(createWriteStream(path), [
    { name: 'People', columns: peopleHeaders.map((header) => ({ header, width: 20 })), rows: rows() },
  ]);
}

// What Excel itself takes.
const mostLinks = 65_530;
const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const letters = 'ABCDEFGHIJ';

/**
 * The people as Excel would save them: shared strings, some of them rich text, a link on each address (as many as Excel
 * takes), a style on each cell, dates as numbers, spans, and the strings in the archive after the sheet.
 */
export async function writePeopleLikeExcel(path: string, people: number): Promise<void> {
  const strings = new Map<string, number>();
  const indexOf = (text: string) => {
    const index = strings.get(text) ?? strings.size;
    strings.set(text, index);
    return index;
  };
  const rowXml = (cells: readonly string[], row: number) =>
    `<row r="${row}" spans="1:10" ht="15" customHeight="1">${cells
      .map((text, column) =>
        column === 9 && row > 1
          ? `<c r="J${row}" s="2"><v>${text}</v></c>`
          : `<c r="${letters[column]}${row}" s="${row === 1 ? 1 : 0}" t="s"><v>${indexOf(text)}</v></c>`,
      )
      .join('')}</row>`;
  const links = Math.min(people, mostLinks);
  function* sheet() {
    yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheetData>';
    yield rowXml(peopleHeaders, 1);
    for (let index = 0; index < people; index += 1) yield rowXml(personRow(index), index + 2);
    yield '</sheetData><hyperlinks>';
    for (let index = 0; index < links; index += 1) yield `<hyperlink ref="A${index + 2}" r:id="rId${index + 1}"/>`;
    yield '</hyperlinks></worksheet>';
  }
  function* relationships() {
    yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">';
    for (let index = 0; index < links; index += 1) {
      yield `<Relationship Id="rId${index + 1}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="mailto:person.${index}@example.com" TargetMode="External"/>`;
    }
    yield '</Relationships>';
  }
  function* sharedStrings() {
    yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">';
    for (const [text, index] of strings) {
      const escaped = escapeXml(text);
      yield index % 50 === 0
        ? `<si><r><t xml:space="preserve">${escaped.slice(0, 1)}</t></r><r><rPr><b/></rPr><t xml:space="preserve">${escaped.slice(1)}</t></r></si>`
        : `<si><t>${escaped}</t></si>`;
    }
    yield '</sst>';
  }
  const format = (id: number) =>
    `<xf numFmtId="${id}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`;
  const styles =
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>' +
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>' +
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
    `<cellXfs count="3">${format(0)}${format(49)}${format(14)}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
  const parts = [
    await deflatedPart('xl/worksheets/sheet1.xml', sheet()),
    await deflatedPart('xl/worksheets/_rels/sheet1.xml.rels', relationships()),
    await deflatedPart('xl/sharedStrings.xml', sharedStrings()),
  ];
  await writeFile(path, buildZip(xlsxParts({ styles, parts })));
}

/** A part of an archive from pieces of text that are never held together. */
async function deflatedPart(name: string, pieces: Iterable<string>): Promise<ZipPart> {
  const deflate = createDeflateRaw();
  const deflated: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => deflated.push(chunk));
  let checksum = 0;
  let declaredSize = 0;
  const write = async (text: string) => {
    const bytes = Buffer.from(text);
    checksum = crc32(bytes, checksum);
    declaredSize += bytes.length;
    if (!deflate.write(bytes)) await new Promise((resolve) => deflate.once('drain', resolve));
  };
  let piece = '';
  for (const text of pieces) {
    piece += text;
    if (piece.length < 65_536) continue;
    await write(piece);
    piece = '';
  }
  await write(piece);
  await new Promise<void>((resolve) => {
    deflate.once('end', resolve);
    deflate.end();
  });
  return { name, data: '', deflated: Buffer.concat(deflated), checksum, declaredSize };
}
