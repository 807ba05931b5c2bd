import { createServer, type Server } from 'node:net';
import { Writable } from 'node:stream';
import { createLdapDirectory } from '../../../src/platform/ldap/ldap-directory';
import { createLogger } from '../../../src/platform/logging';
import { testConfig } from '../../support/context';
import { type LdapServer, ldapTree, startLdapServer } from '../../support/ldap-server';

const password = 'teal kite moon';
// Every character that means something in a distinguished name or in a filter.
const awkward = [
  ' o"hara, +<y>;=z#1 ',
  '#first',
  'back\\slash',
  'star*',
  '(uid=*)',
  'jürgen.weißmüller',
  'zwölf\\2a',
  "it's",
];

let server: LdapServer;
beforeAll(async () => {
  server = await startLdapServer([
    { uid: 'ada', password },
    { uid: 'grace', password: 'another one entirely', mail: 'shared@example.org' },
    { uid: 'mary', password, mail: 'shared@example.org' },
    ...awkward.map((uid) => ({ uid, password: `password of ${uid}` })),
  ]);
});
afterAll(() => server?.remove());

const byTemplate = () => ({ LDAP_URL: server.tlsUrl, LDAP_BIND_DN_TEMPLATE: ldapTree.template });
const bySearch = () => ({
  LDAP_URL: server.tlsUrl,
  LDAP_SEARCH_BASE: ldapTree.base,
  LDAP_SEARCH_FILTER: '(&(objectClass=inetOrgPerson)(uid={username}))',
  LDAP_BIND_DN: ldapTree.serviceDn,
  LDAP_BIND_PASSWORD: ldapTree.servicePassword,
});

/** A directory by these settings, with all that it logs. */
function directory(settings: Readonly<Record<string, string>>) {
  const { ldap } = testConfig({ LDAP_CA_FILE: server.caFile, LDAP_TIMEOUT_SECONDS: '2', ...settings });
  if (ldap === null) throw new Error('LDAP_URL was not set');
  const logged: string[] = [];
  const log = createLogger(
    'trace',
    new Writable({ write: (chunk, _encoding, done) => done(void logged.push(`${chunk}`)) }),
  );
  return { ...createLdapDirectory(ldap, log), logged };
}

describe.each([
  ['a template of names', byTemplate],
  ['a search', bySearch],
])('by %s', (_way, settings) => {
  test('the right password is right, and any other is wrong', async () => {
    const { checkPassword, logged } = directory(settings());
    expect(await checkPassword('ada', password)).toBe('right');
    expect(await checkPassword('ada', 'another one entirely')).toBe('wrong');
    expect(await checkPassword('ada', `${password} `)).toBe('wrong');
    expect(await checkPassword('nobody', password)).toBe('wrong');
    expect(logged).toEqual([]);
  });

  test('an empty password is wrong, though the directory itself would let it pass', async () => {
    const { checkPassword } = directory(settings());
    expect(await checkPassword('ada', '')).toBe('wrong');
    expect(await checkPassword('', password)).toBe('wrong');
  });

  test('a username is nothing but a username, whatever it holds', async () => {
    const { checkPassword, logged } = directory(settings());
    for (const attack of [
      '*',
      'a*',
      'ada)(uid=*',
      '*)(uid=*',
      '*))(|(uid=*',
      'ada,ou=people,dc=example,dc=org',
      'ada\u0000',
      'x)(|(uid=ada',
      'ada+cn=ada',
      '\\61da',
    ]) {
      expect([attack, await checkPassword(attack, password)]).toEqual([attack, 'wrong']);
    }
    expect(logged).toEqual([]);
  });

  test('people with every awkward character in their username get in by their own password only', async () => {
    const { checkPassword } = directory(settings());
    for (const uid of awkward) {
      expect([uid, await checkPassword(uid, `password of ${uid}`)]).toEqual([uid, 'right']);
      expect([uid, await checkPassword(uid, password)]).toEqual([uid, 'wrong']);
    }
  });

  test('a directory that is down is no wrong password, and answers again once it is back', async () => {
    const { checkPassword, logged } = directory(settings());
    await server.stop();
    expect(await checkPassword('ada', password)).toBe('unavailable');
    await server.start();
    expect(await checkPassword('ada', password)).toBe('right');
    expect(logged.join()).toContain('ECONNREFUSED');
    expect(logged.join()).not.toContain(password);
  });

  test.each(['ldaps', 'ldap'])('a directory that hangs by %s is given up in time', async (protocol) => {
    const { checkPassword, logged } = directory({
      ...settings(),
      LDAP_URL: protocol === 'ldaps' ? server.tlsUrl : server.url,
      LDAP_TIMEOUT_SECONDS: '1',
    });
    server.pause();
    try {
      expect(await checkPassword('ada', password)).toBe('unavailable');
    } finally {
      server.resume();
    }
    expect(logged.join()).toMatch(/no answer within 1 s|timeout|timed out/i);
    expect(await checkPassword('ada', password)).toBe('right');
  });
});

test('over ldap:// the connection is encrypted before anything is said', async () => {
  expect(await directory({ ...bySearch(), LDAP_URL: server.url }).checkPassword('ada', password)).toBe('right');
});

test('without StartTLS the directory is asked in the clear, where that was asked for', async () => {
  const settings = { ...byTemplate(), LDAP_URL: server.addressUrl, LDAP_STARTTLS: 'false' };
  expect(await directory(settings).checkPassword('ada', password)).toBe('right');
});

test('a server whose certificate is not for its name, or not from a known authority, gets no password', async () => {
  const { LDAP_BIND_DN_TEMPLATE } = byTemplate();
  const addressTls = server.tlsUrl.replace('localhost', '127.0.0.1');
  for (const LDAP_URL of [server.addressUrl, addressTls]) {
    const stranger = directory({ LDAP_BIND_DN_TEMPLATE, LDAP_URL });
    expect(await stranger.checkPassword('ada', password)).toBe('unavailable');
    expect(stranger.logged.join()).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  }
  for (const LDAP_URL of [server.url, server.tlsUrl]) {
    const unknown = directory({ LDAP_BIND_DN_TEMPLATE, LDAP_URL, LDAP_CA_FILE: '' });
    expect(await unknown.checkPassword('ada', password)).toBe('unavailable');
    expect(unknown.logged.join()).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED/);
  }
});

test('a service account that the directory does not take is no wrong password of the person', async () => {
  const { checkPassword, logged } = directory({ ...bySearch(), LDAP_BIND_PASSWORD: 'not this one' });
  expect(await checkPassword('ada', password)).toBe('unavailable');
  expect(logged.join()).toContain('InvalidCredentialsError');
  expect(logged.join()).not.toContain('not this one');
});

test('a search that anybody may not do, or below a place that is not there, is no wrong password', async () => {
  const { LDAP_URL, LDAP_SEARCH_BASE } = bySearch();
  expect(await directory({ LDAP_URL, LDAP_SEARCH_BASE }).checkPassword('ada', password)).toBe('unavailable');
  const elsewhere = { ...bySearch(), LDAP_SEARCH_BASE: 'ou=nowhere,dc=example,dc=org' };
  expect(await directory(elsewhere).checkPassword('ada', password)).toBe('unavailable');
});

test('where two entries answer to one username nobody gets in', async () => {
  const { checkPassword, logged } = directory({ ...bySearch(), LDAP_SEARCH_FILTER: '(mail={username})' });
  expect(await checkPassword('shared@example.org', password)).toBe('unavailable');
  expect(logged.join()).toContain('more than one entry');
});

test('a server that speaks something else is no wrong password', async () => {
  const nonsense: Server = createServer((socket) =>
    socket
      .on('error', () => undefined)
      .resume()
      .end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  );
  await new Promise<void>((done) => nonsense.listen(0, '127.0.0.1', done));
  const address = nonsense.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const settings = { ...byTemplate(), LDAP_URL: `ldap://127.0.0.1:${port}`, LDAP_STARTTLS: 'false' };
  expect(await directory(settings).checkPassword('ada', password)).toBe('unavailable');
  await new Promise((done) => nonsense.close(done));
});

test('a look at the directory says what is wrong with which setting, and never the password of the account', async () => {
  const conditionOf = async (settings: Parameters<typeof directory>[0]) => {
    const { condition, reason } = await directory(settings).examine();
    expect(reason === null).toBe(condition === 'answers');
    expect(reason ?? '').not.toContain('a wrong one of tests');
    return condition;
  };
  expect(await conditionOf({ ...bySearch(), LDAP_BIND_PASSWORD: 'a wrong one of tests' })).toBe('account_refused');
  expect(await conditionOf(byTemplate())).toBe('answers');
  expect(await conditionOf(bySearch())).toBe('answers');
  const nowhere = { LDAP_SEARCH_BASE: 'ou=nowhere,dc=example,dc=org' };
  expect(await conditionOf({ ...bySearch(), ...nowhere })).toBe('no_place');
  const noName = { LDAP_BIND_DN_TEMPLATE: 'no name {username}' };
  expect(await conditionOf({ ...byTemplate(), ...noName })).toBe('no_place');
  const otherName = server.addressUrl;
  expect(await conditionOf({ ...byTemplate(), LDAP_URL: otherName })).toBe('not_trusted');
  expect(await conditionOf({ ...byTemplate(), LDAP_URL: 'ldaps://localhost:9' })).toBe('unreachable');
  server.pause();
  try {
    expect(await conditionOf(bySearch())).toBe('late');
  } finally {
    server.resume();
  }
});
