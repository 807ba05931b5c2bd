import { StringDecoder } from 'node:string_decoder';
import { SheetUnreadable } from './sheet.types';
import { createXmlScanner, type XmlAttributes } from './xml-scanner';

/**
 * What the reader calls. `name` is the local name; an element of another namespace than the root's has the name ''.
 * Text between two tags can come in several pieces. `close` follows every `open`.
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

/**
 * A streaming reader of UTF-8 or UTF-16 XML in bounded memory. Refuses document types, depth, and single tokens that
 * are much longer than `maxTextLength` (in UTF-16 units), by throwing `SheetUnreadable` from `write` or `end`.
 */
export function createXmlReader(handlers: XmlHandlers, maxTextLength: number): XmlReader {
  const foreignPrefixes = new Set<string>();
  let rootName: string | undefined;
  let sawRoot = false;
  let decoder: StringDecoder | undefined;
  let swapped = false;

  const localName = (name: string): string => {
    rootName ??= name;
    const colon = name.indexOf(':');
    if (colon < 0) return name;
    return foreignPrefixes.has(name.slice(0, colon)) ? '' : name.slice(colon + 1);
  };
  const scanner = createXmlScanner(
    {
      nameOf: localName,
      open(name, attributes) {
        if (!sawRoot) noteForeignPrefixes(rootName ?? name, attributes, foreignPrefixes);
        sawRoot = true;
        handlers.open(name, attributes);
      },
      close: (name) => handlers.close?.(name),
      text: (text) => handlers.text?.(text),
    },
    // Entities and _xHHHH_ escapes make a text up to ten times as long as what it stands for.
    Math.max(1024 * 1024, maxTextLength * 10),
  );

  return {
    write(bytes) {
      if (!decoder) {
        const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
        swapped = wide && bytes[0] === 0xfe;
        decoder = new StringDecoder(wide ? 'utf16le' : 'utf8');
      }
      if (swapped && bytes.length % 2 === 1) throw new SheetUnreadable('damaged');
      scanner.write(decoder.write(swapped ? Buffer.from(bytes).swap16() : bytes));
    },
    end() {
      scanner.write(decoder?.end() ?? '');
      scanner.end();
    },
  };
}

function noteForeignPrefixes(rootName: string, attributes: XmlAttributes, foreign: Set<string>): void {
  const colon = rootName.indexOf(':');
  const own = attributes.get(colon > 0 ? `xmlns:${rootName.slice(0, colon)}` : 'xmlns');
  for (const name of attributes.names()) {
    if (name.startsWith('xmlns:') && attributes.get(name) !== own) foreign.add(name.slice('xmlns:'.length));
  }
}
