import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { Client, ResultCodeError } from 'ldapts';
import type { Logger } from 'pino';
import type { LdapConfig } from '../../ldap-config';
import { createBoundedQueue } from '../../lib/bounded-queue';
import { second } from '../../lib/duration';
import { type ConnectionFault, connectionFault, type Examined, innermostWords } from '../connection-fault';
import { escapeForDn, escapeForFilter } from './escaping';

/** `unavailable`: the directory did not say whether the password is right; the log says why. */
export type LdapAnswer = 'right' | 'wrong' | 'unavailable';

/**
 * What came of a look at the directory with nobody's name. `answers`: people can be asked for. Else what stands in the
 * way: the connection; that it is not encrypted, or cannot be; the search account (LDAP_BIND_DN) refused; the place to
 * search (LDAP_SEARCH_BASE, or LDAP_BIND_DN_TEMPLATE) not there.
 */
export type LdapCondition =
  | 'answers'
  | ConnectionFault
  | 'not_encrypted'
  | 'no_start_tls'
  | 'account_refused'
  | 'no_place'
  | 'failed';

export interface LdapDirectory {
  /**
   * Whether the directory lets this person in by this password. A username cannot be more than a username, whatever it
   * holds. An empty password is wrong without being asked for, because a directory takes it for no sign-in at all and
   * agrees (RFC 4513, 5.1.2).
   */
  checkPassword(username: string, password: string): Promise<LdapAnswer>;
  /** Tries connection, encryption, and the search as the settings have it; signs nobody in. */
  examine(): Promise<Examined<LdapCondition>>;
}

// What a directory answers to a password that is not right: no such object (it may not exist any more), inappropriate
// authentication (it has no password), invalid credentials, constraint violation (locked by the directory itself).
const refusals: ReadonlySet<number> = new Set([32, 48, 49, 19]);

// Enough for a morning's rush; a directory that hangs is not asked by more than these.
const checks = createBoundedQueue(20, 200);

function placed(pattern: string, username: string): string {
  return pattern.replaceAll('{username}', () => username);
}

function tlsOptions(config: LdapConfig): ConnectionOptions {
  const host = new URL(config.url).hostname.replace(/^\[|\]$/g, '');
  return {
    // Named, because on a connection that is there already Node would compare the certificate with "localhost".
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(config.ca === null ? {} : { ca: config.ca }),
    minVersion: 'TLSv1.2',
  };
}

/** Binds by the account that searches. @throws AccountRefused where the directory does not let it in */
async function bindAccount(client: Client, name: string, password: string): Promise<void> {
  try {
    await client.bind(name, password);
  } catch (error) {
    // A name that is none is refused as well, by the code of a place that is none.
    const isRefusal = error instanceof ResultCodeError && (refusals.has(error.code) || placeFaults.has(error.code));
    throw isRefusal ? new AccountRefused(error.message, { cause: error }) : error;
  }
}

/** The name to bind by; null where the directory knows nobody by this username. */
async function nameToBind(client: Client, config: LdapConfig, username: string): Promise<string | null> {
  const { lookup } = config;
  if (lookup.by === 'template') return placed(lookup.template, escapeForDn(username));
  if (lookup.bindDn !== null) await bindAccount(client, lookup.bindDn, lookup.bindPassword ?? '');
  const { searchEntries } = await client.search(lookup.base, {
    scope: 'sub',
    filter: placed(lookup.filter, escapeForFilter(username)),
    // Names alone; two are enough to know that there is more than one.
    attributes: ['1.1'],
    sizeLimit: 2,
    timeLimit: config.timeoutSeconds,
  });
  if (searchEntries.length > 1) throw new Error('the directory knows more than one entry by this username');
  return searchEntries[0]?.dn ?? null;
}

async function ask(client: Client, config: LdapConfig, username: string, password: string): Promise<LdapAnswer> {
  const name = await nameToBind(client, config, username);
  if (name === null) return 'wrong';
  try {
    await client.bind(name, password);
    return 'right';
  } catch (error) {
    if (error instanceof ResultCodeError && refusals.has(error.code)) return 'wrong';
    throw error;
  }
}

// RFC 4511, 4.1.9: no such object, invalid DN syntax.
const placeFaults: ReadonlySet<number> = new Set([32, 34]);
// Stronger authentication required, confidentiality required.
const encryptionFaults: ReadonlySet<number> = new Set([8, 13]);
// Insufficient access rights; operations error, which Active Directory answers to whoever searches without an account.
const searchRefusals: ReadonlySet<number> = new Set([50, 1]);

/** The search account was not let in. */
class AccountRefused extends Error {}
/** The directory, or what answers there, has no StartTLS. */
class NoStartTls extends Error {}

/** Somebody whom no directory knows: it answers nevertheless. */
async function lookAround(client: Client, config: LdapConfig): Promise<LdapCondition> {
  const nobody = 'usher-connection-test';
  const { lookup } = config;
  if (lookup.by === 'search') {
    await nameToBind(client, config, nobody);
    return 'answers';
  }
  const answer = await ask(client, config, nobody, randomUUID());
  return answer === 'unavailable' ? 'failed' : 'answers';
}

function conditionOf(error: unknown): LdapCondition {
  if (error instanceof AccountRefused) return 'account_refused';
  if (error instanceof NoStartTls) return 'no_start_tls';
  if (error instanceof ResultCodeError) {
    const { code } = error;
    if (placeFaults.has(code)) return 'no_place';
    if (encryptionFaults.has(code)) return 'not_encrypted';
    return refusals.has(code) || searchRefusals.has(code) ? 'account_refused' : 'failed';
  }
  return connectionFault(error) ?? 'failed';
}

async function encrypt(client: Client, tls: ConnectionOptions): Promise<void> {
  try {
    await client.startTLS(tls);
  } catch (error) {
    throw error instanceof ResultCodeError ? new NoStartTls(error.message, { cause: error }) : error;
  }
}

async function inTime<Answer>(config: LdapConfig, question: (client: Client) => Promise<Answer>): Promise<Answer> {
  const milliseconds = config.timeoutSeconds * second;
  const tls = tlsOptions(config);
  const client = new Client({
    url: config.url,
    timeout: milliseconds,
    connectTimeout: milliseconds,
    ...(config.url.startsWith('ldaps:') ? { tlsOptions: tls } : {}),
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${config.timeoutSeconds} s`)), milliseconds);
  });
  const work = async () => {
    if (config.startTls) await encrypt(client, tls);
    return question(client);
  };
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
    // startTLS leaves its connection here; one that hangs in the middle of it ends by nothing else.
    const ended = client.unbind().catch(() => undefined);
    await Promise.race([ended, new Promise((done) => setTimeout(done, 0.2 * second))]);
    tls.socket?.destroy();
  }
}

/** The directory that the settings name. It opens a connection for each question, none for anything else. */
export function createLdapDirectory(config: LdapConfig, log: Logger): LdapDirectory {
  return {
    async checkPassword(username, password) {
      if (username === '' || password === '') return 'wrong';
      try {
        const done = await checks.run(() => inTime(config, (client) => ask(client, config, username, password)));
        if (done !== null) return done.result;
        log.error('LDAP: too many sign-ins wait for the directory');
      } catch (error) {
        log.error({ err: error }, 'LDAP: the directory did not answer the question');
      }
      return 'unavailable';
    },

    async examine() {
      try {
        const done = await checks.run(() => inTime(config, (client) => lookAround(client, config)));
        if (done === null) return { condition: 'late', reason: 'too many sign-ins wait for the directory' };
        return { condition: done.result, reason: null };
      } catch (error) {
        return { condition: conditionOf(error), reason: innermostWords(error) };
      }
    },
  };
}
