import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the issuer answers at one of its addresses. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly contentType?: string;
  readonly body: unknown;
  /** The connection stays open, and nothing is said. */
  readonly isSilent?: true;
}

/** An issuer that says whatever a test wants it to say, true or not. Its tokens are signed by its key unless told. */
export interface ScriptedIssuer {
  readonly issuer: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The claims of a token that is right, for the sign-in that was begun with this address. */
  rightClaims(url: string): Record<string, unknown>;
  /** A token with these claims. */
  signed(claims: object, by?: 'own_key' | 'other_key' | 'client_secret' | 'nothing'): string;
  /** What the token address says from now on. */
  tokenAnswer: (idToken: string | undefined) => void;
  /** What any of the addresses says from now on; null as it should be. */
  instead: { configuration: ScriptedAnswer | null; token: ScriptedAnswer | null; userinfo: ScriptedAnswer | null };
  /** How often each address was asked. */
  readonly asked: Record<string, number>;
  stop(): Promise<void>;
}

const client = { id: 'usher', secret: 'a secret between the two of them' };
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function token(claims: object, algorithm: string, signature: (text: string) => string): string {
  const text = `${encoded({ alg: algorithm, kid: 'key-1', typ: 'JWT' })}.${encoded(claims)}`;
  return `${text}.${signature(text)}`;
}
const byKey = (key: KeyObject) => (text: string) => sign('sha256', Buffer.from(text), key).toString('base64url');

/** Starts the issuer on 127.0.0.1; the caller stops it. */
export async function startScriptedIssuer(): Promise<ScriptedIssuer> {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const asked: Record<string, number> = {};
  const instead: ScriptedIssuer['instead'] = { configuration: null, token: null, userinfo: null };
  let idToken: string | undefined;

  const say = (response: ServerResponse, answer: ScriptedAnswer) => {
    const { status = 200, contentType = 'application/json', body, isSilent } = answer;
    if (isSilent) return;
    response.writeHead(status, { 'content-type': contentType });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    asked[path] = (asked[path] ?? 0) + 1;
    switch (path) {
      case '/.well-known/openid-configuration':
        return say(response, instead.configuration ?? { body: configuration });
      case '/keys':
        return say(response, {
          body: { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'key-1', use: 'sig', alg: 'RS256' }] },
        });
      case '/token':
        return say(
          response,
          instead.token ?? {
            body: { access_token: 'an access token', token_type: 'Bearer', expires_in: 60, id_token: idToken },
          },
        );
      case '/userinfo':
        return say(response, instead.userinfo ?? { body: { sub: 'person-1' } });
      default:
        return say(response, { status: 404, body: {} });
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const configuration = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    // A provider that says it would sign by anything is believed by its key only.
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  };

  return {
    issuer,
    settings: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: client.id, OIDC_CLIENT_SECRET: client.secret },
    asked,
    instead,
    rightClaims(url) {
      const now = Math.floor(Date.now() / 1000);
      const nonce = new URL(url).searchParams.get('nonce');
      return { iss: issuer, aud: client.id, sub: 'person-1', iat: now, exp: now + 300, nonce };
    },
    signed(claims, by = 'own_key') {
      switch (by) {
        case 'own_key':
          return token(claims, 'RS256', byKey(own.privateKey));
        case 'other_key':
          return token(claims, 'RS256', byKey(other.privateKey));
        case 'client_secret':
          return token(claims, 'HS256', (text) => createHmac('sha256', client.secret).update(text).digest('base64url'));
        case 'nothing':
          return token(claims, 'none', () => '');
      }
    },
    tokenAnswer(given) {
      idToken = given;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
