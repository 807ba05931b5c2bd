import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { config as readDotenv } from 'dotenv';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { type LdapConfig, ldapConfig } from './ldap-config';
import { emailProblem } from './lib/email';
import { type OidcConfig, oidcConfig } from './oidc-config';

/** A setting that is wrong, said so that the operator can put it right. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      `Usher cannot start: ${problems.length === 1 ? 'a setting is wrong' : 'some settings are wrong'}.\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
    this.name = 'ConfigError';
  }
}

const list = z
  .string()
  .optional()
  .transform((value) => (value ?? '').split(/[\s,;]+/).filter((item) => item !== ''));
const url = (protocols: readonly string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    error: `expected a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
  });
const isServerOnly = (value: string) =>
  !URL.canParse(value) || (/^\/?$/.test(new URL(value).pathname) && new URL(value).search === '');
const withUsername = z.string().refine((value) => value.includes('{username}'), 'expected {username} in it');

const environment = z.object({
  PORT: z.coerce.number({ error: 'expected a port number, 0–65535' }).int().min(0).max(65_535).default(3000),
  HOST: z.string().optional(),
  PUBLIC_URL: url(['http:', 'https:'])
    .refine(
      (value) => new URL(value).pathname === '/' && new URL(value).search === '',
      'expected no path behind the host',
    )
    .optional(),
  APP_SECRET: z.string().min(32, 'expected at least 32 characters, for example from: openssl rand -hex 32').optional(),
  DATABASE_URL: z
    .string()
    .refine(
      (value) =>
        value.startsWith('sqlite:') || (URL.canParse(value) && /^(mysql|mariadb):$/.test(new URL(value).protocol)),
      {
        error: 'expected sqlite:PATH or mysql://USER:PASSWORD@HOST:PORT/DATABASE',
      },
    )
    .default('sqlite:data/usher.sqlite'),
  SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  MAIL_FROM: z
    .string()
    .regex(/@[^\s<>@]+>?\s*$/, 'expected an address, for example: Usher <usher@example.com>')
    .default('Usher <usher@localhost>'),
  ADMIN_EMAILS: list.refine(
    (emails) => emails.every((email) => emailProblem(email) === null),
    'expected e-mail addresses, parted by commas',
  ),
  SEATS: z.coerce.number({ error: 'expected a whole number from 1' }).int().min(1).max(1_000_000).default(5),
  SLACK_BOT_TOKEN: z
    .string()
    .regex(/^xoxb-/, 'expected a bot token, which begins with xoxb-')
    .optional(),
  SLACK_APP_TOKEN: z
    .string()
    .regex(/^xapp-/, 'expected an app-level token, which begins with xapp-')
    .optional(),
  SLACK_SIGNING_SECRET: z
    .string()
    .min(8, 'expected the signing secret from the app’s Basic Information page')
    .optional(),
  SLACK_API_URL: url(['http:', 'https:']).optional(),
  SLACK_IMPORT_CHANNELS: list.refine(
    (ids) => ids.every((id) => /^[CG][A-Z0-9]+$/.test(id)),
    'expected channel ids such as C0123ABCD, parted by commas',
  ),
  SLACK_ADMIN_CHANNEL: z
    .string()
    .regex(/^[CG][A-Z0-9]+$/, 'expected a channel id such as C0123ABCD')
    .optional(),
  PLATFORM_API_KEYS: list.refine(
    (keys) => keys.every((key) => key.length >= 32),
    'expected keys of at least 32 characters, parted by commas, for example each from: openssl rand -hex 32',
  ),
  PASSWORD_MEMORY_KIB: z.coerce
    .number({ error: 'expected KiB of memory for one password’s hash, 7168–1048576' })
    .int()
    .min(7168)
    .max(1_048_576)
    .default(19_456),
  PASSWORD_PASSES: z.coerce.number({ error: 'expected a whole number from 1 to 20' }).int().min(1).max(20).default(2),
  LDAP_URL: url(['ldap:', 'ldaps:']).refine(isServerOnly, 'expected no path behind the host').optional(),
  LDAP_STARTTLS: z.enum(['true', 'false'], { error: 'expected true or false' }).optional(),
  LDAP_CA_FILE: z.string().optional(),
  LDAP_BIND_DN_TEMPLATE: withUsername.optional(),
  LDAP_SEARCH_BASE: z.string().optional(),
  LDAP_SEARCH_FILTER: withUsername
    .refine(
      (filter) => filter.startsWith('(') && filter.endsWith(')'),
      'expected a filter in parentheses, such as (uid={username})',
    )
    .optional(),
  LDAP_BIND_DN: z.string().optional(),
  LDAP_BIND_PASSWORD: z.string().optional(),
  LDAP_TIMEOUT_SECONDS: z.coerce
    .number({ error: 'expected seconds, a whole number from 1 to 30' })
    .int()
    .min(1)
    .max(30)
    .default(5),
  OIDC_ISSUER: url(['https:', 'http:'])
    .refine((value) => !URL.canParse(value) || (new URL(value).search === '' && new URL(value).hash === ''), {
      error: 'expected nothing behind the path',
    })
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_USERNAME_CLAIM: z
    .string()
    .regex(/^\S{1,100}$/, 'expected the name of a claim, such as preferred_username')
    .optional(),
  OIDC_SCOPE: z
    .string()
    .refine((scope) => scope.split(' ').includes('openid'), 'expected scopes with blanks between, openid among them')
    .optional(),
  TRUSTED_PROXIES: list,
  TIME_ZONE: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), 'expected a time zone such as Europe/Berlin')
    .default('UTC'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** How Usher reaches Slack. */
export interface SlackConfig {
  readonly botToken: string;
  /** Set for Socket Mode. */
  readonly appToken: string | null;
  /** Set for signed HTTP at `/slack/events`. */
  readonly signingSecret: string | null;
  /** Base of the Web API, ending in a slash; null for Slack's own. */
  readonly apiUrl: string | null;
  readonly importChannels: readonly string[];
  readonly adminChannel: string | null;
}

/** Everything that can be set, checked and frozen. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Without a slash at the end. */
  readonly publicUrl: string;
  readonly appSecret: string;
  readonly databaseUrl: string;
  readonly smtpUrl: string | null;
  readonly mailFrom: string;
  readonly adminEmails: readonly string[];
  /** Seats of a new site; an existing site keeps the number in its database. */
  readonly seats: number;
  /** Null: nothing is configured, so the local workspace stands in for Slack. */
  readonly slack: SlackConfig | null;
  /** Keys of the platform that stands behind this site; several, so that one can be changed for another. */
  readonly platformApiKeys: readonly string[];
  /** What hashing one password costs. */
  readonly passwordCost: { readonly memoryKib: number; readonly passes: number };
  /** Null: no directory is set up. */
  readonly ldap: LdapConfig | null;
  /** Null: no provider is set up. */
  readonly oidc: OidcConfig | null;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly timeZone: string;
  readonly logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
}

/** OWASP's password storage cheat sheet lists pairs of memory and passes that are as good as each other; the least product of them. */
const leastHashing = 7168 * 5;

/**
 * Checks settings and freezes them.
 * @param input names and values as in the environment; unknown names are left alone, empty values count as not set
 * @throws ConfigError with one line for each wrong setting: its name and what is expected
 */
export function loadConfig(input: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  }
  const values = parsed.data;
  const problems: string[] = [];
  const local = values.SLACK_BOT_TOKEN === undefined;
  if (local && (values.SLACK_APP_TOKEN || values.SLACK_SIGNING_SECRET)) {
    problems.push('SLACK_BOT_TOKEN: expected beside SLACK_APP_TOKEN or SLACK_SIGNING_SECRET; it begins with xoxb-');
  }
  if (!local && !values.SLACK_APP_TOKEN && !values.SLACK_SIGNING_SECRET) {
    problems.push(
      'SLACK_APP_TOKEN: expected for Socket Mode (or SLACK_SIGNING_SECRET for HTTP) beside SLACK_BOT_TOKEN',
    );
  }
  if (local && values.HOST !== undefined && values.HOST !== '127.0.0.1') {
    problems.push(
      'HOST: expected 127.0.0.1, because the local workspace signs anybody in; set the Slack tokens to listen elsewhere',
    );
  }
  if (!local && values.APP_SECRET === undefined) {
    problems.push('APP_SECRET: expected at least 32 characters, for example from: openssl rand -hex 32');
  }
  if (!local && values.PUBLIC_URL === undefined) {
    problems.push(
      'PUBLIC_URL: expected the address under which people reach Usher’s pages, such as https://usher.example.com',
    );
  }
  if (!local && values.SMTP_URL === undefined) {
    problems.push('SMTP_URL: expected the mail server for invitations, such as smtps://user:password@mail.example.com');
  }
  if (values.PASSWORD_MEMORY_KIB * values.PASSWORD_PASSES < leastHashing) {
    problems.push(
      `PASSWORD_PASSES: expected so many that with PASSWORD_MEMORY_KIB they make ${leastHashing} at least, such as 5 with 7168 or 2 with 19456`,
    );
  }
  const ldap = ldapConfig(values, problems);
  const oidc = oidcConfig(values, problems);
  if (problems.length > 0) throw new ConfigError(problems);
  const slack: SlackConfig | null =
    values.SLACK_BOT_TOKEN === undefined
      ? null
      : Object.freeze({
          botToken: values.SLACK_BOT_TOKEN,
          appToken: values.SLACK_APP_TOKEN ?? null,
          signingSecret: values.SLACK_SIGNING_SECRET ?? null,
          apiUrl: values.SLACK_API_URL ? values.SLACK_API_URL.replace(/\/*$/, '/') : null,
          importChannels: Object.freeze(values.SLACK_IMPORT_CHANNELS),
          adminChannel: values.SLACK_ADMIN_CHANNEL ?? null,
        });
  return Object.freeze({
    port: values.PORT,
    host: values.HOST ?? (local ? '127.0.0.1' : '0.0.0.0'),
    publicUrl: (values.PUBLIC_URL ?? `http://127.0.0.1:${values.PORT}`).replace(/\/+$/, ''),
    appSecret: values.APP_SECRET ?? '',
    databaseUrl: values.DATABASE_URL,
    smtpUrl: values.SMTP_URL ?? null,
    mailFrom: values.MAIL_FROM,
    adminEmails: Object.freeze(values.ADMIN_EMAILS),
    seats: values.SEATS,
    slack,
    platformApiKeys: Object.freeze(values.PLATFORM_API_KEYS),
    passwordCost: Object.freeze({ memoryKib: values.PASSWORD_MEMORY_KIB, passes: values.PASSWORD_PASSES }),
    ldap,
    oidc,
    trustedProxies: Object.freeze(values.TRUSTED_PROXIES),
    timeZone: values.TIME_ZONE,
    logLevel: values.LOG_LEVEL,
  });
}

/** The process' environment with what `.env` in the working directory adds to it. The only reader of process.env. */
export function readEnvironment(): Record<string, string | undefined> {
  readDotenv({ quiet: true });
  return { ...process.env };
}

/** The local workspace's secret: made once, readable by its owner only, kept beside the embedded database. */
export function localSecret(path: string): string {
  const file = resolve(path);
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dirname(file), { recursive: true });
  const secret = randomBytes(32).toString('hex');
  writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' });
  return secret;
}
