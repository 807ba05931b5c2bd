import { existsSync, readFileSync } from 'node:fs';

/** How Usher asks a directory whether a password is right. */
export interface LdapConfig {
  readonly url: string;
  readonly startTls: boolean;
  /** Certificates to believe instead of the system's, as PEM. */
  readonly ca: string | null;
  /** For one sign-in in all. */
  readonly timeoutSeconds: number;
  readonly lookup:
    | { readonly by: 'template'; readonly template: string }
    | {
        readonly by: 'search';
        readonly base: string;
        readonly filter: string;
        /** Null: the directory is searched by anybody. */
        readonly bindDn: string | null;
        readonly bindPassword: string | null;
      };
}

interface LdapValues {
  readonly LDAP_URL?: string | undefined;
  readonly LDAP_STARTTLS?: 'true' | 'false' | undefined;
  readonly LDAP_CA_FILE?: string | undefined;
  readonly LDAP_BIND_DN_TEMPLATE?: string | undefined;
  readonly LDAP_SEARCH_BASE?: string | undefined;
  readonly LDAP_SEARCH_FILTER?: string | undefined;
  readonly LDAP_BIND_DN?: string | undefined;
  readonly LDAP_BIND_PASSWORD?: string | undefined;
  readonly LDAP_TIMEOUT_SECONDS: number;
}

/**
 * How the directory is asked, by settings that are right one by one; null where none is set up.
 * @param problems gets a line for whatever is wrong with them together
 */
export function ldapConfig(values: LdapValues, problems: string[]): LdapConfig | null {
  if (values.LDAP_URL === undefined) {
    const lonely = Object.keys(values).find(
      (name) => name.startsWith('LDAP_') && name !== 'LDAP_TIMEOUT_SECONDS' && values[name as keyof typeof values],
    );
    if (lonely !== undefined) problems.push(`LDAP_URL: expected beside ${lonely}, such as ldaps://ldap.example.com`);
    return null;
  }
  const template = values.LDAP_BIND_DN_TEMPLATE;
  const base = values.LDAP_SEARCH_BASE;
  if ((template === undefined) === (base === undefined)) {
    problems.push(
      'LDAP_BIND_DN_TEMPLATE: expected this or LDAP_SEARCH_BASE beside LDAP_URL, and not both; for example uid={username},ou=people,dc=example,dc=com',
    );
  }
  if (template !== undefined && (values.LDAP_SEARCH_FILTER ?? values.LDAP_BIND_DN) !== undefined) {
    problems.push(
      'LDAP_SEARCH_FILTER, LDAP_BIND_DN: expected beside LDAP_SEARCH_BASE only; a template needs no search',
    );
  }
  if ((values.LDAP_BIND_DN === undefined) !== (values.LDAP_BIND_PASSWORD === undefined)) {
    problems.push('LDAP_BIND_DN, LDAP_BIND_PASSWORD: expected both, or neither where anybody may search');
  }
  const isTls = values.LDAP_URL.startsWith('ldaps:');
  if (isTls && values.LDAP_STARTTLS === 'true') {
    problems.push(
      'LDAP_STARTTLS: expected with ldap:// only; a connection by ldaps:// is encrypted from its beginning',
    );
  }
  let ca: string | null = null;
  if (values.LDAP_CA_FILE !== undefined) {
    ca = existsSync(values.LDAP_CA_FILE) ? readFileSync(values.LDAP_CA_FILE, 'utf8') : '';
    if (!ca.includes('-----BEGIN CERTIFICATE-----')) {
      problems.push('LDAP_CA_FILE: expected the path of a file with certificates as PEM');
    }
  }
  return Object.freeze({
    url: values.LDAP_URL,
    startTls: !isTls && values.LDAP_STARTTLS !== 'false',
    ca,
    timeoutSeconds: values.LDAP_TIMEOUT_SECONDS,
    lookup: Object.freeze(
      template !== undefined
        ? { by: 'template' as const, template }
        : {
            by: 'search' as const,
            base: base ?? '',
            filter: values.LDAP_SEARCH_FILTER ?? '(uid={username})',
            bindDn: values.LDAP_BIND_DN ?? null,
            bindPassword: values.LDAP_BIND_PASSWORD ?? null,
          },
    ),
  });
}
