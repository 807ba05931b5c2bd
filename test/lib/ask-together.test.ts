import { setImmediate as nextTurn } from 'node:timers/promises';
import { askTogether } from '../../src/lib/ask-together';

/** Something that is asked, and answers when it is told to. */
function oracle(limits = { most: 3, atOnce: 2 }) {
  const calls: { keys: readonly number[]; end: (error?: Error) => void }[] = [];
  const ask = askTogether<number, string>(
    (keys) =>
      new Promise((done, fail) => {
        calls.push({ keys, end: (error) => (error ? fail(error) : done(keys.map((key) => `no. ${key}`))) });
      }),
    limits,
  );
  return { ask, calls, keys: () => calls.map((call) => call.keys) };
}
const settle = async () => {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
};

test('what is asked in one turn goes into one call, and each gets the answer to its own question', async () => {
  const { ask, calls, keys } = oracle();
  const answers = Promise.all([ask(5), ask(4), ask(5)]);
  await settle();
  expect(keys()).toEqual([[5, 4, 5]]);
  calls[0]?.end();
  expect(await answers).toEqual(['no. 5', 'no. 4', 'no. 5']);
});

test('no call is larger than it may be, no more are under way than may be, and nobody is forgotten', async () => {
  const { ask, calls, keys } = oracle();
  const answers = Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(ask));
  await settle();
  expect(keys()).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  calls[1]?.end();
  await settle();
  expect(keys()).toHaveLength(3);
  const late = ask(9);
  calls[0]?.end();
  await settle();
  expect(keys().slice(2)).toEqual([[7, 8], [9]]);
  calls[2]?.end();
  calls[3]?.end();
  expect((await answers).at(-1)).toBe('no. 8');
  expect(await late).toBe('no. 9');
});

test('a question is never answered by a call that was under way before it', async () => {
  const { ask, calls, keys } = oracle({ most: 3, atOnce: 1 });
  const first = ask(1);
  await settle();
  const second = ask(1);
  calls[0]?.end();
  expect(await first).toBe('no. 1');
  await settle();
  expect(keys()).toEqual([[1], [1]]);
  calls[1]?.end();
  expect(await second).toBe('no. 1');
});

test('a call that fails fails for those who were in it, and for nobody else', async () => {
  const { ask, calls } = oracle({ most: 2, atOnce: 1 });
  const answers = Promise.allSettled([ask(1), ask(2), ask(3)]);
  await settle();
  calls[0]?.end(new Error('not now'));
  await settle();
  calls[1]?.end();
  expect((await answers).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
});
