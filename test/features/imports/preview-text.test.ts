import type { ImportPreview } from '../../../src/features/imports/imports.types';
import { previewMessage } from '../../../src/features/imports/preview.text';
import { problemLines } from '../../../src/features/imports/problem-lines';
import { forEachDatabase } from '../../support/databases';
import { type ImportScene, importScene } from './import-scene';

forEachDatabase((database) => {
  let scene: ImportScene;
  beforeEach(async () => {
    scene = await importScene(database);
  });
  afterEach(() => scene.files.remove());
  const wordsOf = (preview: ImportPreview) => JSON.stringify(previewMessage(preview).blocks);
  const person = (index: number, lastName = `Last${index}`) => ({
    'Login Email': `p${index}@x.example`,
    'Last Name': lastName,
  });

  test('one big change hides no other: it is shortened, and whole rows are shown', async () => {
    const preview = await scene.previewOf([person(1), person(2), person(3)]);
    const big = { ...preview, differences: preview.differences.map((one) => ({ ...one, old: 'x'.repeat(20_000) })) };
    const words = wordsOf(big);
    for (const index of [1, 2, 3]) expect(words).toContain(`Last${index}`);
    expect(words).toContain(`${'x'.repeat(299)}…`);
    expect(words.length).toBeLessThan(12_000);
    expect(words).not.toContain('the rest is in the workbook');
  });

  test('what does not fit is said to be in the workbook', async () => {
    const preview = await scene.previewOf(Array.from({ length: 30 }, (_, index) => person(index)));
    expect(wordsOf(preview)).toContain('… the rest is in the workbook.');
    const rows = new Set(preview.differences.map(({ row }) => row));
    for (const row of rows) expect(preview.differences.filter((one) => one.row === row)).toHaveLength(3);
  });
});

test('several problems of one cell name their field once, and not where the sentence begins with it', () => {
  const problems = [
    { field: 'Projects', sentence: 'Project “A” does not exist.' },
    { field: 'User ID', sentence: 'Nobody has it.' },
    { field: 'User ID', sentence: 'Empty it.' },
    { field: 'Admin', sentence: 'Admin is Yes or No.' },
  ];
  expect(problemLines(problems)).toEqual([
    'Project “A” does not exist.',
    'User ID: Nobody has it.',
    'Empty it.',
    'Admin is Yes or No.',
  ]);
});
