import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { Logger } from 'pino';
import { createBoundedQueue } from '../../lib/bounded-queue';
import type { Clock } from '../../lib/clock';
import { addTime, hour } from '../../lib/duration';
import { isLoopback, type OidcConfig } from '../../oidc-config';
import { type ConnectionFault, connectionFault, type Examined, innermostWords } from '../connection-fault';

/** What only the browser that began a sign-in shows again at its end. */
export interface SignInSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/**
 * What came of a sign-in at the provider. `declined`: the person cancelled, or the provider does not let them in.
 * `refused`: the answer is none to believe. `nameless`: it is, and lacks the claim with the username. `unavailable`: the
 * provider did not say. The log says why.
 */
export type OidcAnswer =
  | { readonly kind: 'known'; readonly username: string }
  | { readonly kind: 'declined' | 'refused' | 'nameless' | 'unavailable' };

/**
 * What came of a look at the provider that signs nobody in. Else than `answers` it is what stands in the way: the
 * connection; that it does not describe itself at OIDC_ISSUER, or calls itself otherwise.
 */
export type OidcCondition = 'answers' | ConnectionFault | 'no_place' | 'other_issuer' | 'failed';

export interface OidcProvider {
  /**
   * Where to send a browser, and what it must bring back; null when the provider cannot be asked.
   * @param again the provider asks for a password even if it knows the person, who may want to be somebody else
   */
  begin(again: boolean): Promise<{ readonly url: string; readonly secrets: SignInSecrets } | null>;
  /** Who signed in. @param query what stood behind the `?` when the browser came back */
  finish(query: string, secrets: SignInSecrets): Promise<OidcAnswer>;
  /** Reads anew what the provider tells of itself; signs nobody in. */
  examine(): Promise<Examined<OidcCondition>>;
}

const secondsForARequest = 5;
// Clocks of two machines are never quite the same.
const secondsOfTolerance = 30;
// Endpoints move seldom; keys are read anew by themselves when one is unknown.
const configurationLife = hour;

// What speaks of a provider that is broken or overloaded, and not of the answer.
const faultsOfProvider: ReadonlySet<unknown> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);

/** RFC 6749, 2.3.1: every provider has to take the header; those that say that they do not get the form's fields. */
function authentication(secret: string): ClientAuth {
  const [byHeader, byForm] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported;
    const isByHeader = methods?.includes('client_secret_basic') ?? true;
    return (isByHeader ? byHeader : byForm)(server, ...rest);
  };
}

function discover(config: OidcConfig): Promise<Configuration> {
  const issuer = new URL(config.issuer);
  const isPlain = issuer.protocol === 'http:' && isLoopback(issuer);
  return discovery(
    issuer,
    config.clientId,
    { [clockTolerance]: secondsOfTolerance },
    authentication(config.clientSecret),
    {
      timeout: secondsForARequest,
      // Without it a signature is not looked at, because the token comes straight from the provider by TLS.
      execute: isPlain ? [allowInsecureRequests, enableNonRepudiationChecks] : [enableNonRepudiationChecks],
    },
  );
}

function meaningOf(error: unknown): Exclude<OidcAnswer['kind'], 'known' | 'nameless'> {
  if (error instanceof AuthorizationResponseError) {
    if (error.error === 'access_denied') return 'declined';
    return ['server_error', 'temporarily_unavailable'].includes(error.error) ? 'unavailable' : 'refused';
  }
  if (error instanceof ResponseBodyError) return error.error === 'invalid_grant' ? 'refused' : 'unavailable';
  return error instanceof ClientError && !faultsOfProvider.has(error.code) ? 'refused' : 'unavailable';
}

// What is answered at the address of the description is none.
const placeFaults: ReadonlySet<unknown> = new Set([
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
  'OAUTH_INVALID_RESPONSE',
]);

function conditionOf(error: unknown): OidcCondition {
  const { code } = error as { readonly code?: unknown };
  if (code === 'OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED') return 'other_issuer';
  return placeFaults.has(code) ? 'no_place' : (connectionFault(error) ?? 'failed');
}

/** The words of the provider beside those of the library; neither holds a token. */
function factsOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof AuthorizationResponseError || error instanceof ResponseBodyError)) return { err: error };
  return { err: error, said: `${error.error}: ${error.error_description ?? ''}`.slice(0, 500) };
}

/** An address that the provider did not verify may be anybody's: OpenID Connect Core 1.0, 5.1 and 5.7. */
function toldBy(claims: Readonly<Record<string, unknown>>, claim: string): unknown {
  return claim === 'email' && claims.email_verified === false ? undefined : claims[claim];
}

/**
 * The provider that the settings name, asked by the authorization code flow with PKCE. What it tells of itself is read at
 * the first sign-in and kept for an hour; when that fails, the next sign-in tries again.
 * @param callbackUrl where it sends browsers back to, as registered with it
 */
export function createOidcProvider(
  config: OidcConfig,
  { callbackUrl, clock, log }: { readonly callbackUrl: string; readonly clock: Clock; readonly log: Logger },
): OidcProvider {
  let known: { readonly configuration: Configuration; readonly until: Date } | null = null;
  let asking: Promise<Configuration> | null = null;
  const questions = createBoundedQueue(20, 200);

  async function read(): Promise<Configuration> {
    try {
      const configuration = await discover(config);
      known = { configuration, until: addTime(clock.now(), configurationLife) };
      return configuration;
    } finally {
      asking = null;
    }
  }

  async function configured(): Promise<Configuration> {
    if (known !== null && clock.now() < known.until) return known.configuration;
    asking ??= read();
    return asking;
  }

  async function claimed(query: string, secrets: SignInSecrets): Promise<unknown> {
    const configuration = await configured();
    const url = new URL(callbackUrl);
    url.search = query;
    const tokens = await authorizationCodeGrant(configuration, url, {
      expectedState: secrets.state,
      expectedNonce: secrets.nonce,
      pkceCodeVerifier: secrets.verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    const told = claims === undefined ? undefined : toldBy(claims, config.usernameClaim);
    if (told !== undefined || claims === undefined) return told;
    if (configuration.serverMetadata().userinfo_endpoint === undefined) return undefined;
    return toldBy(await fetchUserInfo(configuration, tokens.access_token, claims.sub), config.usernameClaim);
  }

  async function addressOf(secrets: SignInSecrets, again: boolean): Promise<URL> {
    return buildAuthorizationUrl(await configured(), {
      redirect_uri: callbackUrl,
      scope: config.scope,
      state: secrets.state,
      nonce: secrets.nonce,
      code_challenge: await calculatePKCECodeChallenge(secrets.verifier),
      code_challenge_method: 'S256',
      ...(again ? { prompt: 'login' } : {}),
    });
  }
  const newSecrets = () => ({ state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() });

  return {
    async begin(again) {
      const secrets = newSecrets();
      try {
        const url = await addressOf(secrets, again);
        return { url: url.href, secrets };
      } catch (error) {
        log.error(factsOf(error), 'SSO: the provider cannot be asked');
        return null;
      }
    },

    async finish(query, secrets) {
      try {
        const done = await questions.run(() => claimed(query, secrets));
        if (done === null) {
          log.error('SSO: too many sign-ins wait for the provider');
          return { kind: 'unavailable' };
        }
        const username = done.result;
        if (typeof username === 'string' && username.trim() !== '') return { kind: 'known', username };
        log.error({ claim: config.usernameClaim }, 'SSO: the provider does not tell this claim of somebody');
        return { kind: 'nameless' };
      } catch (error) {
        const kind = meaningOf(error);
        if (kind === 'unavailable') log.error(factsOf(error), 'SSO: the provider did not say who signed in');
        else log.warn({ ...factsOf(error), kind }, 'SSO: nobody was signed in');
        return { kind };
      }
    },

    async examine() {
      known = null;
      try {
        await addressOf(newSecrets(), false);
        return { condition: 'answers', reason: null };
      } catch (error) {
        return { condition: conditionOf(error), reason: innermostWords(error) };
      }
    },
  };
}
