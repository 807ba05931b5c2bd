// Programs run a field as a formula when it begins with one of these, the wide forms in East Asian locales
// (OWASP, "CSV Injection"); tab and line breaks at the start of a value are skipped by some of them first.
const operators = '=+\\-@＝＋－＠';
const blank = '(?:[^\\S\\t\\r\\n]|["\\u200b-\\u200f\\u2060\\ufeff])*';
const valueStart = new RegExp(`^()('*)(?=${blank}[${operators}\\t\\r\\n])`);

// Excel splits a file at its locale's separator, whatever the file uses: where that is a semicolon or a tab, the middle
// of a value begins a field too, and so does what follows a line break when it takes no notice of the quotes.
const innerStarts = new RegExp(`([;|\\t\\r\\n])('*)(?=${blank}[${operators}])`, 'g');

const separator = /[;|\t\r\n]/;

/**
 * Makes a value safe to stand in a CSV file: wherever a spreadsheet program could begin a formula, one apostrophe is put
 * before it. Values that already have apostrophes there get one more, so that `fromInertCsv` gives every value back.
 */
export function toInertCsv(value: string): string {
  // Most values have no separator in them, and looking for one is much cheaper than looking for what may follow it.
  const inner = separator.test(value) ? value.replace(innerStarts, "$1'$2") : value;
  return inner.replace(valueStart, "$1'$2");
}

/** The inverse of `toInertCsv`: takes one apostrophe away wherever one keeps a formula from running. */
export function fromInertCsv(value: string): string {
  if (!value.includes("'")) return value;
  const dropOne = (_: string, before: string, apostrophes: string) => before + apostrophes.slice(1);
  return value.replace(valueStart, dropOne).replace(innerStarts, dropOne);
}
