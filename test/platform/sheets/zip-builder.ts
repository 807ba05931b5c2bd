import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipPart {
  readonly name: string;
  readonly data: string | Buffer;
  /** What the archive claims instead of the truth. */
  readonly declaredSize?: number;
  /** Bytes already deflated, with `declaredSize` and `checksum` for what they inflate to. */
  readonly deflated?: Buffer;
  readonly checksum?: number;
  readonly encrypted?: boolean;
}

/** A ZIP archive byte by byte, so that tests can also write what no library would. */
export function buildZip(parts: readonly ZipPart[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const name = Buffer.from(part.name);
    const data = Buffer.from(part.data as string);
    const packed = part.deflated ?? deflateRawSync(data);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(part.encrypted ? 1 : 0, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(part.checksum ?? crc32(data), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(part.declaredSize ?? data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    centrals.push(Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 0]), common, tail, name]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships';
const officeType = 'application/vnd.openxmlformats-officedocument';
const contentTypes = [
  ['workbook', 'sheet.main'],
  ['worksheets/sheet1', 'worksheet'],
  ['sharedStrings', 'sharedStrings'],
  ['styles', 'styles'],
]
  .map(([part, type]) => `<Override PartName="/xl/${part}.xml" ContentType="${officeType}.spreadsheetml.${type}+xml"/>`)
  .join('');

export interface XlsxParts {
  /** What stands inside `<sheetData>`. */
  readonly rows?: string;
  /** What follows it. */
  readonly tail?: string;
  /** Replaces the whole sheet. */
  readonly sheet?: string | Buffer;
  readonly sharedStrings?: string;
  readonly styles?: string;
  readonly sheetState?: string;
  /** Replaces parts, or adds some, as they are. */
  readonly parts?: readonly ZipPart[];
}

/** The XML around the rows of a sheet. */
export function sheetXml(rows: string, tail = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="${main}" xmlns:r="${office}"><sheetData>${rows}</sheetData>${tail}</worksheet>`;
}

/** The parts of a small workbook with one sheet. */
export function xlsxParts(spec: XlsxParts): ZipPart[] {
  const replaced = new Set((spec.parts ?? []).map((part) => part.name));
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;
  const relations = (inner: string) => `<Relationships xmlns="${packageRelations}">${inner}</Relationships>`;
  const parts: ZipPart[] = [
    {
      name: '[Content_Types].xml',
      data: `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>${contentTypes}</Types>`,
    },
    { name: '_rels/.rels', data: relations(relation('a', 'officeDocument', 'xl/workbook.xml')) },
    {
      name: 'xl/workbook.xml',
      data: `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="S" sheetId="1" state="${spec.sheetState ?? 'visible'}" r:id="s"/></sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: relations(
        relation('s', 'worksheet', 'worksheets/sheet1.xml') +
          relation('t', 'sharedStrings', 'sharedStrings.xml') +
          relation('y', 'styles', 'styles.xml'),
      ),
    },
    { name: 'xl/worksheets/sheet1.xml', data: spec.sheet ?? sheetXml(spec.rows ?? '', spec.tail) },
  ];
  if (spec.sharedStrings !== undefined) parts.push({ name: 'xl/sharedStrings.xml', data: spec.sharedStrings });
  if (spec.styles !== undefined) parts.push({ name: 'xl/styles.xml', data: spec.styles });
  return [...parts.filter((part) => !replaced.has(part.name)), ...(spec.parts ?? [])];
}

/** A small workbook with one sheet, as the bytes of an .xlsx file. */
export function buildXlsx(spec: XlsxParts): Buffer {
  return buildZip(xlsxParts(spec));
}
