import { SheetUnreadable } from './sheet.types';

/**
 * The attributes of a tag, for as long as the call lasts that was given them. A value that nobody asks for is not even
 * cut out of its document, nor checked.
 */
export interface XmlAttributes {
  /** The value; `undefined` when there is no such attribute. */
  get(name: string): string | undefined;
  /** The value of the first attribute of that local name with any prefix, such as `r:id` for `id`. */
  getPrefixed(local: string): string | undefined;
  /** As they are written, in their order. */
  names(): readonly string[];
}

/** What the scanner calls. The text between two tags can come in several pieces. */
export interface XmlEvents {
  /** What `open` and `close` are to call an element of that written name; asked once or a few times for each name. */
  nameOf?(written: string): string;
  open(name: string, attributes: XmlAttributes): void;
  close(name: string): void;
  text(text: string): void;
}

export interface XmlScanner {
  write(text: string): void;
  /** Throws `SheetUnreadable` when the document is not complete. */
  end(): void;
}

const deepest = 64;
const shortValue = 16;

const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const blank = 0x20;
const doubleQuote = 0x22;
const singleQuote = 0x27;
const slash = 0x2f;
const equals = 0x3d;
const greater = 0x3e;

const isBlank = (code: number) => code === blank || code === lineFeed || code === carriageReturn || code === tab;

// What a name may consist of: 1 anywhere, 2 not at its start. Beyond ASCII nearly everything may.
const nameCodes = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_:')
  nameCodes[character.charCodeAt(0)] = 1;
for (const character of '0123456789-.') nameCodes[character.charCodeAt(0)] = 2;

/** The end of the name that starts here. */
function nameEnd(xml: string, start: number): number {
  let end = start;
  for (;;) {
    const code = xml.charCodeAt(end);
    // NaN at the end of the text is neither.
    if (!(code >= 128 || nameCodes[code] === 1 || (end > start && nameCodes[code] === 2))) break;
    end += 1;
  }
  if (end === start) throw damaged();
  return end;
}

/** Whether a word stands at a place; for words of a few letters faster than `startsWith`. */
function standsAt(xml: string, word: string, start: number): boolean {
  for (let index = 0; index < word.length; index += 1) {
    if (xml.charCodeAt(start + index) !== word.charCodeAt(index)) return false;
  }
  return true;
}

const damaged = () => new SheetUnreadable('damaged');

/**
 * A streaming scanner of well-formed XML 1.0 without document types (XML 1.0, 5th edition, sections 2 and 3). It reads a
 * sheet's cells about twice as fast as a general parser, because it looks for the few marks that matter instead of at
 * every character: a character that XML forbids is passed on as it is. Throws `SheetUnreadable` for what is not well
 * formed, for a document type, for depth, and for a token longer than `longestToken` (in UTF-16 units).
 */
export function createXmlScanner(events: XmlEvents, longestToken: number): XmlScanner {
  let source = '';
  let at = 0;
  let sawRoot = false;
  // Whether the piece that is being read holds what makes a text differ from how it is written.
  let plain = true;
  const open: ElementName[] = [];
  const names = createNameTable((written) => events.nameOf?.(written) ?? written);

  // The attributes of the tag that is being read: names, and where their values start and end.
  const attributeNames: string[] = [];
  const valueStarts: number[] = [];
  const valueEnds: number[] = [];
  const usual: boolean[] = [];
  let attributeCount = 0;
  const valueAt = (index: number): string => {
    const value = source.slice(valueStarts[index], valueEnds[index]);
    return usual[index] ? value : unusualValue(value);
  };
  const attributes: XmlAttributes = {
    get(name) {
      for (let index = 0; index < attributeCount; index += 1) {
        if (attributeNames[index] === name) return valueAt(index);
      }
      return undefined;
    },
    getPrefixed(local) {
      for (let index = 0; index < attributeCount; index += 1) {
        const name = attributeNames[index] ?? '';
        const colon = name.length - local.length - 1;
        if (name.charCodeAt(colon) === 0x3a && standsAt(name, local, colon + 1)) return valueAt(index);
      }
      return undefined;
    },
    names: () => attributeNames.slice(0, attributeCount),
  };

  const emitText = (text: string): void => {
    if (open.length > 0) events.text(plain ? text : plainText(text));
    else if (/[^ \t\r\n\ufeff]/.test(text)) throw damaged();
  };

  /** Reads text up to `end`; leaves what the next piece may complete unless that is the next tag. */
  const readText = (end: number, followed: boolean): void => {
    let stop = end;
    if (!followed) {
      const ampersand = source.lastIndexOf('&', end - 1);
      if (ampersand >= at && !source.includes(';', ampersand)) stop = ampersand;
      if (stop > at && source.charCodeAt(stop - 1) === carriageReturn) stop -= 1;
    }
    if (stop > at) emitText(source.slice(at, stop));
    at = stop;
  };

  /** Reads a closing tag that is there whole, for nothing that is not whole begins before the last ">". */
  const readClose = (): void => {
    const name = open.pop();
    if (name === undefined || !standsAt(source, name.written, at + 2)) throw damaged();
    let index = at + 2 + name.written.length;
    while (isBlank(source.charCodeAt(index))) index += 1;
    if (source.charCodeAt(index) !== greater) throw damaged();
    at = index + 1;
    events.close(name.called);
  };

  /** Reads an opening tag; false when its end has not come yet. */
  const readOpen = (): boolean => {
    const xml = source;
    const { length } = xml;
    let index = nameEnd(xml, at + 1);
    const name = names.at(xml, at + 1, index);
    attributeCount = 0;
    for (;;) {
      const before = index;
      while (isBlank(xml.charCodeAt(index))) index += 1;
      if (index >= length) return false;
      const code = xml.charCodeAt(index);
      if (code === greater || code === slash) {
        const isEmpty = code === slash;
        if (isEmpty) {
          if (index + 1 >= length) return false;
          if (xml.charCodeAt(index + 1) !== greater) throw damaged();
        }
        at = index + (isEmpty ? 2 : 1);
        if (open.length === 0) {
          if (sawRoot) throw damaged();
          sawRoot = true;
        }
        if (open.length >= deepest) throw new SheetUnreadable('bomb');
        if (!isEmpty) open.push(name);
        const called = name.called || names.call(name);
        events.open(called, attributes);
        if (isEmpty) events.close(called);
        return true;
      }
      if (index === before) throw damaged();
      const nameStart = index;
      index = nameEnd(xml, index);
      attributeNames[attributeCount] = names.at(xml, nameStart, index).written;
      while (isBlank(xml.charCodeAt(index))) index += 1;
      if (index >= length) return false;
      if (xml.charCodeAt(index) !== equals) throw damaged();
      index += 1;
      while (isBlank(xml.charCodeAt(index))) index += 1;
      if (index >= length) return false;
      const quote = xml.charCodeAt(index);
      if (quote !== doubleQuote && quote !== singleQuote) throw damaged();
      // Most values are short: a loop is done before a search has begun.
      const valueStart = index + 1;
      const searchFrom = Math.min(length, valueStart + shortValue);
      let valueEnd = valueStart;
      let isUsual = true;
      for (; valueEnd < searchFrom; valueEnd += 1) {
        const unit = xml.charCodeAt(valueEnd);
        if (unit === quote) break;
        // "&", "<", and what is white space there.
        if (unit === 0x26 || unit === 0x3c || unit < blank) isUsual = false;
      }
      if (valueEnd === searchFrom) {
        valueEnd = xml.indexOf(quote === doubleQuote ? '"' : "'", searchFrom);
        if (valueEnd < 0) return false;
        isUsual = false;
      }
      usual[attributeCount] = isUsual;
      valueStarts[attributeCount] = valueStart;
      valueEnds[attributeCount] = valueEnd;
      attributeCount += 1;
      index = valueEnd + 1;
    }
  };

  /** Reads a comment, CDATA, or an instruction; false when its end has not come yet. */
  const readSpecial = (): boolean => {
    if (source.startsWith('<?', at)) return passOver('<?', '?>');
    if (source.startsWith('<!--', at)) return passOver('<!--', '-->');
    if (source.startsWith('<![CDATA[', at)) {
      const end = source.indexOf(']]>', at + 9);
      if (end < 0) return false;
      if (open.length === 0) throw damaged();
      events.text(withLineFeeds(source.slice(at + 9, end)));
      at = end + 3;
      return true;
    }
    const beginning = source.slice(at, at + 9);
    if (/^<!doctype/i.test(beginning)) throw new SheetUnreadable('doctype');
    if (beginning.length === 9) throw damaged();
    return false;
  };
  const passOver = (beginning: string, ending: string): boolean => {
    const end = source.indexOf(ending, at + beginning.length);
    if (end < 0) return false;
    at = end + ending.length;
    return true;
  };

  /** Reads the tag that starts here; false when its end has not come yet. */
  const readTag = (): boolean => {
    if (at + 1 >= source.length) return false;
    const mark = source.charCodeAt(at + 1);
    if (mark === slash) {
      readClose();
      return true;
    }
    // "!" and "?".
    return mark === 0x21 || mark === 0x3f ? readSpecial() : readOpen();
  };

  /** Reads on in the source, up to what only the next piece can complete. */
  const readOn = (): void => {
    plain = !source.includes('&') && !source.includes('\r');
    // A tag that begins behind this is not whole. It is not begun either: code that looks beyond the end of its text is
    // thrown away by the engine and compiled anew.
    const lastEnd = source.lastIndexOf('>');
    while (at < source.length) {
      const tag = source.indexOf('<', at);
      if (tag !== at) readText(tag < 0 ? source.length : tag, tag >= 0);
      if (tag < 0 || tag > lastEnd || !readTag()) break;
    }
  };

  return {
    write(text) {
      let done = 0;
      if (at < source.length) {
        // What is left takes only so much of the next piece as may complete it: a text that is joined from two is slower
        // to read through.
        done = text.indexOf('>') + 1;
        source = source.slice(at) + text.slice(0, done);
        at = 0;
        readOn();
      }
      const isRead = at >= source.length;
      source = isRead ? text : source.slice(at) + text.slice(done);
      at = isRead ? done : 0;
      readOn();
      if (source.length - at > longestToken) throw new SheetUnreadable('cell_too_long');
    },
    end() {
      if (at < source.length && !source.startsWith('<', at)) {
        readText(source.length, true);
        at = source.length;
      }
      if (at < source.length || open.length > 0 || !sawRoot) throw damaged();
    },
  };
}

const predefined = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** Text as it is meant: line ends are line feeds, entities what they stand for. */
function plainText(text: string): string {
  return withEntities(withLineFeeds(text));
}

function unusualValue(text: string): string {
  if (!/[<&\t\r\n]/.test(text)) return text;
  if (text.includes('<')) throw damaged();
  return withEntities(text.replace(/\r\n|[\t\r\n]/g, ' '));
}

/** The name of an element or attribute as it is written, and what it is called; '' until that is known. */
interface ElementName {
  readonly written: string;
  called: string;
}

const tableSlots = 256;

/** Gives back names that came before as the same object, so that a million tags do not make a million of them. */
function createNameTable(callOf: (written: string) => string) {
  const table: ElementName[] = [];
  for (let slot = 0; slot < tableSlots; slot += 1) table.push({ written: '', called: '' });
  return {
    at(source: string, start: number, end: number): ElementName {
      const length = end - start;
      const slot = (source.charCodeAt(start) * 31 + source.charCodeAt(end - 1) * 7 + length) & (tableSlots - 1);
      const known = table[slot];
      if (known && known.written.length === length && standsAt(source, known.written, start)) return known;
      const name = { written: source.slice(start, end), called: '' };
      table[slot] = name;
      return name;
    },
    call(name: ElementName): string {
      name.called = callOf(name.written);
      return name.called;
    },
  };
}

function withEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]*)(;?)/g, (_, name: string, semicolon: string) => {
    const known = semicolon === '' ? undefined : (predefined.get(name) ?? numbered(name));
    if (known === undefined) throw damaged();
    return known;
  });
}

function numbered(name: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([0-9a-f]{1,8})|([0-9]{1,8}))$/i.exec(name) ?? [];
  const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
  return code <= 0x10ffff && code > 0 ? String.fromCodePoint(code) : undefined;
}
