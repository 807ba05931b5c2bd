/** How Usher asks an OpenID provider who somebody is. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The claim that holds the SSO username. */
  readonly usernameClaim: string;
  readonly scope: string;
}

interface OidcValues {
  readonly OIDC_ISSUER?: string | undefined;
  readonly OIDC_CLIENT_ID?: string | undefined;
  readonly OIDC_CLIENT_SECRET?: string | undefined;
  readonly OIDC_USERNAME_CLAIM?: string | undefined;
  readonly OIDC_SCOPE?: string | undefined;
}

const compulsory = ['OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET'] as const;
const optional = ['OIDC_USERNAME_CLAIM', 'OIDC_SCOPE'] as const;

/** Whether a host's name is that of the machine itself, whose traffic nobody else hears. */
export function isLoopback(url: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}

/**
 * How the provider is asked, by settings that are right one by one; null where none is set up.
 * @param problems gets a line for whatever is wrong with them together
 */
export function oidcConfig(values: OidcValues, problems: string[]): OidcConfig | null {
  const given = [...compulsory, ...optional].find((name) => values[name] !== undefined);
  if (given === undefined) return null;
  const missing = compulsory.filter((name) => values[name] === undefined);
  if (missing.length > 0) {
    problems.push(
      `${missing.join(', ')}: expected beside ${given}; sign-in by SSO needs ${compulsory.join(', ')}, all as your provider shows them`,
    );
  }
  const { OIDC_ISSUER: issuer = '', OIDC_CLIENT_ID: clientId = '', OIDC_CLIENT_SECRET: clientSecret = '' } = values;
  if (issuer.startsWith('http:') && !isLoopback(new URL(issuer))) {
    problems.push('OIDC_ISSUER: expected https://; http:// is only for a provider on this very machine');
  }
  return Object.freeze({
    issuer,
    clientId,
    clientSecret,
    usernameClaim: values.OIDC_USERNAME_CLAIM ?? 'preferred_username',
    scope: values.OIDC_SCOPE ?? 'openid profile',
  });
}
