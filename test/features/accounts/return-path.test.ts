import fc from 'fast-check';
import { clientName } from '../../../src/features/accounts/client-name';
import { returnPath } from '../../../src/features/accounts/return-path';
import { oneLine } from '../../../src/lib/plain-text';

test.each(['/account', '/account?done=gone', '/projects/7?tab=runs&x=%2F%2Fevil', '/%5cevil', '/a//b'])(
  'after signing in one goes on to %s',
  (path) => expect(returnPath(path)).toBe(path),
);

test.each([
  '',
  'account',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '\t//evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  '/./\\evil.example',
  '/%2e//evil.example',
  'https://evil.example',
  'https:evil.example',
  'javascript:alert(1)',
  ' /account',
  '/sign-in',
  '/sign-in/choice',
  '/sign-out?x',
])('nothing else than a path of this site is gone on to: %j', (given) => expect(returnPath(given)).toBe('/account'));

test('a path of more than 2,000 characters is not gone on to', () =>
  expect(returnPath(`/${'a'.repeat(2000)}`)).toBe('/account'));

test('whatever is given, a browser stays on the site', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%2e',
    '%2f',
    '%5c',
    '\t',
    '\n',
    '\r',
    ' ',
    '@',
    ':',
    'https:',
    'evil',
    '?',
    '#',
    '\u0000',
  );
  const site = 'https://usher.example.com';
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const path = returnPath(pieces.join(''));
      expect(path.startsWith('/')).toBe(true);
      expect(new URL(path, `${site}/sign-in`).origin).toBe(site);
    }),
    { numRuns: 5000 },
  );
});

test.each([
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox on Windows'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1',
    'Safari on iOS',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Safari/537.36 Edg/120',
    'Microsoft Edge on macOS',
  ],
  ['', 'Unknown browser'],
  ['curl/8.1', 'Unknown browser'],
])('the client behind %j is called %s', (agent, name) => expect(clientName(agent)).toBe(name));

test('a made-up client has one short line for a name, at once', () => {
  for (const agent of [
    `${'x'.repeat(60_000)}/1 (y)`,
    'a\u202eb\u0000c/1 (x',
    '('.repeat(60_000),
    'Firefox/'.repeat(9000),
  ]) {
    const name = clientName(agent);
    expect(name.length).toBeLessThanOrEqual(100);
    expect(name).toBe(oneLine(name));
  }
});
