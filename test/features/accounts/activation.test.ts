import { accountPages } from '../../../src/features/accounts/accounts.pages';
import type { LinkState } from '../../../src/features/credentials/credentials.types';
import { issueLinks, linkUrl, voidLinks } from '../../../src/features/credentials/links.service';
import { verifyPassword } from '../../../src/features/credentials/passwords.service';
import { day } from '../../../src/lib/duration';
import type { Context } from '../../../src/platform/context';
import { inTransaction } from '../../../src/platform/db/transaction';
import { insertUser, type UserRow } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase, type TestDatabase } from '../../support/databases';
import { hiddenFields, type PageAnswer, type PageServer, startPages } from '../../support/pages';

const password = 'teal kite moon';
const filled = { firstName: 'Ada', lastName: 'Lovelace', password, passwordAgain: password };

async function invitedPerson(database: TestDatabase, ctx: Context, given: Partial<UserRow> = {}) {
  const user = await insertUser(database.db, {
    email: 'ada@example.com',
    first_name: '',
    last_name: '',
    status: 'invited',
    ...given,
  });
  const now = ctx.clock.now();
  await database.db('invites').insert({
    user_id: user.id,
    state: 'open',
    invited_at: now,
    sent_at: now,
    expires_at: new Date(now.getTime() + 7 * day),
  });
  const link = (await inTransaction(ctx, (tx) => issueLinks(tx, [user.id], 'activation', 7 * day))).get(user.id);
  if (link === undefined) throw new Error('no link');
  const { pathname, search, searchParams } = new URL(linkUrl(ctx, link).reveal());
  return { ...user, path: `${pathname}${search}`, token: searchParams.get('token') ?? '' };
}

forEachDatabase((database) => {
  let servers: PageServer[] = [];
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    servers = [];
  });

  async function begin(given: Partial<UserRow> = {}) {
    const ctx = testContext(database);
    const server = await startPages(ctx, { routes: [accountPages(ctx)] });
    servers.push(server);
    return { ctx, server, visitor: server.visitor(), person: await invitedPerson(database, ctx, given) };
  }
  const rowOf = (id: number) => database.db('users').where({ id }).first();

  test('a person follows their link, gives a name and a password, and is active', async () => {
    const { ctx, visitor, person } = await begin();
    const page = await visitor.get(person.path);
    expect(page.status).toBe(200);
    expect(page.body).toContain('ada@example.com');
    const answer = await visitor.fillIn(person.path, { ...filled, firstName: '  Ada ', lastName: 'King  Lovelace' });
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('You’re in, Ada.');
    const row = await rowOf(person.id);
    expect(row).toMatchObject({
      status: 'active',
      first_name: 'Ada',
      last_name: 'King Lovelace',
      name_key: 'ada king lovelace',
      version: 2,
    });
    expect(new Date(row.activated_at)).toEqual(ctx.clock.now());
    expect(new Date(row.password_set_at)).toEqual(ctx.clock.now());
    expect(await verifyPassword(row.password_hash, password)).toBe(true);
    expect(await database.db('links').first()).toMatchObject({ state: 'used', live_key: null });
    expect(await database.db('invites').first()).toMatchObject({ state: 'accepted' });
  });

  test('the audit trail says that the person activated themselves, and holds no password, hash or token', async () => {
    const { visitor, person } = await begin();
    await visitor.fillIn(person.path, filled);
    const events = await database.db('audit_events').select();
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      action: 'user.activated',
      actor_kind: 'user',
      actor_user_id: person.id,
      actor_label: 'ada@example.com',
      subject_id: person.id,
      subject_label: 'ada@example.com',
    });
    expect(JSON.parse(events[0].after)).toEqual({ status: 'active', firstName: 'Ada', lastName: 'Lovelace' });
    expect(JSON.stringify(events)).not.toMatch(/argon2|teal kite/);
    expect(JSON.stringify(events)).not.toContain(person.token);
  });

  test('names that the invitation knew are filled in', async () => {
    const { visitor, person } = await begin({ first_name: 'Grace', last_name: 'Hopper' });
    const { body } = await visitor.get(person.path);
    expect(body).toContain('Welcome, Grace');
    expect(body).toMatch(/<input id="firstName"[^>]* value="Grace"/);
    expect(body).toMatch(/<input id="lastName"[^>]* value="Hopper"/);
  });

  test('looking at the page uses nothing up, by GET, by HEAD, or by a preview, however often', async () => {
    const { visitor, person } = await begin();
    const before = [await rowOf(person.id), await database.db('links').first()];
    for (let time = 0; time < 3; time += 1) {
      expect((await visitor.get(person.path)).status).toBe(200);
      expect((await visitor.head(person.path)).status).toBe(200);
      expect((await visitor.get(person.path, { 'user-agent': 'Slackbot-LinkExpanding 1.0' })).status).toBe(200);
    }
    expect([await rowOf(person.id), await database.db('links').first()]).toEqual(before);
    expect((await visitor.fillIn(person.path, filled)).status).toBe(200);
  });

  test('no page behind a token is stored or told to other sites', async () => {
    const { visitor, person } = await begin();
    for (const answer of [
      await visitor.get(person.path),
      await visitor.get('/activate?token=x'),
      await visitor.fillIn(person.path, filled),
    ]) {
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  test('a link opened twice from the mail can be used in either tab', async () => {
    const { server, visitor, person } = await begin();
    const first = await visitor.get(person.path);
    // The second tab sends the cookie of the first along, because following a mail’s link is a top-level GET.
    await visitor.get(person.path);
    const answer = await visitor.post('/activate', { ...hiddenFields(first.body), ...filled });
    expect(answer.status).toBe(200);
    expect((await server.visitor().get(person.path)).status).toBe(410);
  });

  test('sent twice, the form activates once, and the second answer says so', async () => {
    const { visitor, person } = await begin();
    expect((await visitor.fillIn(person.path, filled)).status).toBe(200);
    const page = await visitor.get(person.path);
    expect(page.status).toBe(410);
    expect(page.body).toContain('This link was already used, and the account is active. Sign in');
    expect(page.body).toContain('href="/sign-in"');
  });

  test('of many forms sent at the same moment one activates', async () => {
    const { visitor, person } = await begin();
    const page = await visitor.get(person.path);
    const send = (firstName: string) => visitor.post('/activate', { ...hiddenFields(page.body), ...filled, firstName });
    const answers = await Promise.all(['One', 'Two', 'Three', 'Four', 'Five', 'Six'].map(send));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410, 410, 410, 410]);
    const winner = answers.find(({ status }) => status === 200);
    const row = await rowOf(person.id);
    expect(winner?.body).toContain(`You’re in, ${row.first_name}.`);
    expect(row.version).toBe(2);
    expect(await database.db('audit_events').pluck('action')).toEqual(['user.activated']);
  });

  const endings: readonly (readonly [state: Exclude<LinkState, 'open'>, words: string])[] = [
    ['used', 'This link was already used'],
    ['replaced', 'This link was replaced by a newer one. Look for the latest mail'],
    ['disabled', 'This account was disabled'],
    ['deleted', 'was deleted'],
  ];
  test.each(endings)(
    'a link that ended as %s says so, before and after the form is filled in',
    async (state, words) => {
      const { ctx, visitor, person } = await begin();
      const page = await visitor.get(person.path);
      await inTransaction(ctx, (tx) => voidLinks(tx, [person.id], state));
      for (const answer of [
        await visitor.get(person.path),
        await visitor.post('/activate', { ...hiddenFields(page.body), ...filled }),
      ]) {
        expect(answer.status).toBe(410);
        expect(answer.body).toContain(words);
        expect(answer.body).not.toContain('<form');
      }
      expect(await rowOf(person.id)).toMatchObject({ status: 'invited', password_hash: null });
    },
  );

  test('a link that is seven days old says whom to ask, also where the page was opened in time', async () => {
    const { ctx, visitor, person } = await begin();
    const page = await visitor.get(person.path);
    ctx.clock.advance(7 * day);
    const late = await visitor.post('/activate', { ...hiddenFields(page.body), ...filled });
    expect(late.status).toBe(410);
    expect(late.body).toContain('This link has expired. Ask the admin who invited you');
    expect(await rowOf(person.id)).toMatchObject({ status: 'invited' });
  });

  test('the link of somebody deleted meanwhile says so', async () => {
    const { visitor, person } = await begin();
    await database.db('users').where({ id: person.id }).del();
    expect((await visitor.get(person.path)).body).toContain('The account behind this link was deleted');
  });

  test('no token, half a token, two tokens and another link’s token lead to the same page of help', async () => {
    const { visitor, person } = await begin();
    for (const path of [
      '/activate',
      '/activate?token=',
      person.path.slice(0, -5),
      `${person.path}&token=x`,
      person.path.replace('/activate', '/reset-password'),
    ]) {
      const answer = await visitor.get(path);
      expect([path, answer.status]).toEqual([path, 410]);
      expect(answer.body).toContain('We do not know this link');
      expect(answer.body).not.toContain('ada@example.com');
    }
  });

  test('a form with mistakes comes back with each of them beside its field, what was typed, and no password', async () => {
    const { visitor, person } = await begin();
    const answer = await visitor.fillIn(person.path, {
      firstName: ' ',
      lastName: 'L'.repeat(101),
      password: 'too short',
      passwordAgain: 'too short',
    });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('<title>Error: Activate your account · Usher</title>');
    expect(answer.body).toContain('3 things need another look');
    for (const [field, sentence] of [
      ['firstName', 'Enter your first name.'],
      ['lastName', 'Enter a last name of at most 100 characters.'],
      ['password', 'Choose a password of at least 12 characters.'],
    ]) {
      expect(answer.body).toContain(`<a href="#${field}">${sentence}</a>`);
      expect(answer.body).toContain(`id="${field}-problem">${sentence}</p>`);
      expect(answer.body).toMatch(
        new RegExp(`<input id="${field}"[^>]*aria-invalid="true"[^>]*aria-describedby="[^"]*${field}-problem"`),
      );
    }
    expect(answer.body).toContain('L'.repeat(101));
    expect(answer.body).not.toContain('too short');
    expect(await rowOf(person.id)).toMatchObject({ status: 'invited', version: 1 });
    // The form that came back can be sent again.
    const again = await visitor.post('/activate', { ...hiddenFields(answer.body), ...filled });
    expect(again.status).toBe(200);
  });

  test('two passwords that differ are refused; the same one typed with other accents is not', async () => {
    const { visitor, person } = await begin();
    const differing = await visitor.fillIn(person.path, { ...filled, passwordAgain: 'teal kite mood' });
    expect(differing.body).toContain('The two passwords differ.');
    const accents = { password: 'crème brûlée tonight', passwordAgain: 'crème brûlée tonight'.normalize('NFD') };
    expect((await visitor.fillIn(person.path, { ...filled, ...accents })).status).toBe(200);
  });

  test.each([
    ['123456789987654321', 'on the lists that attackers try first'],
    ['ada@example.com', 'not your e-mail address'],
    ['x'.repeat(129), 'at most 128 characters'],
  ])('the password %s is refused with its reason', async (bad, words) => {
    const { visitor, person } = await begin();
    const answer = await visitor.fillIn(person.path, { ...filled, password: bad, passwordAgain: bad });
    expect(answer.status).toBe(422);
    expect(answer.body).toContain(words);
  });

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    '=HYPERLINK("http://x")',
    '<!channel>',
    'مرحبا',
    '👩‍🚀',
    'İ'.repeat(100),
  ])('the name %s is text, on the page and in the database', async (name) => {
    const { visitor, person } = await begin();
    const wrong = await visitor.fillIn(person.path, { ...filled, firstName: name, lastName: name, password: 'x' });
    expect(wrong.body).not.toContain('<script');
    expect(wrong.body).not.toContain('<img');
    const answer = await visitor.fillIn(person.path, { ...filled, firstName: name, lastName: name });
    expect(answer.status).toBe(200);
    expect(answer.body).not.toContain('<script');
    expect(answer.body).not.toContain('<img');
    expect(await rowOf(person.id)).toMatchObject({ first_name: name, last_name: name });
  });

  test('a form without our token is refused and changes nothing', async () => {
    const { visitor, person } = await begin();
    const answer = await visitor.post('/activate', { ...filled, token: person.token });
    expect(answer.status).toBe(403);
    expect(await rowOf(person.id)).toMatchObject({ status: 'invited' });
  });

  test('after thirty forms in a minute that were refused their address has to wait, and pages are still shown', async () => {
    const { visitor, person } = await begin();
    const page = await visitor.get(person.path);
    const send = () => visitor.post('/activate', { ...hiddenFields(page.body), ...filled, password: 'wrong' });
    for (let number = 1; number <= 30; number += 1) expect((await send()).status).toBe(422);
    const answer = await send();
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.body).toContain('Nothing was changed');
    expect((await visitor.get(person.path)).status).toBe(200);
  });

  test('neither the log nor any stored row holds the token or the password', async () => {
    const { ctx, visitor, person } = await begin();
    await visitor.get(person.path);
    await visitor.fillIn(person.path, { ...filled, passwordAgain: '' });
    await visitor.fillIn(person.path, filled);
    await visitor.get(person.path);
    await visitor.get(`/nowhere${person.path}`);
    expect(ctx.logLines).toContainEqual(expect.objectContaining({ msg: 'account activated', userId: person.id }));
    const rows = await Promise.all(
      ['users', 'links', 'invites', 'audit_events', 'outbox'].map((table) => database.db(table).select()),
    );
    for (const text of [JSON.stringify(ctx.logLines), JSON.stringify(rows)]) {
      expect(text).not.toContain(person.token);
      expect(text).not.toContain(password);
    }
    expect(JSON.stringify(ctx.logLines)).not.toContain('argon2');
  });

  test('somebody disabled at the moment of sending stays disabled, and is told so', async () => {
    const { ctx, visitor, person } = await begin();
    const page = await visitor.get(person.path);
    let answer: Promise<PageAnswer> | undefined;
    await inTransaction(ctx, async (tx) => {
      await tx.db('users').where({ id: person.id }).update({ status: 'disabled' });
      await voidLinks(tx, [person.id], 'disabled');
      answer = visitor.post('/activate', { ...hiddenFields(page.body), ...filled });
      // The form arrives while this is not committed yet.
      await new Promise((done) => setTimeout(done, 400));
    });
    expect((await answer)?.status).toBe(410);
    expect((await answer)?.body).toContain('This account was disabled');
    expect(await rowOf(person.id)).toMatchObject({ status: 'disabled', password_hash: null });
  });
});
