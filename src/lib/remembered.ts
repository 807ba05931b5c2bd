/**
 * Makes something of a key, and gives back what was made of the same key before. Only what is made of the first keys is
 * kept: what comes often comes early, and the rest does not pile up.
 * @param most how many keys are remembered
 */
export function remembered<Key, Made>(make: (key: Key) => Made, most: number): (key: Key) => Made {
  const known = new Map<Key, Made>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = make(key);
    if (known.size < most) known.set(key, made);
    return made;
  };
}
