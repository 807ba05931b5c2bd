import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCommandLine, startCommand } from '../support/command-line';
import { type LdapServer, ldapTree, startLdapServer } from '../support/ldap-server';
import { startOidcServer } from '../support/oidc-server';
import { freePort } from '../support/programs';
import { type ScriptedIssuer, startScriptedIssuer } from '../support/scripted-issuer';

// Each look is a program that starts, which takes seconds where the machine is busy.
jest.setTimeout(120_000);

let folder: string;
let directory: LdapServer;
let issuer: ScriptedIssuer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'usher-doctor-'));
  directory = await startLdapServer([{ uid: 'grace', password: 'known to the directory' }]);
  issuer = await startScriptedIssuer();
  await buildCommandLine();
});
afterAll(async () => {
  await directory?.remove();
  await issuer?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the doctor says of sign-ins, line by line, on a site that has no database yet. */
async function linesOf(settings: Readonly<Record<string, string>>): Promise<string[]> {
  const end = await startCommand(
    ['doctor'],
    { DATABASE_URL: `sqlite:${join(folder, 'none.sqlite')}`, ...settings },
    folder,
  ).ended;
  expect(end).toMatchObject({ complained: '', code: 1 });
  for (const secret of Object.entries(settings).filter(([name]) => /PASSWORD|SECRET/.test(name)))
    expect(end.said).not.toContain(secret[1]);
  return end.said
    .trim()
    .split('\n')
    .filter((line) => !/database|mail|Slack|settings are complete/.test(line));
}

test('a site without LDAP and SSO is told that people sign in by a password', async () => {
  expect(await linesOf({})).toEqual(['✓ Neither LDAP nor SSO is set: people sign in by a password of Usher.']);
});

test('a directory and a provider that are as the settings expect are found well, with the address to register', async () => {
  const provider = await startOidcServer({});
  try {
    const host = new URL(directory.url).host;
    expect(await linesOf({ ...directory.settings, ...provider.settings })).toEqual([
      `✓ The directory ldap://${host} answers by StartTLS. It takes LDAP_BIND_DN and has ${ldapTree.base}.`,
      `✓ The provider ${provider.issuer} describes itself, by the name in OIDC_ISSUER.`,
      '✓ The provider has to know this address as redirect URI: http://usher.test/sign-in/sso/callback',
    ]);
  } finally {
    await provider.stop();
  }
  const { LDAP_CA_FILE = '', LDAP_TIMEOUT_SECONDS = '' } = directory.settings;
  const [line] = await linesOf({
    LDAP_URL: directory.tlsUrl,
    LDAP_BIND_DN_TEMPLATE: ldapTree.template,
    LDAP_CA_FILE,
    LDAP_TIMEOUT_SECONDS,
  });
  expect(line).toMatch(/^✓ The directory ldaps:\/\/localhost:\d+ answers by TLS\. Whether LDAP_BIND_DN_TEMPLATE leads/);
});

test.each([
  [
    'an account that is refused',
    { LDAP_BIND_PASSWORD: 'a wrong one' },
    /refuses the account that searches .*– check LDAP_BIND_DN and/,
  ],
  [
    'an account whose name is none',
    { LDAP_BIND_DN: 'nonsense' },
    /refuses the account that searches .*– check LDAP_BIND_DN and/,
  ],
  [
    'a base that is not there',
    { LDAP_SEARCH_BASE: 'ou=none,dc=example,dc=org' },
    /does not know the place .*– check LDAP_SEARCH_BASE/,
  ],
  [
    'a certificate of nobody known',
    { LDAP_CA_FILE: '' },
    /certificate is not believed \(.*certificate.*\)\. – check that LDAP_URL/,
  ],
  [
    'nobody at that address',
    { LDAP_URL: 'ldap://localhost:9' },
    /no connection to the directory \(.*ECONNREFUSED.*\)\. – check LDAP_URL/,
  ],
])(
  'a directory is ill with one thing, and that is said in one line with what to do: %s',
  async (_what, other, said) => {
    const lines = await linesOf({ ...directory.settings, ...other });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^✗ LDAP at ldap:\/\/localhost:\d+: /);
    expect(lines[0]).toMatch(said);
  },
);

test('a directory that hangs is given up after the seconds of its setting', async () => {
  directory.pause();
  try {
    expect((await linesOf(directory.settings))[0]).toMatch(
      /does not answer in time \(.+\)\. – check that it is up, or raise/,
    );
  } finally {
    directory.resume();
  }
});

test.each([
  [
    'calls itself otherwise',
    { body: { issuer: 'https://other.example.com' } },
    /calls itself otherwise .*– set OIDC_ISSUER to the “issuer”/,
  ],
  [
    'has no description',
    { status: 404, body: {} },
    /does not describe itself at OIDC_ISSUER .*– check it: with \/\.well-known/,
  ],
  ['says nothing', { isSilent: true, body: '' } as const, /does not answer in time .*– check that it is up/],
])('a provider that %s is told of, and the address to register all the same', async (_what, answer, said) => {
  issuer.instead.configuration = answer;
  try {
    const [ill, address] = await linesOf(issuer.settings);
    expect(ill).toMatch(/^✗ SSO at http:\/\/127\.0\.0\.1:\d+: the provider /);
    expect(ill).toMatch(said);
    expect(address).toContain('http://usher.test/sign-in/sso/callback');
  } finally {
    issuer.instead.configuration = null;
  }
});

test('a provider that nobody runs is told of with what the connection said', async () => {
  const settings = { ...issuer.settings, OIDC_ISSUER: `http://127.0.0.1:${await freePort()}` };
  expect((await linesOf(settings))[0]).toMatch(/no connection to the provider \(.+\)\. – check OIDC_ISSUER/);
});
