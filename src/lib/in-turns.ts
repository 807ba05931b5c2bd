import { setImmediate as nextTurn } from 'node:timers/promises';

/** What nobody who waits for an acknowledgement notices, nor several such turns with what comes between them. */
const longestTurnMs = 8;

/** Does some work for each item in their order, and lets the rest of the process go on every few milliseconds. */
export async function inTurns<Item, Result>(
  items: readonly Item[],
  work: (item: Item, index: number) => Result,
): Promise<Result[]> {
  const results: Result[] = [];
  let since = performance.now();
  for (const [index, item] of items.entries()) {
    results.push(work(item, index));
    if (performance.now() - since < longestTurnMs) continue;
    await nextTurn();
    since = performance.now();
  }
  return results;
}

/**
 * For work that asks again and again and is answered at once: gives the rest of the process its turn where the last one
 * was more than a few milliseconds ago.
 */
export function createTurns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < longestTurnMs) return;
    await nextTurn();
    since = performance.now();
  };
}

/** The items in slices of at most so many, in their order. */
export function slicesOf<Item>(items: readonly Item[], size: number): Item[][] {
  const slices: Item[][] = [];
  for (let from = 0; from < items.length; from += size) slices.push(items.slice(from, from + size));
  return slices;
}

/**
 * Hands slices of the items to some work, one after another, and lets the rest of the process go on between them: the
 * embedded database answers in the turn that asks, however often it is asked.
 */
export async function inSlices<Item, Result>(
  items: readonly Item[],
  size: number,
  work: (slice: Item[]) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, slice] of slicesOf(items, size).entries()) {
    if (index > 0) await nextTurn();
    results.push(await work(slice));
  }
  return results;
}
