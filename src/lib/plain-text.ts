// What no name holds: controls, zero-width blanks, and the overrides of direction that only serve to deceive. The
// joiners stay, which emoji and several scripts need.
const invisible = /[\p{Cc}\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/gu;
const anySpace = /[\s\u00a0\u2000-\u200a\u202f\u205f\u3000]+/g;

// One line already: words of ASCII with single blanks between them.
const plainLine = /^[!-~]+(?: [!-~]+)*$/;

const plainWord = /^[!-~]*$/;

/** True for ASCII without white space, which is the same in every form of Unicode. */
export function isPlainWord(value: string): boolean {
  return plainWord.test(value);
}

/** One line of text as its writer meant it: NFC, trimmed, every run of white space one blank, no control characters. */
export function oneLine(value: string): string {
  if (plainLine.test(value)) return value;
  return value.normalize('NFC').replace(anySpace, ' ').replace(invisible, '').trim();
}

/** The form in which names are compared: one line, in small letters, the same for every case of the same word. */
export function nameKey(value: string): string {
  return oneLine(value).toLowerCase();
}

/** Length as people count it: what they would call characters, not UTF-16 units. */
export function characterCount(value: string): number {
  return [...value].length;
}

/** `1 user`, `2 users`; numbers with a thousands separator. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? singular : plural}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listOf(items: readonly string[], conjunction = 'and'): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items[items.length - 1]}`;
}

/**
 * At most `limit` UTF-16 units, as Slack and spreadsheet programs count, the last an ellipsis where something was cut.
 * A character beyond the first plane is kept or left out whole.
 */
export function shorten(value: string, limit: number): string {
  if (value.length <= limit) return value;
  let kept = '';
  for (const character of value) {
    if (kept.length + character.length > limit - 1) break;
    kept += character;
  }
  return `${kept}…`;
}
