import { seedDemoSite } from '../../src/demo/demo-site';
import { demoSamples } from '../../src/demo/demo-spreadsheets';
import { inOrderOfApplication, type PlannedImport, planRows } from '../../src/features/imports/plan-import.service';
import { readImportFile } from '../../src/features/imports/read-import-file';
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
async function planned(database: TestDatabase, name: string): Promise<PlannedImport> {
  const ctx = testContext(database);
  await seedDemoSite(ctx);
  const [ada] = await findUsersByEmail(ctx, ['ada.lindqvist@orbit.example']);
  const file = await readImportFile(await pathOf(name));
  if (!('rows' in file) || ada === undefined) throw new Error(`${name} cannot be planned`);
  return planRows({ ...ctx, actor: actorFor(ada) }, inOrderOfApplication(file.rows));
}

forEachDatabase((database) => {
  test('the new starters fit into the seats that are left', async () => {
    const { totals } = await planned(database, 'new-starters.xlsx');
    expect(totals.counts).toEqual({ invite: 8, update: 1, unchanged: 0, fail: 0 });
    expect(totals.seatsNeeded).toBeLessThanOrEqual(15);
  });

  test('the team changes concern people who are there', async () => {
    const { totals } = await planned(database, 'team-changes.csv');
    expect(totals.counts).toEqual({ invite: 0, update: 7, unchanged: 1, fail: 0 });
  });

  test('the mistakes are found, and only they', async () => {
    const { rows, totals } = await planned(database, 'full-of-mistakes.xlsx');
    expect(totals.counts).toEqual({ invite: 3, update: 0, unchanged: 0, fail: 9 });
    const sentences = rows.flatMap(({ plan }) => plan.problems.map(({ sentence }) => sentence));
    expect(sentences).toContain('Project “Apolo” does not exist; did you mean “Apollo”?');
    expect(rows.filter(({ plan }) => plan.action === 'fail').map(({ rowNumber }) => rowNumber)).toEqual([
      3, 4, 5, 6, 7, 9, 10, 11, 12,
    ]);
  });

  test('the summer school does not fit', async () => {
    const { totals } = await planned(database, 'seats-short.xlsx');
    expect(totals).toMatchObject({ counts: { invite: 60, fail: 0 }, seatsNeeded: 60 });
  });
});
