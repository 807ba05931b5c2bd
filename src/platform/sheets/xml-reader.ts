import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { SheetUnreadable } from './sheet.types';

export type XmlAttributes = Readonly<Record<string, string>>;

/**
 * What the reader calls. `name` is the local name; an element of another namespace than the root's has the name ''.
 * Text comes in one piece between two tags, except around comments and CDATA. `close` follows every `open`.
 */
export interface XmlHandlers {
  open(name: string, attributes: XmlAttributes): void;
  close?(name: string): void;
  text?(text: string): void;
}

export interface XmlReader {
  /** Parses the next bytes; calls the handlers before it returns. */
  write(bytes: Buffer): void;
  /** Ends the document; throws `SheetUnreadable` when it is not complete. */
  end(): void;
}

const deepest = 64;
const knownNames = 1000;

/**
 * A streaming reader of UTF-8 or UTF-16 XML in bounded memory. Refuses document types, depth, and single tokens that
 * are much longer than `maxTextLength` (in UTF-16 units), by throwing `SheetUnreadable` from `write` or `end`.
 */
export function createXmlReader(handlers: XmlHandlers, maxTextLength: number): XmlReader {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  // Entities and _xHHHH_ escapes make a text up to ten times as long as what it stands for.
  const longestToken = Math.max(1024 * 1024, maxTextLength * 10);
  const localNames = new Map<string, string>();
  const foreignPrefixes = new Set<string>();
  let decoder: StringDecoder | undefined;
  let swapped = false;
  let depth = 0;
  let sawEvent = false;
  let silentLength = 0;

  const localName = (name: string): string => {
    let local = localNames.get(name);
    if (local === undefined) {
      const colon = name.indexOf(':');
      local = colon > 0 && foreignPrefixes.has(name.slice(0, colon)) ? '' : name.slice(colon + 1);
      if (localNames.size < knownNames) localNames.set(name, local);
    }
    return local;
  };
  const onText = (text: string) => {
    sawEvent = true;
    handlers.text?.(text);
  };
  parser.on('doctype', () => {
    throw new SheetUnreadable('doctype');
  });
  parser.on('opentag', (tag) => {
    sawEvent = true;
    if (depth === 0) noteForeignPrefixes(tag.name, tag.attributes, foreignPrefixes);
    depth += 1;
    if (depth > deepest) throw new SheetUnreadable('bomb');
    handlers.open(localName(tag.name), tag.attributes);
  });
  parser.on('closetag', (tag) => {
    sawEvent = true;
    depth -= 1;
    handlers.close?.(localName(tag.name));
  });
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('comment', () => {
    sawEvent = true;
  });

  const guarded = (step: () => void) => {
    try {
      step();
    } catch (error) {
      throw xmlFault(error as Error);
    }
  };
  return {
    write(bytes) {
      if (!decoder) {
        const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
        swapped = wide && bytes[0] === 0xfe;
        decoder = new StringDecoder(wide ? 'utf16le' : 'utf8');
      }
      if (swapped && bytes.length % 2 === 1) throw new SheetUnreadable('damaged');
      const text = decoder.write(swapped ? Buffer.from(bytes).swap16() : bytes);
      sawEvent = false;
      guarded(() => parser.write(text));
      silentLength = sawEvent ? 0 : silentLength + text.length;
      if (silentLength > longestToken) throw new SheetUnreadable('cell_too_long');
    },
    end() {
      guarded(() => parser.write(decoder?.end() ?? '').close());
    },
  };
}

/** The value of an attribute by its local name, where a prefix may be any (`r:id`); `undefined` when there is none. */
export function prefixedAttribute(attributes: XmlAttributes, local: string): string | undefined {
  for (const name in attributes) {
    if (name.endsWith(local) && name.charAt(name.length - local.length - 1) === ':') return attributes[name];
  }
  return undefined;
}

function noteForeignPrefixes(rootName: string, attributes: XmlAttributes, foreign: Set<string>): void {
  const colon = rootName.indexOf(':');
  const own = attributes[colon > 0 ? `xmlns:${rootName.slice(0, colon)}` : 'xmlns'];
  for (const name in attributes) {
    if (name.startsWith('xmlns:') && attributes[name] !== own) foreign.add(name.slice('xmlns:'.length));
  }
}

function xmlFault(error: Error): Error {
  if (error instanceof SheetUnreadable) return error;
  return new SheetUnreadable(/doctype/i.test(error.message) ? 'doctype' : 'damaged');
}
