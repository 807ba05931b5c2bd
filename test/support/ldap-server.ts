import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, freePort, guarded } from './programs';

/** The tree that the server holds, and who may search it. */
export const ldapTree = {
  base: 'ou=people,dc=example,dc=org',
  template: 'uid={username},ou=people,dc=example,dc=org',
  serviceDn: 'cn=usher,dc=example,dc=org',
  servicePassword: 'the service account of tests',
} as const;

/** A person of the directory. */
export interface LdapPerson {
  readonly uid: string;
  readonly password: string;
  readonly mail?: string;
}

/** OpenLDAP of one test file, on 127.0.0.1 with data, settings and a certificate of its own. */
export interface LdapServer {
  /** `ldap://localhost:PORT`; StartTLS works. The certificate is for the name localhost alone. */
  readonly url: string;
  readonly tlsUrl: string;
  /** The same server, unencrypted, by a name that its certificate does not have. */
  readonly addressUrl: string;
  /** Path of the certificate of the authority that signed the server's. */
  readonly caFile: string;
  /** What makes Usher search it by the service account, over StartTLS, and wait for two seconds. */
  readonly settings: Readonly<Record<string, string>>;
  /** Ends the server; its data stay. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** The server hangs: connections are taken, nothing answers (SIGSTOP). */
  pause(): void;
  resume(): void;
  /** Ends the server and deletes its data. */
  remove(): Promise<void>;
}

function program(name: string): string {
  const path = findProgram(name);
  if (path === null) {
    throw new Error(
      `${name} is not installed, and these tests ask a real directory; install it with: apt-get install --no-install-recommends slapd openssl (no service need run)`,
    );
  }
  return path;
}

/** An authority of its own and a certificate for localhost. */
function makeCertificates(folder: string): { ca: string; certificate: string; key: string } {
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => execFileSync(program('openssl'), args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    ...['-keyout', file('ca.key'), '-out', file('ca.pem'), '-days', '2', '-subj', '/CN=Usher tests'],
  );
  openssl('req', ...newKey, ...['-keyout', file('server.key'), '-out', file('server.csr'), '-subj', '/CN=localhost']);
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost\n');
  openssl(
    ...['x509', '-req', '-in', file('server.csr'), '-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial'],
    ...['-out', file('server.pem'), '-days', '2', '-extfile', file('names')],
  );
  return { ca: file('ca.pem'), certificate: file('server.pem'), key: file('server.key') };
}

// Base64, so that no character of a name means anything to the file.
const line = (attribute: string, value: string) => `${attribute}:: ${Buffer.from(value).toString('base64')}`;
const escaped = (uid: string) =>
  [...Buffer.from(uid)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');

function tree(people: readonly LdapPerson[]): string {
  const entries = [
    ['dn: dc=example,dc=org', 'objectClass: dcObject', 'objectClass: organization', 'o: Example', 'dc: example'],
    ['dn: ou=people,dc=example,dc=org', 'objectClass: organizationalUnit', 'ou: people'],
    [
      `dn: ${ldapTree.serviceDn}`,
      'objectClass: organizationalRole',
      'objectClass: simpleSecurityObject',
      'cn: usher',
      line('userPassword', ldapTree.servicePassword),
    ],
    ...people.map(({ uid, password, mail }) => [
      line('dn', `uid=${escaped(uid)},${ldapTree.base}`),
      'objectClass: inetOrgPerson',
      line('uid', uid),
      line('cn', uid),
      line('sn', uid),
      line('userPassword', password),
      ...(mail === undefined ? [] : [line('mail', mail)]),
    ]),
  ];
  return entries.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });
}

/**
 * Loads these people into an empty directory and starts a server on it. Only the service account may search; a sign-in
 * without a password is taken for none and agreed to, as most directories do.
 * @throws Error with the server's own words when it does not come up within 20 seconds, or saying what is not installed
 */
export async function startLdapServer(people: readonly LdapPerson[]): Promise<LdapServer> {
  const slapd = program('slapd');
  const folder = mkdtempSync(join(tmpdir(), 'usher-ldap-'));
  const file = (name: string) => join(folder, name);
  mkdirSync(file('data'));
  const { ca, certificate, key } = makeCertificates(folder);
  const settings = [
    ...['core', 'cosine', 'inetorgperson'].map((schema) => `include /etc/ldap/schema/${schema}.schema`),
    'modulepath /usr/lib/ldap',
    'moduleload back_mdb',
    `pidfile ${file('pid')}`,
    `TLSCACertificateFile ${ca}`,
    `TLSCertificateFile ${certificate}`,
    `TLSCertificateKeyFile ${key}`,
    'allow bind_anon_cred',
    'database mdb',
    'suffix "dc=example,dc=org"',
    `directory ${file('data')}`,
    'maxsize 16777216',
    'dbnosync',
    'access to attrs=userPassword by anonymous auth by * none',
    `access to * by dn.exact="${ldapTree.serviceDn}" read by * none`,
  ];
  writeFileSync(file('slapd.conf'), `${settings.join('\n')}\n`);
  writeFileSync(file('people.ldif'), tree(people));
  execFileSync(program('slapadd'), ['-f', file('slapd.conf'), '-l', file('people.ldif')], { stdio: 'pipe' });
  const [port, tlsPort] = [await freePort(), await freePort()];
  let child: ChildProcess | null = null;

  async function start(): Promise<void> {
    const output = openSync(file('server.log'), 'a');
    const listen = `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`;
    const started = spawn(...guarded(slapd, ['-d', '0', '-f', file('slapd.conf'), '-h', listen]), {
      stdio: ['ignore', output, output],
    });
    child = started;
    for (const deadline = Date.now() + 20_000; ; ) {
      if (await answers(port)) return;
      if (started.exitCode !== null || Date.now() > deadline) {
        throw new Error(`slapd did not start:\n${readFileSync(file('server.log'), 'utf8').slice(-2000)}`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async function stop(): Promise<void> {
    const ending = child;
    child = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((done) => ending.once('exit', done));
    ending.kill('SIGCONT');
    ending.kill('SIGTERM');
    await ended;
  }

  await start();
  return {
    url: `ldap://localhost:${port}`,
    tlsUrl: `ldaps://localhost:${tlsPort}`,
    addressUrl: `ldap://127.0.0.1:${port}`,
    caFile: ca,
    settings: {
      LDAP_URL: `ldap://localhost:${port}`,
      LDAP_CA_FILE: ca,
      LDAP_SEARCH_BASE: ldapTree.base,
      LDAP_BIND_DN: ldapTree.serviceDn,
      LDAP_BIND_PASSWORD: ldapTree.servicePassword,
      LDAP_TIMEOUT_SECONDS: '2',
    },
    start,
    stop,
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
