import { isSameAccess, packAccess, unpackAccess, withDraft } from '../../../src/features/edits/access-set';

const random = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
  return seed / 2_147_483_648;
};

test('a set of projects and profiles comes back from a form’s metadata as it was, whatever it holds', () => {
  const next = random(7);
  for (let round = 0; round < 200; round += 1) {
    const size = Math.floor(next() * 60);
    const set = new Map(
      Array.from({ length: size }, () => [1 + Math.floor(next() * 2_000_000), Math.floor(next() * 40)] as const),
    );
    expect(isSameAccess(unpackAccess(packAccess(set)), set)).toBe(true);
  }
});

test('the same set is the same text in whatever order it was read', () => {
  const entries = [
    [5, 2],
    [9, 1],
    [3, 2],
  ] as const;
  expect(packAccess(new Map(entries))).toBe(packAccess(new Map([...entries].reverse())));
});

test('five hundred projects fit into a form’s metadata', () => {
  const set = new Map(Array.from({ length: 500 }, (_, index) => [1000 + index * 3, 1 + (index % 3)] as const));
  expect(packAccess(set).length).toBeLessThan(1600);
});

test('text that is no set is refused', () => {
  for (const text of ['x', '1=', '=1', '1=2;', '1=2..3']) expect(() => unpackAccess(text)).toThrow();
});

test('a draft adds, removes and changes', () => {
  const now = new Map([
    [1, 10],
    [2, 10],
    [3, 10],
  ]);
  const draft = new Map([
    [1, 0],
    [2, 20],
    [4, 30],
  ]);
  expect([...withDraft(now, draft)].sort()).toEqual([
    [2, 20],
    [3, 10],
    [4, 30],
  ]);
});
