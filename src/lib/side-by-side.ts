import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Begins pieces of work one after another, each in a turn of its own, and waits until all of them have ended, also where
 * one fails: what belongs together in a transaction is made ready while the database is still busy with what came before.
 * @throws the error of the first that failed, in their order
 */
export async function sideBySide(works: readonly (() => Promise<unknown>)[]): Promise<void> {
  const begun: Promise<unknown>[] = [];
  for (const work of works) {
    const one = work();
    // It is waited for below, and its error is thrown then.
    one.catch(() => undefined);
    begun.push(one);
    await nextTurn();
  }
  for (const end of await Promise.allSettled(begun)) if (end.status === 'rejected') throw end.reason;
}

/**
 * Takes a first step with each item in their order, and a second one with its outcome, while the first steps of the items
 * behind it go on. Waits until all that was begun has ended, also where one fails.
 * @throws the error of the first step that failed; else that of the first among the second ones, in their order
 */
export async function overlapping<Item, Begun>(
  items: readonly Item[],
  begin: (item: Item) => Promise<Begun>,
  finish: (begun: Begun) => Promise<unknown>,
): Promise<void> {
  const finishing: Promise<unknown>[] = [];
  try {
    for (const item of items) {
      const begun = await begin(item);
      const one = finish(begun);
      one.catch(() => undefined);
      finishing.push(one);
    }
  } finally {
    await Promise.allSettled(finishing);
  }
  await Promise.all(finishing);
}
