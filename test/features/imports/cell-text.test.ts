import { addressIn, emailCellProblem, parseYesNo } from '../../../src/features/imports/cell-text';
import { isHeader, readHeader } from '../../../src/features/imports/import-columns';
import type { SheetRow } from '../../../src/platform/sheets/sheet.types';

const rowOf = (...texts: string[]): SheetRow => ({
  number: 1,
  cells: texts.map((text) => ({ text, kind: 'text' })),
});
const fieldOf = (header: string) => {
  const found = readHeader(rowOf(header));
  return 'problem' in found ? found.problem : found.fields.get(0);
};

test.each([
  ['E-mail', 'email'],
  ['E-Mail Address', 'email'],
  ['Mail', 'email'],
  ['EMAIL', 'email'],
  ['login_email', 'email'],
  ['\u00a0Login\u00a0Email \u200b', 'email'],
  ['Login\nEmail', 'email'],
  ['\ufeffLogin Email', 'email'],
  ['E\u2011Mail:', 'email'],
  ['First', 'firstName'],
  ['Given name', 'firstName'],
  ['given-NAME', 'firstName'],
  ['Last', 'lastName'],
  ['Surname', 'lastName'],
  ['Family name', 'lastName'],
  ['Role', 'profile'],
  ['USER PROFILE', 'profile'],
  ['Project', 'projects'],
  ['Is Admin?', 'admin'],
])('the header %j is the column %s', (header, field) => {
  expect(fieldOf(header)).toBe(field);
  expect(isHeader(rowOf(header))).toBe(field === 'email');
});

test('a header that says something else is not taken for one of ours', () => {
  for (const header of ['Last seen', 'First day', 'Mailing list', 'Licence']) expect(fieldOf(header)).toBeUndefined();
});

test('a loose word gives way to the true header of its field', () => {
  const found = readHeader(rowOf('Role', 'User Profile', 'Last', 'Last Name', 'Login Email'));
  expect(found).toMatchObject({ unknown: ['Role', 'Last'] });
  expect('fields' in found && [...found.fields]).toEqual([
    [1, 'profile'],
    [3, 'lastName'],
    [4, 'email'],
  ]);
});

test.each([
  ['ada@example.com', 'ada@example.com'],
  [' ada@example.com ; ', 'ada@example.com'],
  ['ada@example.com,', 'ada@example.com'],
  ['\u200eada@example.com\u200f', 'ada@example.com'],
  ['ada@exam\u00adple.com', 'ada@example.com'],
  ['\u200bada@example.com\u00a0', 'ada@example.com'],
  ['Ada Lovelace <ada@example.com>', 'ada@example.com'],
  ['"Lovelace, Ada" <ada@example.com>;', 'ada@example.com'],
  ['<ada@example.com>', 'ada@example.com'],
  ['Ada <mailto:ada@example.com>', 'ada@example.com'],
  ['MAILTO:ada@example.com?subject=x', 'ada@example.com'],
  ['mailto:ada%2Bqa@example.com', 'ada+qa@example.com'],
])('the address in %j is %s', (text, address) => {
  expect(addressIn({ text })).toBe(address);
  expect(emailCellProblem(address)).toBeNull();
});

test('the address behind a link is taken when the text has none, and no other link is', () => {
  expect(addressIn({ text: 'Ada', link: 'mailto:ada@example.com?subject=x' })).toBe('ada@example.com');
  expect(addressIn({ text: 'grace@example.com', link: 'mailto:ada@example.com' })).toBe('grace@example.com');
  expect(addressIn({ text: 'Ada', link: 'https://example.com/@ada' })).toBe('Ada');
});

test('two addresses in one cell are a problem, not the first of them', () => {
  expect(emailCellProblem(addressIn({ text: 'ada@example.com; bob@example.com;' }))).toMatch(/more than one address/);
});

test.each([
  ['Yes', true],
  ['y', true],
  ['TRUE', true],
  ['1', true],
  ['x', true],
  [' X ', true],
  ['✓', true],
  ['✔\ufe0f', true],
  ['✅', true],
  ['Ja', true],
  ['WAHR', true],
  ['oui', true],
  ['VRAI', true],
  ['Sí', true],
  ['Si\u0301', true],
  ['no', false],
  ['N', false],
  ['False', false],
  ['0', false],
  ['Nein', false],
  ['FALSCH', false],
  ['non', false],
  ['FAUX', false],
  ['❌', false],
  ['perhaps', null],
  ['2', null],
  ['-', null],
])('%j means %s', (word, meaning) => {
  expect(parseYesNo(word)).toBe(meaning);
});
