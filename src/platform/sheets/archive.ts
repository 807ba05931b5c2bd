import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { type SheetLimits, SheetUnreadable } from './sheet.types';

/** An opened ZIP archive whose directory has been checked against the limits. Names are as `partKey` makes them. */
export interface Archive {
  has(name: string): boolean;
  names(): IterableIterator<string>;
  /**
   * The inflated bytes of one part. Throws `SheetUnreadable` when they are more than its entry declares, fewer, or not
   * the ones its checksum was made of; bytes can come before that error.
   */
  inflate(name: string): AsyncGenerator<Buffer>;
  close(): void;
}

type ArchiveLimits = Pick<SheetLimits, 'maxBytes' | 'maxInflatedBytes' | 'maxEntries'>;

// Real sheets pack 5 to 30 times, a million formatted empty rows about 40 times; deflate can reach 1,032 times. What is
// small even when inflated may have any ratio, because it can be read in a moment.
const plausibleRatio = 100;
const alwaysAllowedBytes = 8 * 1024 * 1024;

const stored = 0;
const deflated = 8;
const chunkBytes = 64 * 1024;

/** One spelling for a part's name: OPC names ignore case, and archives write them with and without the leading slash. */
export function partKey(name: string): string {
  return name.replace(/\\/g, '/').replace(/^\/+/, '').toLowerCase();
}

/** Opens the archive and reads its central directory. Inflates nothing. */
export async function openArchive(path: string, limits: ArchiveLimits): Promise<Archive> {
  const { size } = await stat(path);
  if (size > limits.maxBytes) throw new SheetUnreadable('too_large');
  const file = await openPromise(path, { autoClose: false }).catch((error: Error) => {
    throw archiveFault(error);
  });
  try {
    const entries = await readDirectory(file, size, limits);
    return {
      has: (name) => entries.has(partKey(name)),
      names: () => entries.keys(),
      inflate: (name) => inflate(file, entries.get(partKey(name))),
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw archiveFault(error as Error);
  }
}

async function readDirectory(file: ZipFile, fileSize: number, limits: ArchiveLimits): Promise<Map<string, Entry>> {
  if (file.entryCount > limits.maxEntries) throw new SheetUnreadable('bomb');
  const plausibleBytes = Math.max(alwaysAllowedBytes, fileSize * plausibleRatio);
  const entries = new Map<string, Entry>();
  let declaredBytes = 0;
  for await (const entry of file.eachEntry()) {
    declaredBytes += entry.uncompressedSize;
    if (declaredBytes > plausibleBytes) throw new SheetUnreadable('bomb');
    if (declaredBytes > limits.maxInflatedBytes) throw new SheetUnreadable('too_large');
    const key = partKey(entry.fileName);
    // Two parts of one name would let a checker and a reader see different ones.
    if (entries.has(key)) throw new SheetUnreadable('damaged');
    entries.set(key, entry);
  }
  return entries;
}

async function* inflate(file: ZipFile, entry: Entry | undefined): AsyncGenerator<Buffer> {
  if (!entry) throw new SheetUnreadable('damaged');
  if (entry.isEncrypted()) throw new SheetUnreadable('encrypted');
  if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated) throw new SheetUnreadable('damaged');
  let bytes = 0;
  let checksum = 0;
  try {
    const raw = await file.openReadStreamPromise(entry, { decodeFileData: false });
    for await (const chunk of entry.compressionMethod === deflated ? inflated(raw) : raw) {
      bytes += chunk.length;
      if (bytes > entry.uncompressedSize) throw new SheetUnreadable('bomb');
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
  } catch (error) {
    throw archiveFault(error as Error);
  }
  if (bytes < entry.uncompressedSize || checksum !== entry.crc32) throw new SheetUnreadable('damaged');
}

function inflated(raw: Readable): Readable {
  // Room for several chunks lets the thread pool inflate ahead while this thread parses.
  const inflater = createInflateRaw({ chunkSize: chunkBytes, readableHighWaterMark: 4 * chunkBytes } as object);
  // The error reaches the reader through the destroyed inflater.
  pipeline(raw, inflater, () => {});
  return inflater;
}

function archiveFault(error: Error): Error {
  if (error instanceof SheetUnreadable) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code?.startsWith('Z_')) return new SheetUnreadable('damaged');
  // What the operating system refuses (ENOENT, EMFILE) is no fault of the file.
  if (code !== undefined) return error;
  return new SheetUnreadable(/end of central directory|unexpected EOF/i.test(error.message) ? 'truncated' : 'damaged');
}
