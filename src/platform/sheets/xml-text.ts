// ECMA-376 part 1, 22.9.2.19 (ST_Xstring): what XML 1.0 cannot hold is written _xHHHH_, and a literal of that shape has
// its first underscore escaped in turn. A carriage return is escaped too, because XML parsers read it as a line feed.
const escapable = '\\u0000-\\u0008\\u000b-\\u001f\\u007f\\ufffe\\uffff';
const loneSurrogate = '[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]';
const toEscape = new RegExp(
  `_(?=x[0-9a-f]{4}(?:[_${escapable}]|${loneSurrogate}))|[${escapable}]|${loneSurrogate}`,
  'gi',
);
const worthALook = new RegExp(`[_\\ud800-\\udfff${escapable}]`);
const markup = /[&<>]/;
const escaped = /_x([0-9a-f]{4})_/gi;

/** Text as it stands in a spreadsheet's XML (before XML's own escaping of `<` and `&`). */
export function escapeXmlText(text: string): string {
  if (!worthALook.test(text)) return text;
  return text.replace(toEscape, (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`);
}

/** Whether a text stands in XML as it is, with nothing that `escapeXmlText` or XML itself could have to escape. */
export function isPlainXmlText(text: string): boolean {
  return !(worthALook.test(text) || markup.test(text));
}

/** Text that `escapeXmlText` gave, or that has nothing for it to do, with XML's own escapes. */
export function escapeMarkup(text: string): string {
  return markup.test(text) ? text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') : text;
}

/** The inverse of `escapeXmlText`; text without such escapes comes back as it is. */
export function unescapeXmlText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(escaped, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
