import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { type ReadTotals, reportReading } from './report-reading';

type Handlers = {
  open(name: string, attributes: Record<string, string>): void;
  text(text: string): void;
  close(name: string): void;
};

async function parsePart(file: ZipFile, entry: Entry | undefined, handlers: Handlers): Promise<void> {
  if (!entry) return;
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  parser.on('opentag', (tag) => handlers.open(tag.name, tag.attributes));
  parser.on('text', handlers.text);
  parser.on('closetag', (tag) => handlers.close(tag.name));
  const decoder = new StringDecoder('utf8');
  for await (const chunk of await file.openReadStreamPromise(entry)) parser.write(decoder.write(chunk as Buffer));
  parser.close();
}

/**
 * The least that a reader of .xlsx must do: yauzl inflates the shared strings and the first sheet, saxes parses them, and
 * each cell's text is looked up. Takes plain workbooks only: one sheet named sheet1.xml, no prefixes, nothing checked.
 */
export async function readXlsxFloor(path: string): Promise<ReadTotals> {
  const file = await openPromise(path, { autoClose: false });
  const entries = new Map<string, Entry>();
  for await (const entry of file.eachEntry()) entries.set(entry.fileName, entry);

  const strings: string[] = [];
  let value = '';
  let capturing = false;
  await parsePart(file, entries.get('xl/sharedStrings.xml'), {
    open(name) {
      if (name === 'si') value = '';
      else if (name === 't') capturing = true;
    },
    text(text) {
      if (capturing) value += text;
    },
    close(name) {
      if (name === 't') capturing = false;
      else if (name === 'si') strings.push(value);
    },
  });

  const totals = { rows: 0, cells: 0, characters: 0 };
  let type: string | undefined;
  await parsePart(file, entries.get('xl/worksheets/sheet1.xml'), {
    open(name, attributes) {
      if (name === 'c') {
        type = attributes.t;
        value = '';
      } else if (name === 'v' || name === 't') capturing = true;
    },
    text(text) {
      if (capturing) value += text;
    },
    close(name) {
      if (name === 'v' || name === 't') capturing = false;
      else if (name === 'row') totals.rows += 1;
      else if (name === 'c' && value !== '') {
        totals.cells += 1;
        totals.characters += (type === 's' ? (strings[Number(value)] ?? '') : value).length;
      }
    },
  });
  file.close();
  return totals;
}

if (require.main === module) void reportReading(readXlsxFloor);
