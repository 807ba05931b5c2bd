import {
  listApiTokens,
  makeApiToken,
  revokeApiToken,
  revokeApiTokens,
  verifyApiToken,
} from '../../../src/features/credentials/api-tokens.service';
import { endSessionsOf } from '../../../src/features/sessions/sessions.service';
import { day, minute, second } from '../../../src/lib/duration';
import type { Context } from '../../../src/platform/context';
import { inTransaction } from '../../../src/platform/db/transaction';
import { insertUser } from '../../support/builders';
import { testContext } from '../../support/context';
import { forEachDatabase } from '../../support/databases';
import { signedIn } from '../../support/sessions';

forEachDatabase((database) => {
  const begin = async () => ({ ctx: testContext(database), user: await insertUser(database.db) });
  async function made(ctx: Context, userId: number, name: string) {
    const outcome = await makeApiToken(ctx, userId, name, null);
    if (outcome.kind !== 'made') throw new Error(outcome.problem);
    return { token: outcome.token.reveal(), ...outcome.apiToken };
  }

  test('a token speaks for its person, is stored as a hash, and stands neither in the audit nor in the log', async () => {
    const { ctx, user } = await begin();
    const { token, id } = await made(ctx, user.id, '  Nightly   import ');
    expect(token).toMatch(/^uk_[A-Za-z0-9_-]{43}$/);
    expect(await verifyApiToken(ctx, token)).toMatchObject({ apiToken: { id, name: 'Nightly import' }, user });
    const events = await database.db('audit_events').select();
    expect(events).toEqual([
      expect.objectContaining({
        action: 'token.made',
        actor_user_id: user.id,
        subject_type: 'user',
        subject_id: user.id,
      }),
    ]);
    const rows = await database.db('api_tokens').select();
    for (const text of [JSON.stringify(rows), JSON.stringify(events), JSON.stringify(ctx.logLines)])
      expect(text).not.toContain(token.slice(3));
  });

  test('whatever is no token of ours speaks for nobody', async () => {
    const { ctx, user } = await begin();
    const { token } = await made(ctx, user.id, 'one');
    for (const nonsense of [
      '',
      'uk_',
      token.slice(3),
      `${token}A`,
      ` ${token}`,
      token.toLowerCase(),
      `us_${token.slice(3)}`,
    ])
      expect(await verifyApiToken(ctx, nonsense)).toBeNull();
  });

  test('the last use is noted, once a minute', async () => {
    const { ctx, user } = await begin();
    const { token } = await made(ctx, user.id, 'one');
    const noted = async () => (await listApiTokens(ctx, user.id))[0]?.lastUsedAt ?? null;
    expect(await noted()).toBeNull();
    const first = ctx.clock.now();
    await verifyApiToken(ctx, token);
    ctx.clock.advance(minute - second);
    await verifyApiToken(ctx, token);
    expect(await noted()).toEqual(first);
    ctx.clock.advance(second);
    await verifyApiToken(ctx, token);
    expect(await noted()).toEqual(ctx.clock.now());
  });

  test('a name is asked for, is short, and is taken once among those that work', async () => {
    const { ctx, user } = await begin();
    const other = await insertUser(database.db);
    const problem = async (name: string) => (await makeApiToken(ctx, user.id, name, null)) as { problem?: string };
    const { id } = await made(ctx, user.id, 'Build server');
    expect(await problem(' \u200b ')).toMatchObject({ problem: 'missing' });
    expect(await problem('é'.repeat(81))).toMatchObject({ problem: 'too_long' });
    expect(await problem('build  SERVER')).toMatchObject({ problem: 'taken' });
    await made(ctx, user.id, '𝔘'.repeat(80));
    await made(ctx, other.id, 'Build server');
    await revokeApiToken(ctx, user.id, id);
    await made(ctx, user.id, 'Build server');
  });

  test('twenty tokens are as many as one person has, also of forms that are sent at once', async () => {
    const { ctx, user } = await begin();
    for (let number = 1; number <= 18; number += 1) await made(ctx, user.id, `token ${number}`);
    const racing = await Promise.all(
      [1, 2, 3, 4, 5].map((number) => makeApiToken(ctx, user.id, `racing ${number}`, null)),
    );
    expect(racing.filter(({ kind }) => kind === 'made')).toHaveLength(2);
    expect(await makeApiToken(ctx, user.id, 'one more', null)).toEqual({ kind: 'refused', problem: 'too_many' });
    expect(await listApiTokens(ctx, user.id)).toHaveLength(20);
  });

  test('of one name that is sent twice at once one token is made', async () => {
    const { ctx, user } = await begin();
    const twice = await Promise.all([1, 2].map(() => makeApiToken(ctx, user.id, 'double click', null)));
    expect(twice.map((outcome) => (outcome.kind === 'made' ? 'made' : outcome.problem)).sort()).toEqual([
      'made',
      'taken',
    ]);
  });

  test('whoever makes and revokes a hundred in a day waits for the next day', async () => {
    const { ctx, user } = await begin();
    const rows = Array.from({ length: 100 }, (_, number) => ({
      user_id: user.id,
      name: `old ${number}`,
      token_hash: `${number}`.padStart(64, '0'),
      created_at: ctx.clock.now(),
      revoked_at: ctx.clock.now(),
      revoked_reason: 'owner',
    }));
    await database.db('api_tokens').insert(rows);
    expect(await makeApiToken(ctx, user.id, 'next', null)).toEqual({ kind: 'refused', problem: 'too_many_today' });
    ctx.clock.advance(day);
    await made(ctx, user.id, 'next');
  });

  test('a revoked token is no token any more, and nobody revokes another’s', async () => {
    const { ctx, user } = await begin();
    const other = await insertUser(database.db);
    const { token, id } = await made(ctx, user.id, 'one');
    await expect(revokeApiToken(ctx, other.id, id)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await verifyApiToken(ctx, token)).not.toBeNull();
    expect(await Promise.all([1, 2].map(() => revokeApiToken(ctx, user.id, id)))).toEqual(
      expect.arrayContaining([true, false]),
    );
    expect(await verifyApiToken(ctx, token)).toBeNull();
    expect(await listApiTokens(ctx, user.id)).toEqual([]);
    expect(await database.db('audit_events').orderBy('id').pluck('action')).toEqual(['token.made', 'token.revoked']);
  });

  test('a disabled person’s token does not work, whatever the table of tokens says', async () => {
    const { ctx, user } = await begin();
    const { token, id } = await made(ctx, user.id, 'one');
    await database.db('users').where({ id: user.id }).update({ status: 'disabled' });
    expect(await verifyApiToken(ctx, token)).toBeNull();
    await expect(makeApiToken(ctx, user.id, 'two', null)).rejects.toMatchObject({ kind: 'not_found' });
    await expect(revokeApiToken(ctx, user.id, id)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('R79: a password reset revokes every token at once', async () => {
    const { ctx, user } = await begin();
    const tokens = [await made(ctx, user.id, 'one'), await made(ctx, user.id, 'two')];
    expect(await inTransaction(ctx, (tx) => revokeApiTokens(tx, [user.id], 'password_reset'))).toBe(2);
    for (const { token } of tokens) expect(await verifyApiToken(ctx, token)).toBeNull();
  });

  test('a session that ends while it asks for a token leaves none behind', async () => {
    const { ctx, user } = await begin();
    const { session } = await signedIn(ctx, user.id, 'chrome');
    expect(await makeApiToken(ctx, user.id, 'before', session.id)).toMatchObject({ kind: 'made' });
    await inTransaction(ctx, (tx) => endSessionsOf(tx, [user.id], 'password_changed'));
    await expect(makeApiToken(ctx, user.id, 'after', session.id)).rejects.toMatchObject({ kind: 'not_found' });
    expect((await listApiTokens(ctx, user.id)).map(({ name }) => name)).toEqual(['before']);
  });
});
