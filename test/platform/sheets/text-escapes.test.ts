import fc from 'fast-check';
import { fromInertCsv, toInertCsv } from '../../../src/platform/sheets/inert-csv';
import { escapeXmlText, unescapeXmlText } from '../../../src/platform/sheets/xml-text';

const anyUnits = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) });
const trickyXml = fc.string({
  unit: fc.constantFrom('_', 'x', 'X', '0', '5', 'F', 'f', '\u0001', '\r', '\ud800', 'é'),
});
const trickyCsv = fc.string({
  unit: fc.constantFrom("'", '=', '+', '-', '@', '＝', '\t', '\r', '\n', ' ', ';', ',', '|', '"', 'a', '\u200b'),
});

test('any text comes back from its XML escapes as it was', () => {
  fc.assert(
    fc.property(fc.oneof(anyUnits, trickyXml), (text) => {
      expect(unescapeXmlText(escapeXmlText(text))).toBe(text);
    }),
    { numRuns: 2000 },
  );
});

test('escaped text holds nothing that XML cannot', () => {
  fc.assert(
    fc.property(fc.oneof(anyUnits, trickyXml), (text) => {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
      expect(escapeXmlText(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|\p{Surrogate}/u);
    }),
  );
});

test('an escape that a person typed is kept apart from a real one', () => {
  expect(escapeXmlText('a_x000D_b')).toBe('a_x005F_x000D_b');
  expect(escapeXmlText('a\rb')).toBe('a_x000D_b');
  expect(unescapeXmlText('a_x000d_b')).toBe('a\rb');
  expect(escapeXmlText('_x005F\u0001')).toBe('_x005F_x005F_x0001_');
});

test('any value comes back from its inert form as it was', () => {
  fc.assert(
    fc.property(fc.oneof(anyUnits, trickyCsv), (value) => {
      expect(fromInertCsv(toInertCsv(value))).toBe(value);
    }),
    { numRuns: 5000 },
  );
});

test('an inert value begins no formula, wherever a program splits it', () => {
  fc.assert(
    fc.property(trickyCsv, (value) => {
      const inert = toInertCsv(value);
      expect(inert).not.toMatch(/^[\s"\u200b]*[=+\-@＝]/);
      expect(inert).not.toMatch(/^[\t\r\n]/);
      for (const field of inert.split(/[;|\t\r\n]/)) expect(field).not.toMatch(/^[ "\u200b]*[=+\-@＝]/);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['=1+1', "'=1+1"],
  ["'=1+1", "''=1+1"],
  ['+49 30 1234', "'+49 30 1234"],
  ['@ada', "'@ada"],
  ['a;=1+1', "a;'=1+1"],
  ['Apollo\n-x', "Apollo\n'-x"],
  ["O'Neill", "O'Neill"],
  ["'tis", "'tis"],
  ['ada@example.com', 'ada@example.com'],
  ['Apollo\r\nGemini', 'Apollo\r\nGemini'],
])('%j stands in a CSV file as %j', (value, inert) => {
  expect(toInertCsv(value)).toBe(inert);
});
