import Fuse from 'fuse.js';

/** No name is longer, and the search takes its time with each character. */
const longestTyped = 120;

/** Finds among these words what was most likely meant, or null when nothing is near. Their index is built once. */
export function nearestOf(known: readonly string[]): (typed: string) => string | null {
  let index: Fuse<string> | null = null;
  return (typed) => {
    if (typed.length > longestTyped) return null;
    index ??= new Fuse(known, { threshold: 0.45, distance: 60, ignoreLocation: false, minMatchCharLength: 1 });
    return index.search(typed, { limit: 1 })[0]?.item ?? null;
  };
}

/** The entry of `known` that `typed` most likely meant, or null when nothing is near. For many questions see `nearestOf`. */
export function didYouMean(typed: string, known: readonly string[]): string | null {
  return nearestOf(known)(typed);
}
