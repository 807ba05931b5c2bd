import { ConfigError, loadConfig } from '../src/config';

const problems = (input: Record<string, string>): string => {
  try {
    loadConfig(input);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
};
const slack = {
  SLACK_BOT_TOKEN: 'xoxb-1',
  SLACK_SIGNING_SECRET: 'abcdefgh',
  APP_SECRET: 'x'.repeat(32),
  PUBLIC_URL: 'https://usher.example.com/',
  SMTP_URL: 'smtp://127.0.0.1',
};
const ldap = { LDAP_URL: 'ldap://ldap.example.com', LDAP_BIND_DN_TEMPLATE: 'uid={username},dc=x' };
const oidc = { OIDC_ISSUER: 'https://id.example.com', OIDC_CLIENT_ID: 'usher', OIDC_CLIENT_SECRET: 'top' };
const search = { LDAP_URL: 'ldap://ldap.example.com', LDAP_SEARCH_BASE: 'dc=x' };

test('with nothing set the local workspace runs on the embedded database, on this machine only', () => {
  expect(loadConfig({})).toMatchObject({
    slack: null,
    host: '127.0.0.1',
    port: 3000,
    databaseUrl: 'sqlite:data/usher.sqlite',
    seats: 5,
  });
});

test('an empty value counts as not set', () => {
  expect(loadConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({
    port: 3000,
    databaseUrl: 'sqlite:data/usher.sqlite',
  });
});

test.each([
  [{ PORT: 'http' }, /PORT: expected a port number/],
  [{ DATABASE_URL: 'postgres://x/y' }, /DATABASE_URL: expected sqlite:PATH or mysql:/],
  [{ SEATS: '0' }, /SEATS/],
  [{ TIME_ZONE: 'Berlin' }, /TIME_ZONE: expected a time zone such as Europe\/Berlin/],
  [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
  [{ SLACK_BOT_TOKEN: 'token' }, /SLACK_BOT_TOKEN: expected a bot token/],
  [{ SLACK_APP_TOKEN: 'xapp-1' }, /SLACK_BOT_TOKEN: expected beside SLACK_APP_TOKEN/],
  [
    { SLACK_BOT_TOKEN: 'xoxb-1' },
    /SLACK_APP_TOKEN: expected for Socket Mode[\s\S]*APP_SECRET: expected[\s\S]*PUBLIC_URL: expected[\s\S]*SMTP_URL: expected/,
  ],
  [{ ADMIN_EMAILS: 'ada@example.com, nobody' }, /ADMIN_EMAILS: expected e-mail addresses/],
  [{ SLACK_IMPORT_CHANNELS: '#people' }, /SLACK_IMPORT_CHANNELS: expected channel ids such as C0123ABCD/],
  [{ PUBLIC_URL: 'https://x.example/usher?x=1' }, /PUBLIC_URL: expected no path behind the host/],
  [{ MAIL_FROM: 'abc' }, /MAIL_FROM: expected an address/],
  [{ PASSWORD_MEMORY_KIB: '7168' }, /PASSWORD_PASSES: expected so many that with PASSWORD_MEMORY_KIB they make 35840/],
  [{ PASSWORD_MEMORY_KIB: '2000', PASSWORD_PASSES: '20' }, /PASSWORD_MEMORY_KIB/],
  [{ LDAP_URL: 'https://ldap.example.com' }, /LDAP_URL: expected a URL that begins with ldap:\/\/ or ldaps:/],
  [{ LDAP_URL: 'ldap://ldap.example.com' }, /LDAP_BIND_DN_TEMPLATE: expected this or LDAP_SEARCH_BASE beside LDAP_URL/],
  [{ ...ldap, LDAP_SEARCH_BASE: 'dc=x' }, /LDAP_BIND_DN_TEMPLATE: expected this or LDAP_SEARCH_BASE .* not both/],
  [{ ...ldap, LDAP_BIND_DN_TEMPLATE: 'uid=%s,dc=x' }, /LDAP_BIND_DN_TEMPLATE: expected {username} in it/],
  [
    { ...ldap, LDAP_SEARCH_FILTER: '(uid={username})' },
    /LDAP_SEARCH_FILTER, LDAP_BIND_DN: expected beside LDAP_SEARCH/,
  ],
  [{ ...search, LDAP_SEARCH_FILTER: 'uid={username}' }, /LDAP_SEARCH_FILTER: expected a filter in parentheses/],
  [{ ...search, LDAP_BIND_DN: 'cn=usher' }, /LDAP_BIND_DN, LDAP_BIND_PASSWORD: expected both/],
  [{ ...ldap, LDAP_URL: 'ldaps://x', LDAP_STARTTLS: 'true' }, /LDAP_STARTTLS: expected with ldap:\/\/ only/],
  [{ ...ldap, LDAP_CA_FILE: '/nowhere/ca.pem' }, /LDAP_CA_FILE: expected the path of a file with certificates/],
  [{ ...ldap, LDAP_TIMEOUT_SECONDS: '60' }, /LDAP_TIMEOUT_SECONDS/],
  [{ LDAP_SEARCH_BASE: 'dc=x' }, /LDAP_URL: expected beside LDAP_SEARCH_BASE/],
  [{ OIDC_CLIENT_ID: 'usher' }, /OIDC_ISSUER, OIDC_CLIENT_SECRET: expected beside OIDC_CLIENT_ID/],
  [{ OIDC_SCOPE: 'openid' }, /OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET: expected beside OIDC_SCOPE/],
  [{ ...oidc, OIDC_ISSUER: 'id.example.com' }, /OIDC_ISSUER: expected a URL that begins with https:/],
  [{ ...oidc, OIDC_ISSUER: 'https://id.example.com/?x=1' }, /OIDC_ISSUER: expected nothing behind the path/],
  [{ ...oidc, OIDC_ISSUER: 'http://id.example.com' }, /OIDC_ISSUER: expected https:.* only for a provider on this/],
  [{ ...oidc, OIDC_ISSUER: 'http://127.0.0.1.evil.example' }, /OIDC_ISSUER: expected https:/],
  [{ ...oidc, OIDC_SCOPE: 'profile' }, /OIDC_SCOPE: expected scopes with blanks between, openid among them/],
  [{ ...oidc, OIDC_USERNAME_CLAIM: 'two words' }, /OIDC_USERNAME_CLAIM: expected the name of a claim/],
  [{ HOST: '0.0.0.0' }, /HOST: expected 127\.0\.0\.1, because the local workspace signs anybody in/],
])('a wrong setting is named with what is expected: %j', (input, sentence) => {
  expect(problems(input)).toMatch(sentence);
});

test('what is wrong is never quoted, for it may be a secret', () => {
  expect(problems({ ...slack, SLACK_BOT_TOKEN: 'my-secret-token', APP_SECRET: 'short-secret' })).not.toMatch(
    /my-secret|short-secret/,
  );
});

test('a directory is asked over an encrypted connection unless that is switched off', () => {
  expect(loadConfig({}).ldap).toBeNull();
  expect(loadConfig(ldap).ldap).toMatchObject({ startTls: true, timeoutSeconds: 5 });
  expect(loadConfig({ ...ldap, LDAP_URL: 'ldaps://ldap.example.com' }).ldap).toMatchObject({ startTls: false });
  expect(loadConfig({ ...search, LDAP_STARTTLS: 'false' }).ldap).toMatchObject({
    startTls: false,
    lookup: { by: 'search', filter: '(uid={username})', bindDn: null },
  });
});

test('a provider of SSO is asked for the usual name, and unencrypted on this machine only', () => {
  expect(loadConfig({}).oidc).toBeNull();
  expect(loadConfig(oidc).oidc).toMatchObject({ usernameClaim: 'preferred_username', scope: 'openid profile' });
  expect(loadConfig({ ...oidc, OIDC_ISSUER: 'http://[::1]:8080/realm' }).oidc).not.toBeNull();
});

test('settings are frozen, addresses and lists are tidied', () => {
  const config = loadConfig({ ...slack, ADMIN_EMAILS: 'a@x.org, b@x.org', SLACK_IMPORT_CHANNELS: 'C1 C2' });
  expect(config.publicUrl).toBe('https://usher.example.com');
  expect(config.host).toBe('0.0.0.0');
  expect(config.adminEmails).toEqual(['a@x.org', 'b@x.org']);
  expect(config.slack?.importChannels).toEqual(['C1', 'C2']);
  expect(Object.isFrozen(config)).toBe(true);
});
