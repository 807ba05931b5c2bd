import { verifyApiToken } from '../../../src/features/credentials/api-tokens.service';
import { readSession } from '../../../src/features/sessions/read-session.service';
import { hour } from '../../../src/lib/duration';
import { type AccountPages, signInBy, startAccountPages } from '../../support/account-pages';
import { insertUser } from '../../support/builders';
import { forEachDatabase } from '../../support/databases';
import type { Visitor } from '../../support/pages';
import { signedIn } from '../../support/sessions';

const textOf = (html: string) => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
const location = (answer: { headers: Headers }) => answer.headers.get('location');
const csrfOf = (html: string) => /name="_csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
const tokenOf = (html: string) => /<textarea[^>]*>(uk_[^<]+)</.exec(html)?.[1] ?? 'none';

forEachDatabase((database) => {
  let pages: AccountPages | undefined;
  afterEach(async () => {
    await pages?.server.stop();
    pages = undefined;
  });
  /** Ada, signed in. */
  async function begin(settings: Readonly<Record<string, string>> = {}) {
    pages = await startAccountPages(database, settings);
    const visitor = pages.visitor();
    await signInBy(visitor);
    return { ...pages, visitor };
  }
  /** Sends one of the page's forms, then reads what the page says. */
  async function act(visitor: Visitor, path: string, fields: Record<string, string> = {}): Promise<string> {
    const { body } = await visitor.get('/account');
    const answer = await visitor.post(path, { _csrf: csrfOf(body), ...fields });
    expect(answer.status).toBe(303);
    return textOf((await visitor.get(location(answer) ?? '')).body);
  }
  const makeToken = async (visitor: Visitor, name: string) =>
    visitor.post('/account/tokens', { _csrf: csrfOf((await visitor.get('/account')).body), name });
  const openSessions = () => database.db('sessions').whereNull('ended_at').orderBy('id');

  test('whoever is not signed in is led to signing in and back, and sees nothing', async () => {
    pages = await startAccountPages(database);
    const visitor = pages.visitor();
    for (const shown of [undefined, '', 'us_x', `us_${'A'.repeat(43)}`]) {
      if (shown !== undefined) visitor.cookies.set('usher_session', shown);
      const answer = await visitor.get('/account');
      expect([answer.status, location(answer), answer.body]).toEqual([303, '/sign-in?return_to=%2Faccount', '']);
    }
  });

  test('a program’s session opens no page', async () => {
    pages = await startAccountPages(database);
    const visitor = pages.visitor();
    visitor.cookies.set('usher_session', (await signedIn(pages.ctx, pages.user.id, 'program', 'api')).token);
    expect((await visitor.get('/account')).status).toBe(303);
  });

  test('the page says who one is, and lists one’s own sessions in the site’s time, this one first', async () => {
    const { ctx, user, visitor } = await begin({ TIME_ZONE: 'Asia/Tokyo' });
    ctx.clock.advance(hour);
    await signedIn(ctx, user.id, 'other');
    await signedIn(ctx, user.id, 'program', 'api');
    await signedIn(ctx, user.id, 'explorer', 'explorer');
    await signedIn(ctx, (await insertUser(database.db)).id, 'stranger');
    const { body } = await visitor.get('/account');
    const text = textOf(body);
    expect(text).toContain('Name Ada Lovelace E-mail ada@example.com Sign-in By e-mail and a password');
    expect(text).not.toContain('Administrator');
    // Also where somebody else may have signed in as a program or the explorer.
    expect(body.match(/Last request/g)).toHaveLength(4);
    expect(text).toMatch(/Firefox on Linux Explorer From/);
    expect(text).toMatch(
      /Unknown browser This browser From 127\.0\.0\.1 Started 2 Nov 2026, 19:00 .* Firefox on Linux .* 20:00/,
    );
    expect(text).toContain('Times are in Asia/Tokyo time.');
    // This one is ended by signing out.
    expect(body.match(/action="\/account\/sessions\/end"/g)).toHaveLength(3);
  });

  test('one’s other session is ended, and told that oneself did it', async () => {
    const { ctx, user, visitor } = await begin();
    const other = await signedIn(ctx, user.id, 'other');
    const fields = { session: String(other.session.id) };
    expect(await act(visitor, '/account/sessions/end', fields)).toContain('The session is ended.');
    expect(await readSession(ctx, other.token)).toEqual({ state: 'ended', reason: 'signed_out' });
    expect(await act(visitor, '/account/sessions/end', fields)).toContain('That was done already');
    const [event] = await database.db('audit_events').select();
    expect(event).toMatchObject({ action: 'session.ended', actor_user_id: user.id, subject_id: user.id });
    const elsewhere = pages?.visitor() as Visitor;
    elsewhere.cookies.set('usher_session', other.token);
    expect((await elsewhere.get('/sign-in')).body).toContain('You ended this session yourself');
  });

  test('nobody ends a session of somebody else, or one that is none', async () => {
    const { ctx, visitor } = await begin();
    const theirs = await signedIn(ctx, (await insertUser(database.db)).id, 'chrome');
    const _csrf = csrfOf((await visitor.get('/account')).body);
    for (const session of [String(theirs.session.id), '0', '-1', 'x', '', '99999999999999999999']) {
      const answer = await visitor.post('/account/sessions/end', { _csrf, session });
      expect([session, answer.status]).toEqual([session, 404]);
    }
    expect(await openSessions()).toHaveLength(2);
  });

  test('all others end at once, programs’ too, and this one stays', async () => {
    const { ctx, user, visitor } = await begin();
    await signedIn(ctx, user.id, 'other');
    await signedIn(ctx, user.id, 'program', 'api');
    await signedIn(ctx, user.id, 'explorer', 'explorer');
    const stranger = await signedIn(ctx, (await insertUser(database.db)).id, 'chrome');
    expect(await act(visitor, '/account/sessions/end-others')).toContain('All your other sessions are ended.');
    expect(await openSessions().pluck('client_id')).toEqual([visitor.cookies.get('usher_client'), 'chrome']);
    expect(await readSession(ctx, stranger.token)).toMatchObject({ state: 'active' });
    expect(await database.db('audit_events').pluck('action')).toEqual(['session.ended']);
    expect(await act(visitor, '/account/sessions/end-others')).toContain('That was done already');
  });

  test('a token is made by its name and shown once', async () => {
    const { ctx, user, visitor } = await begin();
    const made = await makeToken(visitor, 'Build <b>server</b>');
    expect([made.status, made.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(made.body).not.toContain('<b>');
    const token = tokenOf(made.body);
    expect(await verifyApiToken(ctx, token)).toMatchObject({ user: { id: user.id } });
    const later = await visitor.get('/account');
    expect(later.body).not.toContain(token);
    expect(textOf(later.body)).toMatch(/Build &lt;b>server&lt;\/b> Made 2 Nov 2026, 10:00 Last used 2 Nov 2026, 10:00/);
    expect(location(await visitor.get('/account/tokens'))).toBe('/account');
    expect(JSON.stringify([ctx.logLines, await database.db('audit_events').select()])).not.toContain(token);
  });

  test('a name that is missing or taken is told beside its field and kept there', async () => {
    const { visitor } = await begin();
    await makeToken(visitor, 'Build server');
    const taken = await makeToken(visitor, 'build server');
    expect(taken.status).toBe(422);
    expect(taken.body).toContain('href="#name">You have a token of this name.');
    expect(taken.body).toContain('value="build server"');
    expect((await makeToken(visitor, ' ')).body).toContain('Enter a name for the token');
    expect((await makeToken(visitor, 'x'.repeat(81))).body).toContain('at most 80 characters');
    expect(await database.db('api_tokens').select()).toHaveLength(1);
  });

  test('a token is revoked by its person alone', async () => {
    const { ctx, visitor } = await begin();
    const token = tokenOf((await makeToken(visitor, 'one')).body);
    const id = String((await database.db('api_tokens').first('id')).id);
    await insertUser(database.db, { email: 'ben@example.com' });
    const ben = (pages as AccountPages).visitor();
    const bens = await signedIn(
      ctx,
      (await database.db('users').where({ email: 'ben@example.com' }).first('id')).id,
      'b',
    );
    ben.cookies.set('usher_session', bens.token);
    const _csrf = csrfOf((await ben.get('/account')).body);
    expect((await ben.post('/account/tokens/revoke', { _csrf, id })).status).toBe(404);
    expect(await verifyApiToken(ctx, token)).not.toBeNull();
    expect(await act(visitor, '/account/tokens/revoke', { id })).toContain('The token is revoked.');
    expect(await verifyApiToken(ctx, token)).toBeNull();
  });

  test('a form of a session that has ended changes nothing and leads to signing in', async () => {
    const { ctx, user, visitor } = await begin();
    const other = await signedIn(ctx, user.id, 'other');
    const _csrf = csrfOf((await visitor.get('/account')).body);
    await database
      .db('sessions')
      .whereNot({ id: other.session.id })
      .update({ ended_at: ctx.clock.now(), end_reason: 'admin' });
    for (const [path, fields] of [
      ['/account/sessions/end', { session: String(other.session.id) }],
      ['/account/sessions/end-others', {}],
      ['/account/tokens', { name: 'late' }],
    ] as const) {
      const answer = await visitor.post(path, { _csrf, ...fields });
      expect([answer.status, location(answer)]).toEqual([303, '/sign-in?return_to=%2Faccount']);
    }
    expect(await readSession(ctx, other.token)).toMatchObject({ state: 'active' });
    expect(await database.db('api_tokens').select()).toEqual([]);
  });

  test('a page is loaded once and asks for nothing by itself, so looking at it keeps no session awake', async () => {
    const { visitor } = await begin();
    const page = await visitor.get('/account');
    expect(page.body).not.toMatch(/<script|http-equiv|<iframe|<img/);
    expect(page.headers.get('refresh')).toBeNull();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
