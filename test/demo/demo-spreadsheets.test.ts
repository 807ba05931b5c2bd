import { seedDemoSite } from '../../src/demo/demo-site';
import { demoSamples } from '../../src/demo/demo-spreadsheets';
import { planImport } from '../../src/features/imports/imports.service';
import type { ImportPreview } from '../../src/features/imports/imports.types';
import { findUsersByEmail } from '../../src/features/users/users.service';
import type { SampleFile } from '../../src/workspace/options';
import { openFolder, readRows, textsOf } from '../platform/sheets/sheet-files';
import { actorFor } from '../support/builders';
import { testContext } from '../support/context';
import { forEachDatabase, type TestDatabase } from '../support/databases';

let files: Awaited<ReturnType<typeof openFolder>>;
let samples: ReadonlyMap<string, SampleFile>;
beforeAll(async () => {
  files = await openFolder();
  samples = new Map((await demoSamples()).map((sample) => [sample.name, sample]));
});
afterAll(() => files.remove());

const pathOf = (name: string) => files.write(samples.get(name)?.bytes ?? '', name);

test('every sample has a note, and all but the last are spreadsheets', async () => {
  expect([...samples.keys()]).toEqual([
    'new-starters.xlsx',
    'team-changes.csv',
    'full-of-mistakes.xlsx',
    'seats-short.xlsx',
    'not-a-spreadsheet.xlsx',
  ]);
  const rows = async (name: string) => (await readRows(await pathOf(name))).length;
  expect(await rows('new-starters.xlsx')).toBe(10);
  expect(await rows('team-changes.csv')).toBe(9);
  expect(await rows('full-of-mistakes.xlsx')).toBe(13);
  expect(await rows('seats-short.xlsx')).toBe(61);
  await expect(rows('not-a-spreadsheet.xlsx')).rejects.toMatchObject({ reason: 'image' });
  for (const { note } of samples.values()) expect(note).toMatch(/\.$/);
});

test('addresses are linked, names are rich text, and umlauts come through', async () => {
  const [, first] = await readRows(await pathOf('new-starters.xlsx'));
  expect(first?.cells[0]).toMatchObject({ text: 'Amara', kind: 'text' });
  expect(first?.cells[2]?.link).toBe('mailto:amara.nwosu@orbit.example');
  expect(first?.cells[3]).toEqual({ text: '2026-12-01', kind: 'date' });
  const changes = textsOf(await readRows(await pathOf('team-changes.csv')));
  expect(changes[1]?.slice(0, 3)).toEqual(['juergen.weissmueller@orbit.example', 'Jürgen', 'Weißmüller-Groß']);
});

/** The preview that Ada would see after dropping the file into the demo site. */
async function planned(database: TestDatabase, name: string): Promise<ImportPreview> {
  const ctx = testContext(database);
  await seedDemoSite(ctx);
  const [ada] = await findUsersByEmail(ctx, ['ada.lindqvist@orbit.example']);
  if (ada === undefined) throw new Error('the demo site has no Ada');
  return planImport(
    { ...ctx, actor: actorFor(ada) },
    {
      path: await pathOf(name),
      fileName: name,
      fileSize: samples.get(name)?.bytes.length ?? 0,
      uploaderSlackId: null,
      uploaderUserId: null,
      conversationId: null,
      slackFileId: null,
    },
  );
}

forEachDatabase((database) => {
  test('the new starters fit into the seats that are left', async () => {
    const { counts, seats } = await planned(database, 'new-starters.xlsx');
    expect(counts).toEqual({ invite: 8, update: 1, unchanged: 0, fail: 0 });
    expect(seats.needed).toBeLessThanOrEqual(15);
  });

  test('the team changes concern people who are there', async () => {
    const { counts } = await planned(database, 'team-changes.csv');
    expect(counts).toEqual({ invite: 0, update: 7, unchanged: 1, fail: 0 });
  });

  test('the mistakes are found, and only they', async () => {
    const { counts, failures } = await planned(database, 'full-of-mistakes.xlsx');
    expect(counts).toEqual({ invite: 3, update: 0, unchanged: 0, fail: 9 });
    const sentences = failures.flatMap(({ problems }) => problems.map(({ sentence }) => sentence));
    expect(sentences).toContain('Project “Apolo” does not exist; did you mean “Apollo”?');
    expect(failures.map(({ row }) => row)).toEqual([3, 4, 5, 6, 7, 9, 10, 11, 12]);
  });

  test('the summer school does not fit', async () => {
    const preview = await planned(database, 'seats-short.xlsx');
    expect(preview).toMatchObject({ counts: { invite: 60, fail: 0 }, seats: { needed: 60 } });
  });
});
