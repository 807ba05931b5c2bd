import { overlapping } from '../../src/lib/side-by-side';
import { gate } from '../support/gate';

const soon = () => new Promise((done) => setImmediate(done));

test('the first step of an item is taken while the second one of the item before goes on', async () => {
  const first = gate();
  const steps: string[] = [];
  const all = overlapping(
    ['a', 'b'],
    async (item) => {
      steps.push(`begin ${item}`);
      return item;
    },
    async (item) => {
      if (item === 'a') await first.passed;
      steps.push(`finish ${item}`);
    },
  );
  await soon();
  expect(steps).toEqual(['begin a', 'begin b', 'finish b']);
  first.open();
  await all;
  expect(steps).toEqual(['begin a', 'begin b', 'finish b', 'finish a']);
});

test('where a step fails, what was begun has ended before its error is thrown', async () => {
  const steps: string[] = [];
  const slowly = async (item: string) => {
    await soon();
    steps.push(`finish ${item}`);
  };
  const failing = async (item: string) => {
    if (item === 'b') throw new Error('no b');
    return item;
  };
  await expect(overlapping(['a', 'b', 'c'], failing, slowly)).rejects.toThrow('no b');
  expect(steps).toEqual(['finish a']);
  const refused = async (item: string) => {
    if (item === 'a') throw new Error('no end of a');
    await slowly(item);
  };
  await expect(overlapping(['a', 'b'], async (item) => item, refused)).rejects.toThrow('no end of a');
  expect(steps).toEqual(['finish a', 'finish b']);
});
