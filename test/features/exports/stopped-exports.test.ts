import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { countForExport, exportPeople, mostPeopleInSheet } from '../../../src/features/exports/exports.service';
import { openFolder } from '../../platform/sheets/sheet-files';
import { actorFor, insertAdmin, insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { textOf } from '../../support/slack-text';
import { ownTemporaryFiles } from '../../support/temporary-files';
import { startUsher } from '../../support/usher';

const everybody = { words: { statuses: [], project: null, group: null, text: '' }, links: false } as const;
const run = { signal: new AbortController().signal, moved: () => undefined };
const patience = { timeoutMs: 15_000 };

forEachDatabase((database) => {
  let files: Awaited<ReturnType<typeof openFolder>>;
  beforeEach(async () => {
    files = await openFolder();
  });
  afterEach(() => files.remove());

  const asAdmin = async () => testContext(database, { actor: actorFor(await insertAdmin(database.db)) });
  const exportsInTrail = () => database.db('audit_events').where({ action: 'users.exported' });

  async function insertMany(people: number): Promise<void> {
    for (let from = 0; from < people; from += 400) {
      const rows = Array.from({ length: Math.min(400, people - from) }, (_, index) => ({
        email: `many${from + index}@x.example`,
        email_key: `many${from + index}@x.example`,
        status: 'active',
        created_at: new Date('2026-10-01T08:00:00Z'),
        updated_at: new Date('2026-10-01T08:00:00Z'),
      }));
      await database.db('users').insert(rows);
    }
  }

  test('more people than a sheet takes are refused before anything is written, and a CSV file takes them', async () => {
    expect(mostPeopleInSheet).toBe(1_048_575);
    const ctx = await asAdmin();
    for (const email of ['bea@x.example', 'cleo@x.example']) await insertUser(database.db, { email });
    const path = join(files.folder, 'people');
    const refusal = {
      kind: 'invalid_input',
      message:
        '3 people match, and a sheet takes 2 people. Nothing was written. Name a status, a project or a group to have fewer, or take a CSV file, which takes any number.',
    };
    await expect(countForExport(ctx, { ...everybody, format: 'xlsx' }, 2)).rejects.toMatchObject(refusal);
    const tooMany = exportPeople(ctx, { ...everybody, format: 'xlsx' }, path, { ...run, mostInSheet: 2 });
    await expect(tooMany).rejects.toMatchObject(refusal);
    await expect(access(path)).rejects.toThrow('ENOENT');
    expect(await exportsInTrail()).toEqual([]);
    const asCsv = await exportPeople(ctx, { ...everybody, format: 'csv' }, path, { ...run, mostInSheet: 2 });
    expect(asCsv).toEqual({ people: 3, cut: 0 });
  });

  test('as many people as a sheet takes are written', async () => {
    const ctx = await asAdmin();
    await insertUser(database.db);
    const path = join(files.folder, 'people.xlsx');
    const written = exportPeople(ctx, { ...everybody, format: 'xlsx' }, path, { ...run, mostInSheet: 2 });
    await expect(written).resolves.toMatchObject({ people: 2 });
  });

  test.each(['xlsx', 'csv'] as const)(
    'an export to %s that is stopped amid its rows reads no further and is in no trail',
    async (format) => {
      const ctx = await asAdmin();
      await insertMany(6000);
      const stopping = new AbortController();
      let read = 0;
      const writing = exportPeople(ctx, { ...everybody, format }, join(files.folder, 'people'), {
        signal: stopping.signal,
        moved(people) {
          read = people;
          stopping.abort();
        },
      });
      await expect(writing).rejects.toMatchObject({ name: 'AbortError' });
      expect(read).toBeLessThan(6000);
      expect(await exportsInTrail()).toEqual([]);
    },
  );

  test('whoever waits for an export when Usher ends is told to ask again, and no file of it is left', async () => {
    const temporary = await ownTemporaryFiles();
    const usher = await startUsher(database);
    try {
      const ada = usher.as('ada');
      // The file lies there, and Slack has not said yet where it goes.
      usher.slowMethods.set('files.getUploadURLExternal', 1500);
      await ada.command('#general', '/users export');
      for (let tries = 0; (await temporary.left()).length === 0 && tries < 500; tries += 1)
        await new Promise((done) => setTimeout(done, 20));
      expect(await temporary.left()).not.toEqual([]);
      await usher.end();
      const told = await ada.waitForMessage(/restarted/, patience);
      expect(textOf(told)).toBe(
        'Usher is being restarted, so the export that you asked for was not finished, and no file was sent. Ask for it again with /users export in a minute.',
      );
      expect(await temporary.left()).toEqual([]);
      expect(ada.messages('@usher').flatMap(({ files: shared }) => shared)).toEqual([]);
    } finally {
      usher.driver.expectPrompt();
      await usher.stop();
      await temporary.remove();
    }
  });
});
