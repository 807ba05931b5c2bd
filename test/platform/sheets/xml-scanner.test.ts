import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { SheetUnreadable } from '../../../src/platform/sheets/sheet.types';
import { createXmlScanner } from '../../../src/platform/sheets/xml-scanner';

type Seen = string[] | 'refused';

/** What happens in a document, text in one piece, when it arrives in pieces of a size. */
function scanned(xml: string, pieceLength: number): Seen {
  const seen: string[] = [];
  let text = '';
  const flush = () => {
    if (text !== '') seen.push(`text ${JSON.stringify(text)}`);
    text = '';
  };
  const scanner = createXmlScanner(
    {
      open(name, attributes) {
        flush();
        const values = attributes.names().map((attribute) => [attribute, attributes.get(attribute)]);
        seen.push(`open ${name} ${JSON.stringify(values)}`);
      },
      close(name) {
        flush();
        seen.push(`close ${name}`);
      },
      text(piece) {
        text += piece;
      },
    },
    1e6,
  );
  try {
    for (let at = 0; at < xml.length; at += pieceLength) scanner.write(xml.slice(at, at + pieceLength));
    scanner.end();
    return seen;
  } catch (error) {
    if (error instanceof SheetUnreadable) return 'refused';
    throw error;
  }
}

/** The same by a parser that checks everything. */
function parsed(xml: string): Seen {
  const seen: string[] = [];
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  let text = '';
  let depth = 0;
  const flush = () => {
    if (text !== '') seen.push(`text ${JSON.stringify(text)}`);
    text = '';
  };
  parser.on('opentag', (tag) => {
    flush();
    depth += 1;
    seen.push(`open ${tag.name} ${JSON.stringify(Object.entries(tag.attributes))}`);
  });
  parser.on('closetag', (tag) => {
    flush();
    depth -= 1;
    seen.push(`close ${tag.name}`);
  });
  const onText = (piece: string) => {
    // Outside the root there is nothing but blanks.
    if (depth > 0) text += piece;
  };
  parser.on('text', onText);
  parser.on('cdata', onText);
  parser.on('doctype', () => {
    throw new Error('document type');
  });
  try {
    parser.write(xml).close();
    return seen;
  } catch {
    return 'refused';
  }
}

const name = fc.constantFrom('a', 'row', 'x:c', 'sheetData', 'é', '_1', 'a-b.c');
const text = fc.string({
  unit: fc.constantFrom(
    'x',
    'é',
    '太',
    '😀',
    ' ',
    '\n',
    '\r',
    '\t',
    '&amp;',
    '&#233;',
    '&#x1F600;',
    '&lt;',
    ';',
    '>',
    '"',
    "'",
  ),
});
const attribute = fc.tuple(
  name,
  text.map((value) => value.replaceAll('"', '')),
  fc.constantFrom('=', ' = '),
);
const node = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    text.map((value) => value.replaceAll(']]>', '')),
    fc.constantFrom('<!-- a < b > c -->', '<![CDATA[<&x]]>', '<?go on?>'),
    fc
      .tuple(
        name,
        fc.uniqueArray(attribute, { maxLength: 3, selector: ([key]) => key }),
        fc.array(tie('node'), { maxLength: 4 }),
        fc.boolean(),
      )
      .map(([tag, attributes, children, blank]) => {
        const values = attributes.map(([key, value, equals]) => ` ${key}${equals}"${value}"`).join('');
        const end = blank ? ' ' : '';
        return children.length === 0
          ? `<${tag}${values}${end}/>`
          : `<${tag}${values}${end}>${children.join('')}</${tag}${end}>`;
      }),
  ),
})).node;
const xmlDocument = node.map((inner) => `<?xml version="1.0"?>\n<root xmlns:x="urn:x">${inner}</root>\n`);
const pieceLength = fc.integer({ min: 1, max: 40 });

test('well-formed documents mean what a full parser says, however they are cut into pieces', () => {
  fc.assert(
    fc.property(xmlDocument, pieceLength, (xml, length) => {
      expect(parsed(xml)).not.toBe('refused');
      expect(scanned(xml, length)).toEqual(parsed(xml));
    }),
    { numRuns: 2000 },
  );
});

test('documents with a piece taken out are refused, or mean what a full parser says', () => {
  fc.assert(
    fc.property(xmlDocument, fc.nat(), fc.integer({ min: 1, max: 6 }), pieceLength, (xml, start, missing, length) => {
      const characters = [...xml];
      characters.splice(start % characters.length, missing);
      const torn = characters.join('');
      const strict = parsed(torn);
      // Characters that XML forbids, and an attribute that is there twice, are no harm here.
      if (strict === 'refused') return;
      expect(scanned(torn, length)).toEqual(strict);
    }),
    { numRuns: 3000 },
  );
});

test.each([
  ['', 'nothing'],
  [' ', 'blanks'],
  ['<a>', 'an open root'],
  ['<a', 'half a tag'],
  ['<a b="', 'half an attribute'],
  ['<a></b>', 'another closing tag'],
  ['<a></ab>', 'a longer closing tag'],
  ['</a>', 'a closing tag alone'],
  ['<a/><b/>', 'two roots'],
  ['x<a/>', 'text before the root'],
  ['<a/>x', 'text behind the root'],
  ['<a b=c/>', 'a value without quotes'],
  ['<a b/>', 'an attribute without a value'],
  ['<a b="1"c="2"/>', 'attributes that touch'],
  ['<a b="<"/>', 'a tag in a value'],
  ['<a>&nbsp;</a>', 'an unknown entity'],
  ['<a>&amp</a>', 'an entity without an end'],
  ['<a>&#0;</a>', 'the character zero'],
  ['<a>&#x110000;</a>', 'a character beyond all'],
  ['<1/>', 'a name that begins with a digit'],
  ['< a/>', 'a blank before the name'],
  ['<a><!b></a>', 'a declaration'],
  ['<a/><![CDATA[x]]>', 'CDATA behind the root'],
  ['<!DOCTYPE a><a/>', 'a document type'],
  ['<a><!-- x', 'an open comment'],
])('%j is refused: %s', (xml) => {
  for (const length of [1, 3, 1000]) expect(scanned(xml, length)).toBe('refused');
});
