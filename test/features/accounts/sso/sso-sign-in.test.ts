import type { Browser } from 'playwright-core';
import { storeSetting } from '../../../../src/features/settings/settings.service';
import { minute } from '../../../../src/lib/duration';
import { launchBrowser } from '../../../support/browser';
import { insertUser } from '../../../support/builders';
import { forEachDatabase } from '../../../support/databases';
import { type OidcServer, startOidcServer } from '../../../support/oidc-server';
import { hiddenFields, type Visitor } from '../../../support/pages';
import { headingOf, type SsoScene, ssoScene } from './sso-scene';

let server: OidcServer;
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  server = await startOidcServer({
    grace: { preferred_username: 'Grace.H', email: 'grace@example.com' },
    address: { preferred_username: 'grace@example.com' },
    nobody: { preferred_username: 'linus' },
    nameless: {},
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

forEachDatabase((database) => {
  let scene: SsoScene;
  afterEach(() => scene.usher.stop());

  const signIn = async (visitor: Visitor, login: string, path?: string) =>
    scene.comeBack(visitor, await server.signIn(await scene.begin(visitor, path), login));
  const outcome = async (login: string) => {
    const answer = await signIn(scene.visitor(), login);
    return [answer.status, headingOf(answer)];
  };
  const pendingOf = ({ cookies }: Visitor) =>
    [...cookies].filter(([name, value]) => name.startsWith('usher_sso_') && value !== '').length;

  test('somebody signs in at the provider and arrives where they wanted to go, as themselves', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    const answer = await signIn(visitor, 'grace', '/sign-in/sso?return_to=%2Faccount%3Fx%3D1');
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account?x=1']);
    expect(await scene.openSessions()).toEqual([{ user_id: scene.userId }]);
    expect((await visitor.get('/account')).body).toContain('grace@example.com');
    expect(pendingOf(visitor)).toBe(0);
    expect((await database.db('users').where({ id: scene.userId }).first()).last_login_at).not.toBeNull();
  });

  test('in a real browser somebody presses “Sign in with SSO”, signs in at the provider, and arrives at their account', async () => {
    scene = await ssoScene(database, server.settings);
    const context = await browser.newContext();
    // The provider's page asks for a font from elsewhere.
    await context.route(/googleapis/, (route) => route.abort());
    const page = await context.newPage();
    await page.goto(`${scene.usher.origin}/account`);
    await page.getByRole('link', { name: 'Sign in with SSO' }).click();
    await page.waitForURL(new RegExp(`^${server.issuer}/`));
    await page.getByPlaceholder('Enter any login').fill('grace');
    await page.getByPlaceholder('and password').fill('any');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.waitForURL(`${scene.usher.origin}/account`);
    expect(await page.textContent('main')).toContain('grace@example.com');
    // The way back through the history leads to no error.
    await page.goBack();
    await page.goForward();
    expect(await page.textContent('main')).toContain('grace@example.com');
    await context.close();
  });

  test('nobody is made of a stranger, nobody is found by their e-mail address, and each is told why', async () => {
    scene = await ssoScene(database, server.settings);
    const before = await database.db('users').select('id');
    const answer = await signIn(scene.visitor(), 'nobody');
    expect([answer.status, headingOf(answer)]).toEqual([403, 'You have no account here']);
    expect(answer.body).toContain('Nobody here has the SSO username “linus”. Ask one of your admins');
    expect(await outcome('address')).toEqual([403, 'You have no account here']);
    expect(await outcome('nameless')).toEqual([403, 'We were not told your name']);
    expect(await database.db('users').select('id')).toEqual(before);
    expect(await scene.openSessions()).toEqual([]);

    // Somebody whose SSO username is that address is another matter.
    const other = await insertUser(database.db, { auth_system: 'sso', sso_username: 'Grace@Example.com' });
    expect(await outcome('address')).toEqual([303, '']);
    expect(await scene.openSessions()).toEqual([{ user_id: other.id }]);
  });

  test('who was signed in at the provider as somebody else may choose another account there', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    const { body } = await signIn(visitor, 'nobody', '/sign-in/sso?return_to=%2Faccount%3Fx%3D1');
    const way = /href="([^"]+)">Use another account/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(way).toBe('/sign-in/sso?account=other&return_to=%2Faccount%3Fx%3D1');
    const url = await scene.begin(visitor, way);
    expect(new URL(url).searchParams.get('prompt')).toBe('login');
    const answer = await scene.comeBack(visitor, await server.signIn(url, 'grace'));
    expect(answer.headers.get('location')).toBe('/account?x=1');
  });

  test('an account that is disabled, invited, or used by a password is not opened, and its owner is told', async () => {
    scene = await ssoScene(database, server.settings);
    const outcomes: unknown[] = [];
    for (const change of [
      { status: 'disabled' },
      { status: 'invited' },
      { status: 'active', auth_system: 'internal' },
      { auth_system: 'ldap' },
      { auth_system: 'sso' },
    ]) {
      await database.db('users').where({ id: scene.userId }).update(change);
      outcomes.push(await outcome('grace'));
    }
    expect(outcomes).toEqual([
      [403, 'Your account is disabled'],
      [403, 'Your account is not active yet'],
      [403, 'Your account does not use SSO'],
      [403, 'Your account does not use SSO'],
      [303, ''],
    ]);
    expect(await scene.openSessions()).toHaveLength(1);
  });

  test('while SSO is switched off for the site nobody is led away, and who is under way is not signed in', async () => {
    scene = await ssoScene(database, server.settings, { isOn: false });
    const answer = await scene.visitor().get('/sign-in/sso');
    expect([answer.status, headingOf(answer)]).toEqual([403, 'SSO is switched off here']);
    expect((await scene.visitor().get('/sign-in')).body).not.toContain('/sign-in/sso');
    await storeSetting(scene.usher.ctx, 'auth.sso', true);
    const visitor = scene.visitor();
    const back = await server.signIn(await scene.begin(visitor), 'grace');
    await storeSetting(scene.usher.ctx, 'auth.sso', false);
    const late = await scene.comeBack(visitor, back);
    expect([late.status, headingOf(late)]).toEqual([403, 'SSO is switched off here']);
    expect(await scene.openSessions()).toEqual([]);
  });

  test('a site that has SSO on and no provider set does not offer it and says so, and the log says what to set', async () => {
    scene = await ssoScene(database, {});
    const answer = await scene.visitor().get('/sign-in/sso');
    expect([answer.status, headingOf(answer)]).toEqual([503, 'SSO is not set up here']);
    expect(scene.usher.logText()).toContain('OIDC_ISSUER is not set');
    expect((await scene.visitor().get('/sign-in')).body).not.toContain('/sign-in/sso');
  });

  test('while the provider is down people are told so, and it is found again when it is back', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    await server.stop();
    try {
      const answer = await visitor.get('/sign-in/sso?return_to=%2Faccount%3Fx%3D1');
      expect([answer.status, headingOf(answer), answer.headers.get('retry-after')]).toEqual([
        503,
        'SSO does not answer',
        '60',
      ]);
      expect(answer.body).toContain('href="/sign-in/sso?return_to=%2Faccount%3Fx%3D1"');
    } finally {
      await server.start();
    }
    expect((await signIn(visitor, 'grace')).status).toBe(303);
  });

  test('who cancels at the provider is told that they are not signed in', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    const answer = await scene.comeBack(visitor, await server.cancel(await scene.begin(visitor)));
    expect([answer.status, headingOf(answer), pendingOf(visitor)]).toEqual([403, 'You are not signed in', 0]);
  });

  test('several tabs sign in at once, in any order, and are one session (R89)', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    const first = await server.signIn(await scene.begin(visitor, '/sign-in/sso?return_to=%2Ffirst'), 'grace');
    const second = await server.signIn(await scene.begin(visitor, '/sign-in/sso?return_to=%2Fsecond'), 'grace');
    expect((await scene.comeBack(visitor, second)).headers.get('location')).toBe('/second');
    expect((await scene.comeBack(visitor, first)).headers.get('location')).toBe('/first');
    expect(await scene.openSessions()).toHaveLength(1);
  });

  test('a browser keeps five sign-ins that are under way, and forgets the oldest', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    const urls: string[] = [];
    for (let tab = 1; tab <= 7; tab += 1) {
      urls.push(await scene.begin(visitor));
      scene.usher.clock.advance(1000);
    }
    expect(pendingOf(visitor)).toBe(5);
    const oldest = await scene.comeBack(visitor, await server.signIn(urls[0] ?? '', 'grace'));
    expect([oldest.status, headingOf(oldest)]).toEqual([410, 'Please sign in again']);
    expect((await scene.comeBack(visitor, await server.signIn(urls[2] ?? '', 'grace'))).status).toBe(303);
  });

  test('with three sessions open, SSO too asks which to end (R91)', async () => {
    scene = await ssoScene(database, server.settings);
    for (let browsers = 1; browsers <= 3; browsers += 1) expect(await outcome('grace')).toEqual([303, '']);
    const visitor = scene.visitor();
    const page = await signIn(visitor, 'grace', '/sign-in/sso?return_to=%2Faccount%3Fx%3D1');
    expect([page.status, headingOf(page)]).toEqual([200, 'Choose a session to end']);
    expect(await scene.openSessions()).toHaveLength(3);
    const done = await visitor.post('/sign-in/choice', hiddenFields(page.body));
    expect([done.status, done.headers.get('location')]).toEqual([303, '/account?x=1']);
    expect(await scene.openSessions()).toHaveLength(3);
  });

  test('the way back works once, in the browser that began, for ten minutes', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    const url = await scene.begin(visitor);
    const kept = new Map(visitor.cookies);
    const back = await server.signIn(url, 'grace');
    const stranger = await scene.comeBack(scene.visitor(), back);
    expect([stranger.status, headingOf(stranger)]).toEqual([410, 'Please sign in again']);
    expect((await scene.comeBack(visitor, back)).status).toBe(303);
    // The browser's way back through its history.
    expect((await scene.comeBack(visitor, back)).headers.get('location')).toBe('/account');

    // Somebody who kept the browser's cookie does not get in by a code that was used.
    const copy = scene.visitor();
    for (const [name, value] of kept) copy.cookies.set(name, value);
    const replayed = await scene.comeBack(copy, back);
    expect([replayed.status, headingOf(replayed)]).toEqual([403, 'We could not be sure who you are']);
    expect(await scene.openSessions()).toHaveLength(1);

    const slow = scene.visitor();
    const late = await server.signIn(await scene.begin(slow), 'grace');
    scene.usher.clock.advance(10 * minute);
    expect((await scene.comeBack(slow, late)).status).toBe(410);
  });

  test('what a browser keeps meanwhile is signed, out of reach of scripts, and short-lived', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    const begun = await visitor.get('/sign-in/sso');
    const [cookie = ''] = begun.headers.getSetCookie().filter((line) => line.startsWith('usher_sso_'));
    expect(cookie).toMatch(/; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(begun.headers.get('cache-control')).toBe('no-store');
    const name = cookie.slice(0, cookie.indexOf('='));
    const [payload = '', signature = ''] = (visitor.cookies.get(name) ?? '').split('.');
    const contents = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const longer = Buffer.from(JSON.stringify({ ...contents, until: contents.until + minute })).toString('base64url');
    const back = await server.signIn(begun.headers.get('location') ?? '', 'grace');
    for (const forged of [`${longer}.${signature}`, payload, `${payload}.`, `${payload}.${signature}x`, '.', 'x.y.z']) {
      visitor.cookies.set(name, forged);
      expect([forged, (await scene.comeBack(visitor, back)).status]).toEqual([forged, 410]);
    }
    visitor.cookies.set(name, `${payload}.${signature}`);
    expect((await scene.comeBack(visitor, back)).status).toBe(303);
  });

  test('on an https site no other host of the domain can set what a browser keeps', async () => {
    scene = await ssoScene(database, server.settings, { publicUrl: 'https://usher.example.com' });
    const begun = await scene.visitor().get('/sign-in/sso');
    const [cookie = ''] = begun.headers.getSetCookie().filter((line) => line.includes('usher_sso_'));
    expect(cookie).toMatch(/^__Host-usher_sso_[\w-]{12}=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    const asked = new URL(begun.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      redirect_uri: 'https://usher.example.com/sign-in/sso/callback',
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: 'openid profile',
    });
  });

  test('signing in leads to no other site, whatever the link said', async () => {
    scene = await ssoScene(database, server.settings);
    await storeSetting(scene.usher.ctx, 'sessions.cap', 20);
    for (const wanted of ['//evil.example', 'https://evil.example', '/\\evil.example', `/${'x'.repeat(600)}`]) {
      const path = `/sign-in/sso?return_to=${encodeURIComponent(wanted)}`;
      const { status, headers } = await signIn(scene.visitor(), 'grace', path);
      expect([wanted, status, headers.get('location')]).toEqual([wanted, 303, '/account']);
    }
  });

  test('who is signed in already is not led to the provider', async () => {
    scene = await ssoScene(database, server.settings);
    const visitor = scene.visitor();
    await signIn(visitor, 'grace');
    const again = await visitor.get('/sign-in/sso?return_to=%2Faccount%3Fx%3D1');
    expect([again.status, again.headers.get('location')]).toEqual([303, '/account?x=1']);
  });
});
