import { accountPages } from '../../../src/features/accounts/accounts.pages';
import { makeApiToken, verifyApiToken } from '../../../src/features/credentials/api-tokens.service';
import { issueLinks, linkUrl } from '../../../src/features/credentials/links.service';
import { hashPassword, verifyPassword } from '../../../src/features/credentials/passwords.service';
import { day } from '../../../src/lib/duration';
import { inTransaction } from '../../../src/platform/db/transaction';
import { insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { hiddenFields, type PageServer, startPages } from '../../support/pages';

const password = 'teal kite moon';
const filled = { password, passwordAgain: password };

forEachDatabase((database) => {
  let server: PageServer | undefined;
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  async function begin() {
    const ctx = testContext(database);
    server = await startPages(ctx, { routes: [accountPages(ctx)] });
    const user = await insertUser(database.db, { password_hash: await hashPassword('the old one, still here') });
    const now = ctx.clock.now();
    await database.db('sessions').insert(
      ['web', 'api'].map((kind) => ({
        user_id: user.id,
        kind,
        client_id: kind,
        started_at: now,
        last_seen_at: now,
      })),
    );
    const link = (await inTransaction(ctx, (tx) => issueLinks(tx, [user.id], 'reset', day))).get(user.id);
    if (link === undefined) throw new Error('no link');
    const { pathname, search } = new URL(linkUrl(ctx, link).reveal());
    return { ctx, user, visitor: server.visitor(), path: `${pathname}${search}` };
  }

  test('a new password takes effect, ends every session, and uses the link up', async () => {
    const { visitor, user, path } = await begin();
    expect(path).toMatch(/^\/reset-password\?token=/);
    const answer = await visitor.fillIn(path, filled);
    expect(answer.status).toBe(200);
    expect(answer.body).toContain('Your password is set.');
    const row = await database.db('users').where({ id: user.id }).first();
    expect(row).toMatchObject({ status: 'active', version: 2 });
    expect(await verifyPassword(row.password_hash, password)).toBe(true);
    expect(await database.db('sessions').pluck('end_reason')).toEqual(['password_changed', 'password_changed']);
    expect(await database.db('links').pluck('state')).toEqual(['used']);
    const [event] = await database.db('audit_events').select();
    expect(event).toMatchObject({ action: 'user.password_set', actor_user_id: user.id });
    expect(JSON.stringify(event)).not.toMatch(/argon2|teal kite/);
    const again = await visitor.get(path);
    expect(again.status).toBe(410);
    expect(again.body).toContain('This link was already used, and the new password is set.');
  });

  test('R79: API tokens that were made since the link was sent are revoked with the old password', async () => {
    const { ctx, visitor, user, path } = await begin();
    const made = await makeApiToken(ctx, user.id, 'Whoever knows the old password', null);
    if (made.kind !== 'made') throw new Error(made.problem);
    expect(await verifyApiToken(ctx, made.token.reveal())).not.toBeNull();
    expect((await visitor.fillIn(path, filled)).status).toBe(200);
    expect(await verifyApiToken(ctx, made.token.reveal())).toBeNull();
    const event = await database.db('audit_events').where({ action: 'user.password_set' }).first();
    expect(JSON.parse(event.after)).toEqual({ sessionsEnded: 2, tokensRevoked: 1 });
  });

  test('the old password keeps working until then, and looking changes nothing', async () => {
    const { visitor, user, path } = await begin();
    await visitor.get(path);
    await visitor.head(path);
    await visitor.fillIn(path, { password: 'short', passwordAgain: 'short' });
    const row = await database.db('users').where({ id: user.id }).first();
    expect(await verifyPassword(row.password_hash, 'the old one, still here')).toBe(true);
    expect(await database.db('sessions').whereNull('ended_at').pluck('kind')).toHaveLength(2);
    expect(await database.db('links').pluck('state')).toEqual(['open']);
  });

  test('of many new passwords sent at the same moment one is set', async () => {
    const { visitor, user, path } = await begin();
    const page = await visitor.get(path);
    const passwords = ['kite number one', 'kite number two', 'kite number three', 'kite number four'];
    const answers = await Promise.all(
      passwords.map((chosen) =>
        visitor.post('/reset-password', { ...hiddenFields(page.body), password: chosen, passwordAgain: chosen }),
      ),
    );
    const winners = passwords.filter((_, index) => answers[index]?.status === 200);
    expect(winners).toHaveLength(1);
    const row = await database.db('users').where({ id: user.id }).first();
    expect(await verifyPassword(row.password_hash, winners[0] ?? '')).toBe(true);
  });

  test('a day later the link has expired, and a disabled person’s does not work', async () => {
    const { ctx, visitor, user, path } = await begin();
    await database.db('users').where({ id: user.id }).update({ status: 'disabled' });
    expect((await visitor.get(path)).body).toContain('This account was disabled');
    ctx.clock.advance(day);
    expect((await visitor.get(path)).body).toContain('This link has expired. Ask one of your admins');
  });

  test('a form without our token is refused', async () => {
    const { visitor, path } = await begin();
    const token = new URLSearchParams(path.split('?')[1]).get('token') ?? '';
    expect((await visitor.post('/reset-password', { token, ...filled })).status).toBe(403);
  });
});
