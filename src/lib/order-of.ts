/**
 * Puts what stands for some of the items into their order, and leaves out what stands for none of them. What one call costs
 * does not grow with the items: a site may have thousands of projects, and a person is in a few.
 */
export function orderOf(items: readonly { readonly id: number }[]) {
  const places = new Map(items.map(({ id }, place) => [id, place]));
  return <Given>(given: Iterable<Given>, idOf: (one: Given) => number): Given[] => {
    const known: Given[] = [];
    for (const one of given) if (places.has(idOf(one))) known.push(one);
    const placeOf = (one: Given) => places.get(idOf(one)) ?? 0;
    return known.length > 1 ? known.sort((a, b) => placeOf(a) - placeOf(b)) : known;
  };
}
