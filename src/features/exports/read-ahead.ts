/**
 * The same items; the next one is asked for while the one before is worked on, so that reading and writing overlap.
 * At most one waits. Ended early, it ends the source as well.
 */
export async function* readAhead<Item>(source: AsyncGenerator<Item>): AsyncGenerator<Item> {
  const ask = () => {
    const asked = source.next();
    // An error is thrown where the item is taken; until then it is nobody's.
    asked.catch(() => undefined);
    return asked;
  };
  let next = ask();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      next = ask();
      yield value;
    }
  } finally {
    await next.catch(() => undefined);
    await source.return(undefined);
  }
}
