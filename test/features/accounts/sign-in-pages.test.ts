import { signIn } from '../../../src/features/accounts/sign-in/sign-in.service';
import { endSession } from '../../../src/features/sessions/end-sessions.service';
import { sessionsOf } from '../../../src/features/sessions/list-sessions.service';
import { endSessionsOf } from '../../../src/features/sessions/sessions.service';
import { storeSetting } from '../../../src/features/settings/settings.service';
import { minute } from '../../../src/lib/duration';
import { inTransaction } from '../../../src/platform/db/transaction';
import {
  type AccountPages,
  cookieFlags,
  password,
  signInBy,
  someProvider,
  startAccountPages,
} from '../../support/account-pages';
import { insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import { hiddenFields, type Visitor } from '../../support/pages';
import { signedIn } from '../../support/sessions';

const textOf = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
const location = (answer: { headers: Headers }) => answer.headers.get('location');

forEachDatabase((database) => {
  let pages: AccountPages | undefined;
  afterEach(async () => {
    await pages?.server.stop();
    pages = undefined;
  });
  async function begin(settings: Readonly<Record<string, string>> = {}) {
    pages = await startAccountPages(database, settings);
    return { ...pages, visitor: pages.visitor() };
  }
  const openSessions = () => database.db('sessions').whereNull('ended_at').orderBy('id');
  /** Three browsers are signed in, and this visitor is asked which to end. */
  async function atTheCap() {
    const scene = await begin();
    for (const name of ['chrome', 'firefox', 'safari']) await signedIn(scene.ctx, scene.user.id, name);
    const page = await signInBy(scene.visitor, {}, '?return_to=/projects');
    return { ...scene, page, fields: hiddenFields(page.body) };
  }

  test('a person signs in, is led on, and their session is kept where no script reads it', async () => {
    const { visitor, user } = await begin();
    const answer = await signInBy(visitor, {}, '?return_to=%2Fprojects%2F7%3Ftab%3Druns');
    expect([answer.status, location(answer)]).toEqual([303, '/projects/7?tab=runs']);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const year = `Max-Age=${365 * 24 * 3600}`;
    expect(cookieFlags(answer)).toEqual(
      new Map([
        ['usher_client', ['HttpOnly', year, 'Path=/', 'SameSite=Lax']],
        ['usher_device', ['HttpOnly', year, 'Path=/', 'SameSite=Lax']],
        ['usher_session', ['HttpOnly', 'Path=/', 'SameSite=Lax']],
      ]),
    );
    expect(await openSessions()).toEqual([
      expect.objectContaining({ user_id: user.id, kind: 'web', client_id: visitor.cookies.get('usher_client') }),
    ]);
    expect(location(await visitor.get('/sign-in'))).toBe('/account');
  });

  test('behind https the cookies are Secure and no other host can set them', async () => {
    const { visitor } = await begin({ PUBLIC_URL: 'https://usher.example.com' });
    const flags = cookieFlags(await signInBy(visitor));
    expect([...flags.keys()].sort()).toEqual(['__Host-usher_client', '__Host-usher_device', '__Host-usher_session']);
    for (const [, set] of flags) expect(set).toEqual(expect.arrayContaining(['HttpOnly', 'Path=/', 'Secure']));
    expect((await visitor.get('/account')).status).toBe(200);
  });

  test('the session that comes with a sign-in is a new one, whatever the browser showed before', async () => {
    const { visitor } = await begin();
    const planted = `us_${'A'.repeat(43)}`;
    visitor.cookies.set('usher_session', planted);
    visitor.cookies.set('usher_client', '<script>');
    await signInBy(visitor);
    expect(visitor.cookies.get('usher_session')).not.toBe(planted);
    expect(visitor.cookies.get('usher_client')).toMatch(/^[A-Za-z0-9_-]{22}$/);
    const before = visitor.cookies.get('usher_session');
    await visitor.fillIn('/sign-out', {});
    await signInBy(visitor);
    expect(visitor.cookies.get('usher_session')).not.toBe(before);
  });

  test.each([
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/%09/evil.example',
    '/.//evil.example',
    '/sign-in',
  ])('after signing in nobody is led to %s', async (target) => {
    const { visitor } = await begin();
    const given = target === '/%09/evil.example' ? target : encodeURIComponent(target);
    expect(location(await signInBy(visitor, {}, `?return_to=${given}`))).toBe('/account');
    // Neither where somebody is signed in already, nor by a form that was tampered with.
    expect(location(await visitor.get(`/sign-in?return_to=${given}`))).toBe('/account');
    await visitor.fillIn('/sign-out', {});
    expect(location(await signInBy(visitor, { return_to: target }))).toBe(
      target === '/%09/evil.example' ? target : '/account',
    );
  });

  test('a wrong password, nobody’s address, and an account that cannot sign in by password are told in one way', async () => {
    const { visitor } = await begin();
    await insertUser(database.db, { email: 'invited@example.com', status: 'invited' });
    await insertUser(database.db, { email: 'off@example.com', status: 'disabled' });
    await insertUser(database.db, { email: 'sso@example.com', auth_system: 'sso', sso_username: 's' });
    const told = new Set<string>();
    for (const email of [
      'ada@example.com',
      'nobody@example.com',
      'invited@example.com',
      'off@example.com',
      'sso@example.com',
    ]) {
      const answer = await signInBy(visitor, { email, password: 'not this one' });
      expect(answer.status).toBe(422);
      expect(answer.body).toContain(`value="${email}"`);
      expect(answer.body).not.toContain('not this one');
      expect(visitor.cookies.has('usher_session')).toBe(false);
      expect(visitor.cookies.has('usher_device')).toBe(false);
      told.add(textOf(answer.body));
    }
    expect([...told]).toEqual([
      expect.stringContaining('This e-mail address and password do not open an account here.'),
    ]);
  });

  test('an empty form says which fields to fill in', async () => {
    const { visitor } = await begin();
    const answer = await signInBy(visitor, { email: ' ', password: '' });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('href="#email">Enter your e-mail address.');
    expect(answer.body).toContain('href="#password">Enter your password.');
    expect((await signInBy(visitor, { email: '"><script>alert(1)</script>' })).body).not.toContain('<script');
  });

  test('after many wrong passwords the person is told how long to wait, and so is whoever guesses at nobody’s', async () => {
    const { ctx, visitor } = await begin();
    const told = new Set<string>();
    for (const email of ['ada@example.com', 'nobody@example.com']) {
      const client = { clientId: 'guesser', clientName: '', ip: '192.0.2.66' };
      for (let tries = 1; tries <= 10; tries += 1)
        await signIn(ctx, { email, password: 'a guess', kind: 'web', client });
      const answer = await signInBy(visitor, { email });
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.body).toContain(`value="${email}"`);
      told.add(textOf(answer.body));
    }
    expect([...told]).toEqual([expect.stringMatching(/Wait \d+ minutes?, then try again/)]);
  });

  test('after thirty sign-ins in a minute that were refused their address has to wait, and is told how long', async () => {
    const { visitor } = await begin();
    const fields = { ...hiddenFields((await visitor.get('/sign-in')).body), email: 'ada@example.com', password: '' };
    for (let number = 1; number <= 30; number += 1) expect((await visitor.post('/sign-in', fields)).status).toBe(422);
    const answer = await visitor.post('/sign-in', fields);
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.body).toContain('Too many requests came from your network');
  });

  test('an office behind one address signs in in the same minute, and those who mistyped hold nobody up', async () => {
    const { server } = await begin();
    for (let person = 1; person <= 40; person += 1) {
      const visitor = server.visitor();
      if (person % 4 === 0)
        expect(
          (await signInBy(visitor, { password: `mistyped ${person}`, email: `p${person}@example.com` })).status,
        ).toBe(422);
      expect((await signInBy(visitor)).status).toBeLessThan(400);
    }
  });

  test('while the directory is silent the person is told so, and nobody is signed in', async () => {
    const { ctx, user, visitor } = await begin({
      LDAP_URL: 'ldap://127.0.0.1:1',
      LDAP_BIND_DN_TEMPLATE: 'uid={username},dc=example',
      LDAP_STARTTLS: 'false',
      LDAP_TIMEOUT_SECONDS: '1',
    });
    await storeSetting(ctx, 'auth.ldap', true);
    await database.db('users').where({ id: user.id }).update({ auth_system: 'ldap', ldap_username: 'ada' });
    const answer = await signInBy(visitor);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
    expect(answer.body).toContain('cannot be asked right now');
    expect(answer.body).toContain('value="ada@example.com"');
    expect(await openSessions()).toEqual([]);
  });

  test('SSO is offered while it is on for the site, and leads back to where one was going', async () => {
    const { ctx, visitor } = await begin(someProvider);
    expect((await visitor.get('/sign-in?return_to=/projects')).body).not.toContain('/sign-in/sso');
    await storeSetting(ctx, 'auth.sso', true);
    expect((await visitor.get('/sign-in?return_to=/projects')).body).toContain(
      'href="/sign-in/sso?return_to=%2Fprojects"',
    );
  });

  test.each([
    ['R85 an admin ended it', 'admin', 'Your session was ended by an administrator.'],
    ['the password was changed', 'password_changed', 'because the password of your account was changed'],
    ['the account was disabled', 'disabled', 'because your account was disabled'],
    ['the way to sign in was changed', 'auth_changed', 'because an admin changed how you sign in'],
  ] as const)('whose session ended is told why at the next request: %s', async (_, reason, sentence) => {
    const { ctx, user, visitor } = await begin();
    await signInBy(visitor);
    if (reason === 'admin') {
      const [session] = await sessionsOf(ctx, user.id);
      const admin = await insertUser(database.db, { email: 'hedy@example.com', is_admin: true });
      await endSession(
        { ...ctx, actor: { kind: 'user', userId: admin.id, email: admin.email, slackId: null } },
        session?.id ?? 0,
      );
    } else await inTransaction(ctx, (tx) => endSessionsOf(tx, [user.id], reason));
    const next = await visitor.get('/account');
    expect([next.status, location(next)]).toEqual([303, '/sign-in?return_to=%2Faccount']);
    const page = await visitor.get(location(next) ?? '');
    expect(page.body).toContain(sentence);
    expect(page.body).not.toMatch(/hedy|Ada|ada@/);
    expect(location(await signInBy(visitor, {}, '?return_to=%2Faccount'))).toBe('/account');
    expect((await visitor.get('/account')).status).toBe(200);
  });

  test('R86 whose session has idled out is told so', async () => {
    const { ctx, visitor } = await begin();
    await storeSetting(ctx, 'sessions.idle_minutes', 5);
    await signInBy(visitor);
    ctx.clock.advance(4 * minute);
    expect((await visitor.get('/account')).status).toBe(200);
    ctx.clock.advance(6 * minute);
    expect((await visitor.get('/account')).status).toBe(303);
    expect((await visitor.get('/sign-in')).body).toContain('because it was idle for too long');
  });

  test('R89 a second tab of the same browser signs in to the same session', async () => {
    const { visitor } = await begin();
    const tab = await visitor.get('/sign-in');
    await signInBy(visitor);
    const first = visitor.cookies.get('usher_session');
    const answer = await visitor.post('/sign-in', { ...hiddenFields(tab.body), email: 'ada@example.com', password });
    expect(answer.status).toBe(303);
    expect(await openSessions()).toHaveLength(1);
    for (const token of [first, visitor.cookies.get('usher_session')]) {
      visitor.cookies.set('usher_session', token ?? '');
      expect((await visitor.get('/account')).status).toBe(200);
    }
  });

  test('R90 the same account in other browsers is other sessions', async () => {
    const { visitor } = await begin();
    for (const browser of [visitor, pages?.visitor(), pages?.visitor()]) await signInBy(browser as Visitor);
    const clients = await openSessions().pluck('client_id');
    expect(new Set(clients).size).toBe(3);
  });

  test('R91 at the cap the person chooses which session to end; none ends by itself, and there are never four', async () => {
    const { visitor, page, fields } = await atTheCap();
    expect(page.status).toBe(200);
    expect(page.body.match(/End this one and sign in/g)).toHaveLength(3);
    expect(textOf(page.body)).toContain(
      'Firefox on Linux From 192.0.2.7 Started 2 Nov 2026, 10:00 Last request 2 Nov 2026, 10:00',
    );
    expect(textOf(page.body)).toContain('Times are in UTC.');
    expect(visitor.cookies.has('usher_session')).toBe(false);
    expect(await openSessions()).toHaveLength(3);
    const chosen = Number(fields.end);
    const done = await visitor.post('/sign-in/choice', fields);
    expect([done.status, location(done)]).toEqual([303, '/projects']);
    expect((await visitor.get('/account')).status).toBe(200);
    const open = await openSessions().pluck('id');
    expect(open).toHaveLength(3);
    expect(open).not.toContain(chosen);
  });

  test('a choice that was used, has expired or was made up says so and leads back to signing in', async () => {
    const { ctx, visitor, fields } = await atTheCap();
    const refused = async (given: Record<string, string>) => {
      const answer = await visitor.post('/sign-in/choice', { ...fields, ...given });
      expect(answer.status).toBe(410);
      expect(answer.body).toContain('Please sign in again');
      expect(answer.body).toContain('href="/sign-in"');
    };
    await refused({ choice: '' });
    await refused({ choice: `uc_${'A'.repeat(43)}` });
    ctx.clock.advance(5 * minute);
    await refused({});
    const again = hiddenFields((await signInBy(visitor)).body);
    await visitor.post('/sign-in/choice', { ...again });
    await refused({ ...again });
    expect(await openSessions()).toHaveLength(3);
    expect(location(await visitor.get('/sign-in/choice'))).toBe('/sign-in');
  });

  test('whoever chooses what is not theirs is asked anew', async () => {
    const { ctx, visitor, fields } = await atTheCap();
    const other = await signedIn(ctx, (await insertUser(database.db)).id, 'chrome');
    for (const end of [String(other.session.id), 'x', '']) {
      const again = await visitor.post('/sign-in/choice', { ...fields, choice: fields.choice ?? '', end });
      expect(again.body).toContain('That session could not be ended');
      Object.assign(fields, hiddenFields(again.body));
    }
    expect(await openSessions()).toHaveLength(4);
    expect((await visitor.post('/sign-in/choice', fields)).status).toBe(303);
  });

  test('signing out asks first; then the session has ended in every tab, and the browser stays known', async () => {
    const { visitor } = await begin();
    await signInBy(visitor);
    const token = visitor.cookies.get('usher_session') ?? '';
    expect((await visitor.get('/sign-out')).body).toContain('Sign out?');
    expect(await openSessions()).toHaveLength(1);
    const answer = await visitor.fillIn('/sign-out', {});
    expect([answer.status, location(answer)]).toEqual([303, '/sign-out']);
    expect((await visitor.get('/sign-out')).body).toContain('You are signed out');
    expect(await openSessions()).toEqual([]);
    expect(visitor.cookies.get('usher_session')).toBe('');
    expect(visitor.cookies.get('usher_client')).toMatch(/./);
    visitor.cookies.set('usher_session', token);
    expect((await visitor.get('/account')).status).toBe(303);
  });

  test('somebody else who signs in in the same browser leaves no open session behind', async () => {
    const { ctx, visitor } = await begin();
    const other = await insertUser(database.db, { email: 'ben@example.com' });
    const bens = await signedIn(ctx, other.id, 'shared');
    visitor.cookies.set('usher_session', bens.token);
    const { body } = await visitor.get('/sign-out');
    await visitor.post('/sign-in', { ...hiddenFields(body), email: 'ada@example.com', password });
    expect(await openSessions().pluck('user_id')).not.toContain(other.id);
  });

  test('no form is taken without the proof that it came from our page, and none of them does a thing', async () => {
    const { visitor } = await begin();
    await signInBy(visitor);
    const paths = [
      '/sign-in',
      '/sign-in/choice',
      '/sign-out',
      '/account/sessions/end',
      '/account/sessions/end-others',
      '/account/tokens',
      '/account/tokens/revoke',
    ];
    for (const path of paths) {
      const answer = await visitor.post(path, { email: 'ada@example.com', password, name: 'x', session: '1', id: '1' });
      expect([path, answer.status]).toEqual([path, 403]);
      expect(answer.body).toContain('Please open the page once more');
    }
    expect(await openSessions()).toHaveLength(1);
    expect(await database.db('api_tokens').select()).toEqual([]);
  });

  test('neither the log nor the audit holds a password, a session’s token or a choice', async () => {
    const { ctx, visitor, fields } = await atTheCap();
    await signInBy(visitor, { password: 'wrong kite moon' });
    await visitor.post('/sign-in/choice', fields);
    const token = visitor.cookies.get('usher_session') ?? 'none';
    await visitor.fillIn('/sign-out', {});
    const kept = JSON.stringify([ctx.logLines, await database.db('audit_events').select()]);
    for (const secret of [password, 'wrong kite moon', token, fields.choice ?? 'none'])
      expect(kept).not.toContain(secret);
  });
});
