import { insertProject } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene } from './import-scene';

/** The longest time for which a timer of ten milliseconds did not fire while `work` went on. */
async function longestSilence(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const beat = () => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  };
  const timer = setInterval(beat, 10);
  try {
    await work();
  } finally {
    clearInterval(timer);
    beat();
  }
  return longest;
}

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database);
  });
  afterEach(() => scene.files.remove());

  const planned = async (csv: string) => scene.plan(await scene.files.write(csv), { fileName: 'people.csv' });

  test('a file full of names that mean nothing does not keep anybody else waiting', async () => {
    for (let index = 0; index < 60; index += 1) await insertProject(database.db, { name: `Project number ${index}` });
    const lines = (row: number) => Array.from({ length: 20 }, (_, line) => `Name ${row} x ${line}`).join('\n');
    const rows = Array.from({ length: 3000 }, (_, row) => `p${row}@x.example,"${lines(row)}"`);
    const csv = ['Login Email,Projects', ...rows].join('\n');
    expect(csv.length).toBeGreaterThan(900_000);
    let failing = 0;
    const silence = await longestSilence(async () => {
      failing = (await planned(csv)).counts.fail;
    });
    expect(failing).toBe(3000);
    expect(silence).toBeLessThan(1500);
  }, 60_000);

  test('cells as long as they can be do not keep anybody else waiting', async () => {
    const long = 'a'.repeat(30_000);
    const csv = [
      'Login Email,First Name,Projects,Status',
      ...Array.from({ length: 10 }, () => `<${'a@'.repeat(15_000)},b,c,d\n${long},${long} token=,${long},${long}`),
    ].join('\n');
    const silence = await longestSilence(async () => {
      expect((await planned(csv)).counts.fail).toBe(20);
    });
    expect(silence).toBeLessThan(1500);
  }, 60_000);

  test('a cell with more than 200 lines fails its row alone, with one sentence', async () => {
    const names = Array.from({ length: 201 }, (_, index) => `Name ${index}`).join('\n');
    const preview = await planned(`Login Email,Projects\nlong@x.example,"${names}"\nok@x.example,Apollo\n`);
    expect(preview.counts).toMatchObject({ invite: 1, fail: 1 });
    expect(preview.failures[0]?.problems).toEqual([
      {
        field: 'Projects',
        sentence: 'Projects has 201 lines, and at most 200 can be read. Leave out what is not a name.',
      },
    ]);
  });

  test('the first ten unknown names of a cell are named, the others counted', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `Zzyzx ${index}`).join('\n');
    const preview = await planned(`Login Email,Projects\nmany@x.example,"${names}"\n`);
    const sentences = preview.failures[0]?.problems.map(({ sentence }) => sentence) ?? [];
    expect(sentences).toHaveLength(11);
    expect(sentences[10]).toBe('20 more lines of this cell name nothing that exists.');
  });

  test('what was meant is said of the first fifty unknown names of a file', async () => {
    const rows = Array.from({ length: 60 }, (_, index) => `p${index}@x.example,Apollo${index}`);
    const { id } = await planned(['Login Email,Projects', ...rows].join('\n'));
    const problems: string[] = await database
      .db('import_rows')
      .where({ import_id: id })
      .orderBy('position')
      .pluck('problems');
    expect(problems.filter((problem) => problem.includes('did you mean “Apollo”?'))).toHaveLength(50);
    expect(problems[59]).toContain('Project “Apollo59” does not exist; there are');
  });
});
