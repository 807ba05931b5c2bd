import { readFileSync } from 'node:fs';
import { hostileFiles } from '../../platform/sheets/hostile-files';
import { fixturePath } from '../../platform/sheets/sheet-files';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { type RunningUsher, startUsher } from '../../support/usher';

const patience = { timeoutMs: 30_000 };

function made(what: string): Promise<Buffer> | Buffer {
  const hostile = hostileFiles.find((file) => file.what === what);
  if (!hostile) throw new Error(`no hostile file is ${what}`);
  return hostile.build();
}

forEachDatabase((database) => {
  let usher: RunningUsher;
  beforeAll(async () => {
    usher = await startUsher(database);
  });
  afterAll(async () => {
    usher.driver.expectPrompt();
    await usher.stop();
  });

  test.each([
    ['a sheet that inflates to 300 MB and says 1,000 bytes', 'unpacks to far more than a spreadsheet holds'],
    ['as many shared strings as a small file may hold', 'Login Email'],
    ['entities that expand to gigabytes', 'has a document type declaration'],
    ['a cell of 32,768 characters', 'Cell A1 is too long to be read.'],
    ['an archive cut in half', 'ends in the middle'],
    ['people-old.xls', 'This is an old Excel file (.xls).'],
    ['encrypted-libreoffice.xlsx', 'protected with a password'],
  ])(
    '%s, dropped in the import channel, is answered in a sentence, and nothing is kept or changed',
    async (what, sentence) => {
      const { db } = database;
      const isFixture = /\.xlsx?$/.test(what);
      const bytes = isFixture ? readFileSync(fixturePath(what)) : await made(what);
      const before = await db('users').select('*').orderBy('id');
      const ada = usher.as('ada');
      await ada.upload('#imports', 'people.xlsx', bytes);
      const answer = await ada.waitForMessage((message) => textOf(message).includes(sentence), patience);
      expect(textOf(answer)).not.toMatch(/\bat \/|Error:|undefined|Confirm/);
      expect(await db('import_rows').select('import_id')).toEqual([]);
      expect(await db('imports').whereNot('state', 'refused').select('state')).toEqual([]);
      expect(await db('users').select('*').orderBy('id')).toEqual(before);
    },
  );
});
