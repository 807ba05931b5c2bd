import { type FileHandle, open } from 'node:fs/promises';
import { type Archive, openArchive } from './archive';
import { type SheetKind, type SheetLimits, SheetUnreadable } from './sheet.types';
import { guessEncoding } from './text-encoding';
import { readPart } from './workbook-parts';
import type { XmlAttributes } from './xml-scanner';

const sampleBytes = 64 * 1024;

const signatures = {
  zip: ['504b0304', '504b0506'],
  ole2: ['d0cf11e0a1b11ae1'],
  pdf: ['255044462d'],
  // PNG, JPEG, GIF, BMP, TIFF in both byte orders.
  image: ['89504e470d0a1a0a', 'ffd8ff', '47494638', '424d', '49492a00', '4d4d002a'],
  // Gzip, RAR, 7-Zip, RTF, an executable of Windows and of Linux.
  other: ['1f8b', '526172211a07', '377abcaf271c', '7b5c727466', '4d5a9', '7f454c46'],
};

/**
 * Tells by its bytes what kind of spreadsheet a file is; its name is never asked. Throws `SheetUnreadable` with the
 * reason that names what it is instead. Reads the first 64 KiB, and an archive's directory and list of content types.
 */
export async function detectSheet(path: string, limits: SheetLimits): Promise<SheetKind> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size === 0) throw new SheetUnreadable('empty');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
    const sample = buffer.subarray(0, bytesRead);
    if (startsWith(sample, signatures.zip)) {
      await refuseUnlessXlsx(path, limits);
      return 'xlsx';
    }
    if (startsWith(sample, signatures.ole2)) throw new SheetUnreadable(await readOle2Kind(file, sample, size));
    if (startsWith(sample, signatures.pdf)) throw new SheetUnreadable('pdf');
    if (startsWith(sample, signatures.other)) throw new SheetUnreadable('not_a_sheet');
    refuseUnlessText(sample);
    return 'csv';
  } finally {
    await file.close();
  }
}

function startsWith(sample: Buffer, hexes: readonly string[]): boolean {
  const hex = sample.toString('hex', 0, 16);
  return hexes.some((signature) => hex.startsWith(signature));
}

function isImage(sample: Buffer): boolean {
  const words = sample.toString('latin1', 0, 16);
  const container = /^RIFF....WEBP|^....ftyp(?:hei|mif|avif)/s.test(words);
  // "BM" can begin a text as well; in a bitmap's header the bytes 6 to 9 are zero.
  if (words.startsWith('BM')) return words.slice(6, 10) === '\0\0\0\0';
  return container || startsWith(sample, signatures.image);
}

function refuseUnlessText(sample: Buffer): void {
  if (isImage(sample)) throw new SheetUnreadable('image');
  const guess = guessEncoding(sample);
  if (!guess) throw new SheetUnreadable('not_a_sheet');
  const wide = guess.encoding === 'utf-16le' || guess.encoding === 'utf-16be';
  const beginning = (wide ? sample.toString('latin1').replaceAll('\0', '') : sample.toString('utf8'))
    .replace(/^[\u00ef\u00bb\u00bf\u00fe\u00ff\ufeff\ufffd\s]+/, '')
    .replace(/^(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)+(?=<(?:!doctype\s+html|html)\b)/is, '');
  if (/^(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|table|script|div)\b/is.test(beginning)) {
    throw new SheetUnreadable(
      /slack-edge\.com|slack\.com\/(?:signin|ssb)|<title>[^<]*\bSlack\b/i.test(beginning) ? 'slack_sign_in' : 'html',
    );
  }
  if (/^<\?xml\b/i.test(beginning)) {
    throw new SheetUnreadable(beginning.includes('urn:oasis:names:tc:opendocument:') ? 'ods' : 'xml');
  }
}

const officeOpenXmlParts: ReadonlyArray<[kind: 'xlsx' | 'xlsb' | 'word', contentType: RegExp]> = [
  ['xlsb', /^application\/vnd\.ms-excel\.sheet\.binary\./i],
  // Workbooks, templates and add-ins, with and without macros.
  ['xlsx', /(?:spreadsheetml\.(?:sheet|template)|ms-excel\.(?:sheet|template|addin)\.macroEnabled)\.main\+xml$/i],
  ['word', /(?:wordprocessingml\.|ms-word\.)/i],
];

async function refuseUnlessXlsx(path: string, limits: SheetLimits): Promise<void> {
  const archive = await openArchive(path, limits);
  try {
    if (archive.has('[content_types].xml')) {
      const kind = await readPackageKind(archive, limits);
      if (kind === 'xlsx') return;
      throw new SheetUnreadable(kind);
    }
    if (archive.has('mimetype')) throw new SheetUnreadable(await readOpenDocumentKind(archive));
    const names = [...archive.names()];
    if (names.some((name) => /(?:^|\/)index\.zip$|^index\/.*\.iwa$/.test(name))) throw new SheetUnreadable('numbers');
    throw new SheetUnreadable('zip_not_sheet');
  } finally {
    archive.close();
  }
}

type PackageKind = 'xlsx' | 'xlsb' | 'word' | 'zip_not_sheet';

async function readPackageKind(archive: Archive, limits: SheetLimits): Promise<PackageKind> {
  let found = 'zip_not_sheet' as PackageKind;
  const open = (_: string, attributes: XmlAttributes) => {
    if (found !== 'zip_not_sheet') return;
    const match = officeOpenXmlParts.find(([, contentType]) => contentType.test(attributes.get('ContentType') ?? ''));
    if (match) found = match[0];
  };
  await readPart(archive, '[content_types].xml', { open }, limits);
  return found;
}

async function readOpenDocumentKind(archive: Archive) {
  for await (const chunk of archive.inflate('mimetype')) {
    const type = chunk.toString('latin1', 0, 100);
    if (type.startsWith('application/vnd.oasis.opendocument.spreadsheet')) return 'ods';
    break;
  }
  return 'zip_not_sheet';
}

// [MS-CFB] 2.2 and 2.6: the header holds the sector size and where the directory begins; a directory entry is 128
// bytes, its UTF-16 name first, the length of the name in bytes at 64.
const directoryEntryBytes = 128;
const maxDirectorySectors = 64;
const endOfChain = 0xfffffffa;

async function readOle2Kind(file: FileHandle, header: Buffer, size: number) {
  const names = await readOle2Names(file, header, size);
  if (names.has('EncryptedPackage')) return 'encrypted';
  if (names.has('Workbook') || names.has('Book')) return 'old_xls';
  const others = ['WordDocument', 'PowerPoint Document', '__properties_version1.0', 'VisioDocument'];
  // A directory that cannot be read is most likely that of the one old format that people drop here.
  return others.some((name) => names.has(name)) ? 'old_office' : 'old_xls';
}

async function readOle2Names(file: FileHandle, header: Buffer, size: number): Promise<Set<string>> {
  const names = new Set<string>();
  if (header.length < 512) return names;
  const sectorBytes = 2 ** Math.min(header.readUInt16LE(30), 16);
  if (sectorBytes !== 512 && sectorBytes !== 4096) return names;
  const readSector = async (sector: number): Promise<Buffer> => {
    const at = (sector + 1) * sectorBytes;
    if (sector >= endOfChain || at >= size) return Buffer.alloc(0);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(sectorBytes), 0, sectorBytes, at);
    return buffer.subarray(0, bytesRead);
  };
  const sectorsPerTable = sectorBytes / 4;
  let sector = header.readUInt32LE(48);
  for (let count = 0; count < maxDirectorySectors && sector < endOfChain; count += 1) {
    const directory = await readSector(sector);
    for (let at = 0; at + directoryEntryBytes <= directory.length; at += directoryEntryBytes) {
      const nameBytes = Math.min(64, directory.readUInt16LE(at + 64)) - 2;
      if (nameBytes > 0) names.add(directory.toString('utf16le', at, at + nameBytes));
    }
    // The header lists the first 109 sectors of the allocation table, from byte 76; that covers the first 7 MB at least.
    const table = Math.floor(sector / sectorsPerTable);
    const allocation = table < 109 ? await readSector(header.readUInt32LE(76 + table * 4)) : Buffer.alloc(0);
    const next = (sector % sectorsPerTable) * 4;
    sector = next + 4 <= allocation.length ? allocation.readUInt32LE(next) : endOfChain;
  }
  return names;
}
