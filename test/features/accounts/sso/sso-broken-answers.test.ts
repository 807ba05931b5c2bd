import { forEachDatabase } from '../../../support/databases';
import type { Visitor } from '../../../support/pages';
import { type ScriptedIssuer, startScriptedIssuer } from '../../../support/scripted-issuer';
import { headingOf, type SsoScene, ssoScene } from './sso-scene';

const refused = [403, 'We could not be sure who you are'];
const stale = [410, 'Please sign in again'];
const declined = [403, 'You are not signed in'];
const unavailable = [503, 'SSO does not answer'];
const nameless = [403, 'We were not told your name'];
const nobody = [403, 'You have no account here'];
const signedIn = [303, ''];

/** What the provider says in one sign-in. */
interface Script {
  /** Claims beside or instead of those that are right; undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly signedBy?: 'own_key' | 'other_key' | 'client_secret' | 'nothing';
  readonly withoutToken?: true;
  readonly token?: ScriptedIssuer['instead']['token'];
  readonly userinfo?: ScriptedIssuer['instead']['userinfo'];
  /** Parameters of the way back beside or instead of `code` and `state`; undefined leaves one out. */
  readonly back?: Readonly<Record<string, string | undefined>>;
}

let issuer: ScriptedIssuer;
beforeAll(async () => {
  issuer = await startScriptedIssuer();
});
afterAll(() => issuer?.stop());

const aWhileAgo = () => Math.floor(Date.now() / 1000) - 3600;

forEachDatabase((database) => {
  let scene: SsoScene;
  beforeEach(async () => {
    scene = await ssoScene(database, issuer.settings);
  });
  afterEach(() => scene.usher.stop());

  async function play(script: Script, visitor: Visitor = scene.visitor()) {
    const url = await scene.begin(visitor);
    const claims = { ...issuer.rightClaims(url), preferred_username: 'Grace.H', ...script.claims };
    issuer.tokenAnswer(script.withoutToken ? undefined : issuer.signed(claims, script.signedBy));
    issuer.instead.token = script.token ?? null;
    issuer.instead.userinfo = script.userinfo ?? null;
    const state = new URL(url).searchParams.get('state') ?? '';
    const back = Object.entries({ code: 'the-code', state, ...script.back }).filter(([, value]) => value !== undefined);
    const way = `/sign-in/sso/callback?${new URLSearchParams(back as [string, string][])}`;
    return { answer: await scene.comeBack(visitor, way), visitor, way };
  }

  /** Plays each script in a browser of its own; what came of it by its name, and that nobody was signed in by a bad one. */
  async function outcomesOf(scripts: Readonly<Record<string, Script>>): Promise<Record<string, unknown>> {
    const outcomes: Record<string, unknown> = {};
    for (const [name, script] of Object.entries(scripts)) {
      const { answer, visitor } = await play(script);
      outcomes[name] = [answer.status, headingOf(answer)];
      if (answer.status !== 303) {
        expect([name, [...visitor.cookies.keys()].filter((cookie) => cookie === 'usher_session')]).toEqual([name, []]);
        expect([name, await scene.openSessions()]).toEqual([name, []]);
      }
    }
    return outcomes;
  }

  test('a token that does not hold up signs nobody in, and one that does signs in', async () => {
    expect(
      await outcomesOf({
        'the nonce of another sign-in': { claims: { nonce: 'another' } },
        'no nonce': { claims: { nonce: undefined } },
        'for another client': { claims: { aud: 'another' } },
        'by another issuer': { claims: { iss: 'https://evil.example' } },
        expired: { claims: { iat: aWhileAgo(), exp: aWhileAgo() + 60 } },
        'never expiring': { claims: { exp: undefined } },
        'about nobody': { claims: { sub: undefined } },
        'signed by another key': { signedBy: 'other_key' },
        'signed by the secret that both know': { signedBy: 'client_secret' },
        'not signed': { signedBy: 'nothing' },
        'no token': { withoutToken: true },
        'the user info of somebody else': {
          claims: { preferred_username: undefined },
          userinfo: { body: { sub: 'person-2', preferred_username: 'Grace.H' } },
        },
        'a token that holds up': {},
      }),
    ).toEqual({
      'the nonce of another sign-in': refused,
      'no nonce': refused,
      'for another client': refused,
      'by another issuer': refused,
      expired: refused,
      'never expiring': refused,
      'about nobody': refused,
      'signed by another key': refused,
      'signed by the secret that both know': refused,
      'not signed': refused,
      'no token': refused,
      'the user info of somebody else': refused,
      'a token that holds up': signedIn,
    });
  });

  test('a way back that nobody began, or that tells of an error, signs nobody in', async () => {
    expect(
      await outcomesOf({
        'another state': { back: { state: 'x'.repeat(43) } },
        'no state': { back: { state: undefined } },
        'a state that is no state': { back: { state: '__proto__' } },
        'no code': { back: { code: undefined } },
        'another issuer': { back: { iss: 'https://evil.example' } },
        cancelled: { back: { code: undefined, error: 'access_denied', error_description: '<script>' } },
        'an error of the provider': { back: { code: undefined, error: 'server_error' } },
        'an error of ours': { back: { code: undefined, error: 'invalid_scope' } },
        'an error and a code': { back: { error: 'access_denied' } },
        'nothing wrong': {},
      }),
    ).toEqual({
      'another state': stale,
      'no state': stale,
      'a state that is no state': stale,
      'no code': refused,
      'another issuer': refused,
      cancelled: declined,
      'an error of the provider': unavailable,
      'an error of ours': refused,
      'an error and a code': declined,
      'nothing wrong': signedIn,
    });
  });

  test('a username is text that somebody has here, and nothing that looks like it', async () => {
    expect(
      await outcomesOf({
        missing: { claims: { preferred_username: undefined } },
        empty: { claims: { preferred_username: ' ' } },
        'a number': { claims: { preferred_username: 7 } },
        'several names': { claims: { preferred_username: ['Grace.H'] } },
        'an object': { claims: { preferred_username: { $ne: null } } },
        'her e-mail address': { claims: { preferred_username: 'grace@example.com' } },
        'an invisible character in it': { claims: { preferred_username: 'Grace\u200b.H' } },
        'a blank behind it': { claims: { preferred_username: 'Grace.H ' } },
        '10,000 characters': { claims: { preferred_username: 'Grace.H'.padEnd(10_000, 'x') } },
        'a wildcard': { claims: { preferred_username: 'Grace%' } },
        'in capitals': { claims: { preferred_username: 'GRACE.H' } },
      }),
    ).toEqual({
      missing: nameless,
      empty: nameless,
      'a number': nameless,
      'several names': nameless,
      'an object': nameless,
      'her e-mail address': nobody,
      'an invisible character in it': nobody,
      'a blank behind it': nobody,
      '10,000 characters': nobody,
      'a wildcard': nobody,
      'in capitals': signedIn,
    });
  });

  test('a name of any length and content is told shortened and as text', async () => {
    const { answer } = await play({ claims: { preferred_username: `<b>${'x'.repeat(10_000)}` } });
    expect(answer.body).toContain('“&lt;b>xxx');
    expect(answer.body).not.toContain('x'.repeat(101));
  });

  test('while the provider is broken nobody is signed in, and the same way back works once it is mended', async () => {
    expect(
      await outcomesOf({
        overloaded: { token: { status: 503, body: {} } },
        'a page instead of a token': { token: { contentType: 'text/html', body: '<h1>Down for maintenance</h1>' } },
        'our secret is not right': { token: { status: 401, body: { error: 'invalid_client' } } },
        'user info fails': {
          claims: { preferred_username: undefined },
          userinfo: { status: 500, body: {} },
        },
      }),
    ).toEqual({
      overloaded: unavailable,
      'a page instead of a token': unavailable,
      'our secret is not right': unavailable,
      'user info fails': unavailable,
    });
    const { answer, visitor, way } = await play({ token: { status: 503, body: {} } });
    expect(answer.headers.get('retry-after')).toBe('60');
    issuer.instead.token = null;
    expect((await scene.comeBack(visitor, way)).status).toBe(303);
    expect(await scene.openSessions()).toEqual([{ user_id: scene.userId }]);
  });

  test('while the provider cannot be found nobody is led away; once it can, it is asked again, and only then remembered', async () => {
    const path = '/.well-known/openid-configuration';
    const before = issuer.asked[path] ?? 0;
    for (const configuration of [
      { status: 500, body: {} },
      { contentType: 'text/html', body: 'no' },
      { body: { issuer: 'https://evil.example', authorization_endpoint: 'https://evil.example/' } },
    ]) {
      issuer.instead.configuration = configuration;
      const answer = await scene.visitor().get('/sign-in/sso');
      expect([answer.status, headingOf(answer), answer.headers.get('set-cookie')]).toEqual([...unavailable, null]);
    }
    issuer.instead.configuration = null;
    await Promise.all([scene.begin(scene.visitor()), scene.begin(scene.visitor())]);
    expect([(await play({})).answer.status, (issuer.asked[path] ?? 0) - before]).toEqual([303, 4]);
    scene.usher.clock.advance(2 * 3600 * 1000);
    await scene.begin(scene.visitor());
    expect((issuer.asked[path] ?? 0) - before).toBe(5);
  });

  test('neither a code nor a token nor a secret is written into the log, and what failed is', async () => {
    const { way } = await play({ signedBy: 'other_key' });
    await play({ token: { status: 400, body: { error: 'invalid_grant', error_description: 'code used before' } } });
    await play({});
    const log = scene.usher.logText();
    for (const secret of ['the-code', 'an access token', issuer.settings.OIDC_CLIENT_SECRET ?? '', 'eyJ']) {
      expect(log).not.toContain(secret);
    }
    expect(log).not.toContain(new URLSearchParams(way.split('?')[1]).get('state'));
    expect(log).toContain('SSO: nobody was signed in');
    expect(log).toContain('invalid_grant: code used before');
  });

  // Waiting is the same on any database.
  if (database.dialect !== 'SQLite') return;
  test('a provider that says nothing is waited for a few seconds, and nobody is signed in', async () => {
    issuer.instead.configuration = { isSilent: true, body: '' };
    const answer = await scene.visitor().get('/sign-in/sso');
    issuer.instead.configuration = null;
    expect([answer.status, headingOf(answer)]).toEqual(unavailable);
    expect(await outcomesOf({ silent: { token: { isSilent: true, body: '' } } })).toEqual({ silent: unavailable });
  });
});
