import { createBoundedQueue } from '../../src/lib/bounded-queue';

function controlled() {
  const ends: (() => void)[] = [];
  return { ends, work: () => new Promise<void>((done) => ends.push(done)) };
}
const soon = () => new Promise((done) => setImmediate(done));

test('so many run at once, so many wait, and the rest is turned away without being run', async () => {
  const queue = createBoundedQueue(2, 3);
  const { ends, work } = controlled();
  const all = Array.from({ length: 7 }, () => queue.run(work));
  await soon();
  expect(ends).toHaveLength(2);
  expect(await Promise.all(all.slice(5))).toEqual([null, null]);
  for (let ended = 0; ended < 5; ended += 1) {
    ends[ended]?.();
    await soon();
    expect(ends).toHaveLength(Math.min(5, ended + 3));
  }
  expect(await Promise.all(all.slice(0, 5))).toEqual(Array.from({ length: 5 }, () => ({ result: undefined })));
});

test('work that fails makes room like any other', async () => {
  const queue = createBoundedQueue(1, 0);
  await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await queue.run(async () => 7)).toEqual({ result: 7 });
});
