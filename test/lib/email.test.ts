import fc from 'fast-check';
import { emailKey, parseRecipients } from '../../src/lib/email';

const emails = (text: string) => parseRecipients(text).recipients.map(({ email }) => email);

test.each([
  ['commas, semicolons and blanks', 'a@b.co, c@d.org;e@f.io g@h.net', ['a@b.co', 'c@d.org', 'e@f.io', 'g@h.net']],
  ['lines', 'a@b.co\r\nc@d.org\n\n', ['a@b.co', 'c@d.org']],
  ['angle brackets', '<a@b.co>', ['a@b.co']],
  ['mailto', 'mailto:a@b.co', ['a@b.co']],
  ['a full stop at the end of a sentence', 'Write to a@b.co.', ['a@b.co']],
  ['domains and names beyond ASCII', 'müller@exämple.de', ['müller@exämple.de']],
])('addresses are found between %s', (_what, text, expected) => {
  expect(emails(text)).toEqual(expected);
});

test.each([
  ['Ada Lovelace <ada@x.org>', 'Ada', 'Lovelace'],
  ['"Lovelace, Ada" <ada@x.org>', 'Ada', 'Lovelace'],
  ['Lovelace, Ada <ada@x.org>', 'Ada', 'Lovelace'],
  ['Ada\tLovelace\tada@x.org', 'Ada', 'Lovelace'],
  ['ada@x.org\tAda\tKing Lovelace', 'Ada', 'King Lovelace'],
  ['ada@x.org', '', ''],
])('the name beside an address is taken along: %j', (text, firstName, lastName) => {
  expect(parseRecipients(text).recipients).toEqual([{ email: 'ada@x.org', firstName, lastName }]);
});

test('an address that is repeated in another case counts once', () => {
  expect(parseRecipients('ada@x.org ADA@x.org')).toMatchObject({ recipients: [{ email: 'ada@x.org' }], repeated: 1 });
});

test('bad tokens are reported one by one and stop nothing else', () => {
  const { recipients, bad } = parseRecipients('foo@ bar@x, ok@x.org; @y.org a..b@x.org');
  expect(recipients.map(({ email }) => email)).toEqual(['ok@x.org']);
  expect(bad.map(({ text }) => text)).toEqual(['foo@', 'bar@x', '@y.org', 'a..b@x.org']);
});

const address = fc
  .tuple(
    fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
    fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
    fc.constantFrom('org', 'example', 'co'),
  )
  .map(([local, domain, top]) => `${local}@${domain}.${top}`);

test('whatever parts them, exactly the addresses that were written are found, each once', () => {
  fc.assert(
    fc.property(
      fc.array(address, { maxLength: 20 }),
      fc.constantFrom(', ', '; ', '\n', ' ', '\t', ',', ' ;\n'),
      (list, separator) => {
        const expected = [...new Set(list.map(emailKey))];
        expect(emails(list.join(separator)).map(emailKey)).toEqual(expected);
      },
    ),
  );
});

test('no text makes the parser fail, and whatever it finds is an address', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      for (const { email } of parseRecipients(text).recipients) expect(email).toMatch(/^[^\s@]+@[^\s@]+\.[^\s@]+$/u);
    }),
  );
});
