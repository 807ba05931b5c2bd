import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** What the first bytes say about a text. `certain` is set by a byte-order mark. */
export interface EncodingGuess {
  readonly encoding: TextEncoding;
  readonly certain: boolean;
}

/** Tells the encoding of a text from its first bytes, or `undefined` when they are no text at all. */
export function guessEncoding(sample: Buffer): EncodingGuess | undefined {
  if (sample[0] === 0xff && sample[1] === 0xfe) return { encoding: 'utf-16le', certain: true };
  if (sample[0] === 0xfe && sample[1] === 0xff) return { encoding: 'utf-16be', certain: true };
  if (sample[0] === 0xef && sample[1] === 0xbb && sample[2] === 0xbf) return { encoding: 'utf-8', certain: true };

  const { nulAtEven, nulAtOdd, controls } = countControls(sample);
  const half = sample.length / 2;
  // Western text in UTF-16 has a zero in nearly every second byte, and nowhere else.
  if (nulAtOdd > half * 0.7 && nulAtEven < half * 0.05) return { encoding: 'utf-16le', certain: false };
  if (nulAtEven > half * 0.7 && nulAtOdd < half * 0.05) return { encoding: 'utf-16be', certain: false };
  if (nulAtEven + nulAtOdd > 0) return undefined;
  const wholeCharacters = sample.subarray(0, lastCharacterBorder(sample));
  if (isUtf8(wholeCharacters))
    return controls > sample.length * 0.3 ? undefined : { encoding: 'utf-8', certain: false };
  return controls > sample.length * 0.02 ? undefined : { encoding: 'windows-1252', certain: false };
}

function countControls(sample: Buffer) {
  let nulAtEven = 0;
  let nulAtOdd = 0;
  let controls = 0;
  for (let index = 0; index < sample.length; index += 1) {
    const byte = sample[index] ?? 0;
    if (byte === 0 && index % 2 === 0) nulAtEven += 1;
    else if (byte === 0) nulAtOdd += 1;
    else if (byte < 0x20 && (byte < 0x09 || byte > 0x0d)) controls += 1;
  }
  return { nulAtEven, nulAtOdd, controls };
}

/** The length of the bytes without a UTF-8 character that is cut off at their end. */
function lastCharacterBorder(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Whether the whole file is valid UTF-8; a text can be plain ASCII for megabytes before its first é. */
export async function isUtf8File(path: string): Promise<boolean> {
  let carried: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    const bytes = carried.length > 0 ? Buffer.concat([carried, chunk]) : (chunk as Buffer);
    const border = lastCharacterBorder(bytes);
    if (!isUtf8(bytes.subarray(0, border))) return false;
    carried = bytes.subarray(border);
  }
  return carried.length === 0;
}

/** The text of a file in pieces of about 64 KiB, without its byte-order mark. */
export async function* decodeFile(path: string, encoding: TextEncoding): AsyncGenerator<string> {
  const decode = createDecoder(encoding);
  let first = true;
  for await (const chunk of createReadStream(path, { highWaterMark: 64 * 1024 })) {
    let text = decode(chunk as Buffer);
    if (first && text.charCodeAt(0) === 0xfeff) text = text.slice(1);
    first &&= text === '';
    if (text !== '') yield text;
  }
  const rest = decode();
  if (rest !== '') yield rest;
}

// TextDecoder is not used: in Node 20 its windows-1252 leaves 0x80–0x9F as control characters (seen in 20.20.2).
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

function createDecoder(encoding: TextEncoding): (bytes?: Buffer) => string {
  if (encoding === 'windows-1252') {
    return (bytes) =>
      (bytes?.toString('latin1') ?? '').replace(/[\u0080-\u009f]/g, (unit) =>
        windows1252.charAt(unit.charCodeAt(0) - 0x80),
      );
  }
  const decoder = new StringDecoder(encoding === 'utf-8' ? 'utf8' : 'utf16le');
  if (encoding !== 'utf-16be') return (bytes) => (bytes ? decoder.write(bytes) : decoder.end());
  let odd: Buffer = Buffer.alloc(0);
  return (bytes) => {
    if (!bytes) return decoder.end();
    const joined = Buffer.concat([odd, bytes]);
    const whole = joined.length - (joined.length % 2);
    odd = joined.subarray(whole);
    return decoder.write(joined.subarray(0, whole).swap16());
  };
}
