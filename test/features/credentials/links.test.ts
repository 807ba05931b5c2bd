import { inspect } from 'node:util';
import fc from 'fast-check';
import type { Link, LinkPurpose } from '../../../src/features/credentials/credentials.types';
import {
  findWorkingLink,
  issueLinks,
  linkUrl,
  openLinks,
  readToken,
  takeLink,
  voidLinks,
} from '../../../src/features/credentials/links.service';
import { day, hour } from '../../../src/lib/duration';
import type { Context } from '../../../src/platform/context';
import { inTransaction } from '../../../src/platform/db/transaction';
import { insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';

forEachDatabase((database) => {
  const issue = (ctx: Context, userIds: readonly number[], purpose: LinkPurpose = 'activation', life = 7 * day) =>
    inTransaction(ctx, (tx) => issueLinks(tx, userIds, purpose, life));
  const tokenOf = (ctx: Context, link: Link) => new URL(linkUrl(ctx, link).reveal()).searchParams.get('token') ?? '';
  const reasonOf = async (ctx: Context, token: string, purpose: LinkPurpose = 'activation') =>
    readToken(ctx, token, purpose).then(
      () => 'works',
      (error) => error.facts?.reason ?? error,
    );

  /** Connections of several replicas. Within one process SQLite's driver would wait for itself, so there it is one. */
  const replicasOf = (ctx: Context): Context[] =>
    database.dialect === 'SQLite'
      ? [ctx]
      : [database.db, database.connect(), database.connect()].map((db) => ({ ...ctx, db }));

  async function invitedWithLink() {
    const ctx = testContext(database);
    const user = await insertUser(database.db, { status: 'invited', first_name: 'Ada', last_name: 'Lovelace' });
    const link = (await issue(ctx, [user.id])).get(user.id) as Link;
    return { ctx, user, link, token: tokenOf(ctx, link) };
  }

  test('a token leads to its link and its person', async () => {
    const { ctx, user, link, token } = await invitedWithLink();
    const found = await readToken(ctx, token, 'activation');
    expect(found.link).toEqual(link);
    expect(found.user).toEqual({
      id: user.id,
      email: user.email,
      firstName: 'Ada',
      lastName: 'Lovelace',
      status: 'invited',
      hasPassword: false,
    });
    expect(linkUrl(ctx, link).reveal()).toMatch(/^http:\/\/usher\.test\/activate\?token=[\w-]{48}$/);
  });

  test('a link is open at once for its whole life, to the millisecond, and not after', async () => {
    const { ctx, user, token } = await invitedWithLink();
    ctx.clock.advance(7 * day - 1);
    expect(await reasonOf(ctx, token)).toBe('works');
    expect((await openLinks(ctx, [user.id], 'activation')).size).toBe(1);
    ctx.clock.advance(1);
    expect(await reasonOf(ctx, token)).toBe('expired');
    expect((await openLinks(ctx, [user.id], 'activation')).size).toBe(0);
    expect(await database.db('links').pluck('state')).toEqual(['open']);
  });

  test('a newer link replaces the older one, and only of the same purpose', async () => {
    const ctx = testContext(database);
    const user = await insertUser(database.db, { status: 'active' });
    const first = (await issue(ctx, [user.id], 'reset')).get(user.id) as Link;
    await issue(ctx, [user.id], 'activation');
    expect(await reasonOf(ctx, tokenOf(ctx, first), 'reset')).toBe('works');
    const second = (await issue(ctx, [user.id], 'reset', day)).get(user.id) as Link;
    expect(await reasonOf(ctx, tokenOf(ctx, first), 'reset')).toBe('replaced');
    expect(await reasonOf(ctx, tokenOf(ctx, second), 'reset')).toBe('works');
    expect((await openLinks(ctx, [user.id], 'reset')).get(user.id)).toEqual({
      id: second.id,
      purpose: 'reset',
      nonce: second.nonce,
    });
  });

  test('what ended a link is what its page says', async () => {
    for (const state of ['disabled', 'deleted', 'used', 'expired', 'replaced'] as const) {
      const { ctx, user, token } = await invitedWithLink();
      expect(await inTransaction(ctx, (tx) => voidLinks(tx, [user.id], state))).toBe(1);
      expect(await inTransaction(ctx, (tx) => voidLinks(tx, [user.id], state))).toBe(0);
      expect(await reasonOf(ctx, token)).toBe(state);
    }
  });

  test('voiding one purpose leaves the other open', async () => {
    const ctx = testContext(database);
    const user = await insertUser(database.db, { status: 'invited' });
    const activation = (await issue(ctx, [user.id])).get(user.id) as Link;
    await issue(ctx, [user.id], 'reset');
    await inTransaction(ctx, (tx) => voidLinks(tx, [user.id], 'disabled', 'reset'));
    expect(await reasonOf(ctx, tokenOf(ctx, activation))).toBe('works');
    expect((await openLinks(ctx, [user.id], 'reset')).size).toBe(0);
  });

  test('a deleted person’s link says so, whatever had become of it before', async () => {
    const { ctx, user, link, token } = await invitedWithLink();
    await inTransaction(ctx, (tx) => takeLink(tx, link));
    await database.db('users').where({ id: user.id }).del();
    expect(await reasonOf(ctx, token)).toBe('deleted');
    expect(await findWorkingLink(ctx, link.id)).toBeNull();
  });

  test('an open link of somebody disabled or already active works no more', async () => {
    const { ctx, user, token } = await invitedWithLink();
    await database.db('users').where({ id: user.id }).update({ status: 'disabled' });
    expect(await reasonOf(ctx, token)).toBe('disabled');
    await database.db('users').where({ id: user.id }).update({ status: 'active' });
    expect(await reasonOf(ctx, token)).toBe('used');
  });

  test('a link is taken once, also by many at a time from several replicas', async () => {
    const { ctx, link } = await invitedWithLink();
    const replicas = replicasOf(ctx);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 9 }, (_, index) =>
        inTransaction(replicas[index % replicas.length] as Context, (tx) => takeLink(tx, link)),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ kind: 'link_void', facts: { reason: 'used' } });
    }
  });

  test('links issued to one person at the same moment leave one open', async () => {
    const { ctx, user } = await invitedWithLink();
    const replicas = replicasOf(ctx);
    await Promise.all(
      Array.from({ length: 6 }, (_, index) => issue(replicas[index % replicas.length] as Context, [user.id])),
    );
    const states: string[] = await database.db('links').where({ user_id: user.id }).pluck('state');
    expect(states.filter((state) => state === 'open')).toHaveLength(1);
    expect(states.filter((state) => state === 'replaced')).toHaveLength(6);
  });

  test('500 links take as many statements as one', async () => {
    const ctx = testContext(database);
    const ids: number[] = [];
    for (let index = 0; index < 500; index += 1) ids.push((await insertUser(database.db, { status: 'invited' })).id);
    const statementsOf = async (userIds: readonly number[]) => {
      let statements = 0;
      const listen = () => {
        statements += 1;
      };
      database.db.on('query', listen);
      const issued = await issue(ctx, userIds).finally(() => database.db.removeListener('query', listen));
      expect([...issued.keys()].sort((a, b) => a - b)).toEqual([...userIds]);
      return statements;
    };
    const one = await statementsOf(ids.slice(0, 1));
    const many = await statementsOf(ids);
    // SQLite takes two rounds of at most 400 rows.
    expect(many).toBeLessThanOrEqual(2 * one);
    expect(await database.db('links').where({ state: 'open' }).pluck('user_id')).toHaveLength(500);
  });

  test('issuing to nobody does nothing', async () => {
    expect((await issue(testContext(database), [])).size).toBe(0);
  });

  test('truncated, lengthened, altered and foreign tokens are unknown', async () => {
    const { ctx, token } = await invitedWithLink();
    const altered = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    const other = testContext(database, { settings: { APP_SECRET: 'another secret of the same sufficient length' } });
    const garbage = [
      '',
      ' ',
      'null',
      '../../etc/passwd',
      "' OR 1=1 --",
      '💥'.repeat(24),
      'A'.repeat(48),
      '_'.repeat(48),
    ];
    for (const wrong of [
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      altered,
      token.toLowerCase(),
      ...garbage,
    ]) {
      expect([wrong, await reasonOf(ctx, wrong)]).toEqual([wrong, 'unknown']);
    }
    expect(await reasonOf(other, token)).toBe('unknown');
    expect(await reasonOf(ctx, token)).toBe('works');
  });

  test('no token opens another purpose or another link, whatever the ids, nonces and purposes', async () => {
    const ctx = testContext(database);
    const users = await Promise.all([1, 2, 3].map(() => insertUser(database.db, { status: 'active' })));
    const links: Link[] = [];
    for (const purpose of ['activation', 'reset'] as const) {
      links.push(
        ...(
          await issue(
            ctx,
            users.map(({ id }) => id),
            purpose,
          )
        ).values(),
      );
    }
    const link = fc.constantFrom(...links);
    await fc.assert(
      fc.asyncProperty(
        link,
        link,
        fc.constantFrom<LinkPurpose>('activation', 'reset'),
        fc.base64String(),
        async (a, b, purpose, nonce) => {
          // The id of one link in front of the sum of another, and sums over facts that are not the stored ones.
          const grafted = (from: Link) =>
            Buffer.concat([
              Buffer.from(tokenOf(ctx, b), 'base64url').subarray(0, 4),
              Buffer.from(tokenOf(ctx, from), 'base64url').subarray(4),
            ]).toString('base64url');
          if (a.id !== b.id) expect(await reasonOf(ctx, grafted(a), b.purpose)).toBe('unknown');
          expect(await reasonOf(ctx, grafted({ ...b, nonce: `${nonce}!` }), b.purpose)).toBe('unknown');
          if (purpose !== a.purpose) {
            expect(await reasonOf(ctx, tokenOf(ctx, a), purpose)).toBe('unknown');
            expect(await reasonOf(ctx, tokenOf(ctx, { ...a, purpose }), purpose)).not.toBe('works');
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('arbitrary text is never a token', async () => {
    const { ctx } = await invitedWithLink();
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string(),
          fc.uint8Array({ minLength: 36, maxLength: 36 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
        ),
        async (text) => expect(await reasonOf(ctx, text)).toBe('unknown'),
      ),
      { numRuns: 100 },
    );
  });

  test('each reason has a sentence of its own that says what to do', async () => {
    const sentences = new Set<string>();
    for (const state of ['disabled', 'deleted', 'used', 'expired', 'replaced'] as const) {
      const { ctx, user, token } = await invitedWithLink();
      await inTransaction(ctx, (tx) => voidLinks(tx, [user.id], state));
      const error = await readToken(ctx, token, 'activation').catch((thrown) => thrown);
      sentences.add(error.message);
      expect(error.message).toMatch(/Ask|ask|Look|Sign in/);
    }
    expect(sentences.size).toBe(5);
  });

  test('a link’s address prints as [secret] wherever it lands', async () => {
    const { ctx, link, token } = await invitedWithLink();
    const url = linkUrl(ctx, link);
    ctx.log.info({ url, nested: { url } }, 'link made');
    const printed = [`${url}`, String(url), JSON.stringify({ url }), inspect({ url }), JSON.stringify(ctx.logLines)];
    for (const text of printed) {
      expect(text).toContain('[secret]');
      expect(text).not.toContain(token);
    }
    expect(Object.keys(url)).toEqual([]);
    expect(url.reveal()).toContain(token);
  });

  test('without a secret no link is made, for anybody could make the same', async () => {
    const { ctx, link } = await invitedWithLink();
    expect(() => linkUrl({ ...ctx, config: { ...ctx.config, appSecret: '' } }, link)).toThrow(/APP_SECRET/);
  });

  test('the mail finds its link while it works, and nothing afterwards', async () => {
    const { ctx, user, link } = await invitedWithLink();
    expect(await findWorkingLink(ctx, link.id)).toMatchObject({ link: { id: link.id }, user: { id: user.id } });
    ctx.clock.advance(7 * day + hour);
    expect(await findWorkingLink(ctx, link.id)).toBeNull();
    expect(await findWorkingLink(ctx, 999_999)).toBeNull();
  });
});
