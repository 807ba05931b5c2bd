import { setImmediate as nextTurn } from 'node:timers/promises';

/** What somebody who waits for an acknowledgement does not notice. */
const longestTurnMs = 20;

/** Does some work for each item in their order, and lets the rest of the process go on every twenty milliseconds. */
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
 * Hands slices of the items to some work, one after another, and lets the rest of the process go on between them: the
 * embedded database answers in the turn that asks, however often it is asked.
 */
export async function inSlices<Item, Result>(
  items: readonly Item[],
  size: number,
  work: (slice: Item[]) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let from = 0; from < items.length; from += size) {
    if (from > 0) await nextTurn();
    results.push(await work(items.slice(from, from + size)));
  }
  return results;
}
