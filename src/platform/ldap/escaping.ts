const hex = (character: string): string =>
  [...Buffer.from(character)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');

/** A text as the value of an attribute in a distinguished name: RFC 4514, 2.4. */
export function escapeForDn(value: string): string {
  return (
    value
      .replace(/["+,;<>\\=]/g, (character) => `\\${character}`)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not stand in a name as it is
      .replace(/[\x00-\x1f\x7f]/g, hex)
      .replace(/^[ #]/, (character) => `\\${character}`)
      .replace(/ $/, '\\ ')
  );
}

/** A text as a value in a search filter: RFC 4515, 3. */
export function escapeForFilter(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not stand in a filter as it is
  return value.replace(/[\\*()\x00-\x1f\x7f]/g, hex);
}
