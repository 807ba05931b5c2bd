import Fuse from 'fuse.js';

/** The entry of `known` that `typed` most likely meant, or null when nothing is near. */
export function didYouMean(typed: string, known: readonly string[]): string | null {
  const fuse = new Fuse(known, { threshold: 0.45, distance: 60, ignoreLocation: false, minMatchCharLength: 1 });
  return fuse.search(typed, { limit: 1 })[0]?.item ?? null;
}
