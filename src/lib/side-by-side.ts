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
