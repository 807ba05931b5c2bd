import { activateAccount, resetPassword } from '../../../../src/features/accounts/accounts.service';
import { signIn } from '../../../../src/features/accounts/sign-in/sign-in.service';
import { verifyCredentials } from '../../../../src/features/accounts/sign-in/verify-credentials.service';
import { issueLinks, linkUrl } from '../../../../src/features/credentials/links.service';
import { hashPassword, verifyPassword } from '../../../../src/features/credentials/passwords.service';
import { readSession } from '../../../../src/features/sessions/read-session.service';
import { day } from '../../../../src/lib/duration';
import type { Context } from '../../../../src/platform/context';
import { inTransaction } from '../../../../src/platform/db/transaction';
import { insertUser } from '../../../support/builders';
import { testContext } from '../../../support/context';
import { forEachDatabase } from '../../../support/databases';

/** What every verification of a hash cost, in their order: `$argon2id$v=19$m=…,t=…,p=1$`. */
const mockVerified: string[] = [];
/** What happens, once, while the next password is verified or hashed. */
const mockMeanwhile: { verify?: () => Promise<unknown>; hash?: () => Promise<unknown>; every?: Promise<unknown> } = {};
jest.mock('@node-rs/argon2', () => {
  const real = jest.requireActual('@node-rs/argon2');
  const meanwhile = async (kind: 'verify' | 'hash') => {
    const happens = mockMeanwhile[kind];
    delete mockMeanwhile[kind];
    await happens?.();
  };
  return {
    ...real,
    async verify(hash: string, given: string) {
      mockVerified.push(hash.slice(0, hash.indexOf('p=1$') + 4));
      await meanwhile('verify');
      return real.verify(hash, given);
    },
    async hash(given: string, options: object) {
      await mockMeanwhile.every;
      await meanwhile('hash');
      return real.hash(given, options);
    },
  };
});
beforeEach(() => {
  mockVerified.length = 0;
});

const password = 'teal kite moon';
const client = { clientId: 'browser-1', clientName: 'Firefox on Linux', ip: '192.0.2.7' };
const usual = '$argon2id$v=19$m=19456,t=2,p=1$';
const cheaper = { PASSWORD_MEMORY_KIB: '7168', PASSWORD_PASSES: '5' };

async function linkToken(ctx: Context, userId: number, purpose: 'activation' | 'reset'): Promise<string> {
  const link = (await inTransaction(ctx, (tx) => issueLinks(tx, [userId], purpose, day))).get(userId);
  if (link === undefined) throw new Error('no link');
  return new URL(linkUrl(ctx, link).reveal()).searchParams.get('token') ?? '';
}

forEachDatabase((database) => {
  const begin = async () => {
    const ctx = testContext(database);
    const user = await insertUser(database.db, {
      email: 'Ada@Example.com',
      first_name: 'Ada',
      last_name: 'Lovelace',
      password_hash: await hashPassword(password),
    });
    return { ctx, user };
  };
  const as = (email: string, given = password) => ({ email, password: given, client });

  test('R21 whoever activated their account signs in with the password they chose', async () => {
    const ctx = testContext(database);
    const user = await insertUser(database.db, { email: 'new@example.com', status: 'invited' });
    const names = { firstName: 'New', lastName: 'Comer' };
    await activateAccount(ctx, { token: await linkToken(ctx, user.id, 'activation'), ...names, password });
    const signedIn = await signIn(ctx, { ...as('new@example.com'), kind: 'web' });
    if (signedIn.kind !== 'started') throw new Error(signedIn.kind);
    expect(signedIn.user).toMatchObject({ id: user.id, email: 'new@example.com', firstName: 'New' });
    expect(await readSession(ctx, signedIn.token.reveal())).toMatchObject({ state: 'active', user: { id: user.id } });
  });

  test('the address is taken in any case and with blanks around it, the password exactly as it is', async () => {
    const { ctx, user } = await begin();
    const right = { kind: 'right', user: { id: user.id, email: 'Ada@Example.com', status: 'active' } };
    expect(await verifyCredentials(ctx, as('  ADA@example.COM '))).toMatchObject(right);
    for (const wrong of ['', ` ${password}`, password.toUpperCase(), `${password}${'x'.repeat(5000)}`]) {
      expect(await verifyCredentials(ctx, as('ada@example.com', wrong))).toEqual({ kind: 'wrong' });
    }
  });

  test('R26 the disabled, the invited, those who sign in by SSO, and addresses of nobody get one answer for one work', async () => {
    const { ctx } = await begin();
    const passwordHash = await hashPassword(password);
    const given = { password_hash: passwordHash };
    await insertUser(database.db, { ...given, email: 'disabled@example.com', status: 'disabled' });
    await insertUser(database.db, { ...given, email: 'sso@example.com', auth_system: 'sso', sso_username: 'sso' });
    await insertUser(database.db, { ...given, email: 'ldap@example.com', auth_system: 'ldap', ldap_username: 'ldap' });
    await insertUser(database.db, { email: 'invited@example.com', status: 'invited' });
    for (const email of ['disabled', 'invited', 'sso', 'ldap', 'nobody'].map((name) => `${name}@example.com`)) {
      mockVerified.length = 0;
      const answer = await signIn(ctx, { ...as(email), kind: 'web' });
      expect([email, answer, mockVerified]).toEqual([email, { kind: 'wrong' }, [usual]]);
    }
    mockVerified.length = 0;
    expect(await signIn(ctx, { ...as('ada@example.com', 'not this one'), kind: 'web' })).toEqual({ kind: 'wrong' });
    expect(mockVerified).toEqual([usual]);
    expect(await database.db('sessions')).toEqual([]);
  });

  test('where nobody has the address the work is that of the site’s cost', async () => {
    const ctx = testContext(database, { settings: cheaper });
    await verifyCredentials(ctx, as('nobody@example.com'));
    expect(mockVerified).toEqual(['$argon2id$v=19$m=7168,t=5,p=1$']);
  });

  test('after the cost was changed a sign-in hashes the password anew, once, and changes nothing else', async () => {
    const { user } = await begin();
    const ctx = testContext(database, { settings: cheaper });
    const row = () => database.db('users').where({ id: user.id }).first();
    const before = await row();
    expect(await verifyCredentials(ctx, as('ada@example.com', 'not this one'))).toEqual({ kind: 'wrong' });
    expect(await row()).toEqual(before);
    expect(await verifyCredentials(ctx, as('ada@example.com'))).toMatchObject({ kind: 'right' });
    const after = await row();
    expect(after).toEqual({ ...before, password_hash: after.password_hash });
    expect(after.password_hash).toMatch(/^\$argon2id\$v=19\$m=7168,t=5,p=1\$/);
    expect(await verifyPassword(after.password_hash, password)).toBe(true);
    expect(await verifyCredentials(ctx, as('ada@example.com'))).toMatchObject({ kind: 'right' });
    expect((await row()).password_hash).toBe(after.password_hash);
  });

  test('a password that is set while the old one is hashed anew stays', async () => {
    const { user } = await begin();
    const newHash = await hashPassword('lantern under the bridge');
    const users = () => database.db('users').where({ id: user.id });
    mockMeanwhile.hash = () => users().update({ password_hash: newHash });
    const ctx = testContext(database, { settings: cheaper });
    expect(await verifyCredentials(ctx, as('ada@example.com'))).toMatchObject({ kind: 'right' });
    expect(await users().pluck('password_hash')).toEqual([newHash]);
  });

  test('whoever is disabled, or has their password set, while theirs is verified is not signed in by it', async () => {
    const { ctx, user } = await begin();
    const users = () => database.db('users').where({ id: user.id });
    const newHash = await hashPassword('lantern under the bridge');
    for (const change of [
      { password_hash: newHash, version: 2 },
      { status: 'disabled', version: 3 },
    ]) {
      mockMeanwhile.verify = () => users().update(change);
      const given = change.status === undefined ? password : 'lantern under the bridge';
      expect(await signIn(ctx, { ...as('ada@example.com', given), kind: 'web' })).toEqual({ kind: 'wrong' });
      expect(await users().pluck('version')).toEqual([change.version]);
    }
    expect(await database.db('sessions')).toEqual([]);
  });

  test('whoever is renamed while their password is verified is signed in all the same', async () => {
    const { ctx, user } = await begin();
    mockMeanwhile.verify = () =>
      database.db('users').where({ id: user.id }).update({ first_name: 'Augusta', version: 2 });
    expect(await signIn(ctx, { ...as('ada@example.com'), kind: 'web' })).toMatchObject({
      kind: 'started',
      user: { firstName: 'Augusta' },
    });
  });

  test('after a reset the old password is wrong and the new one right', async () => {
    const { ctx, user } = await begin();
    await resetPassword(ctx, { token: await linkToken(ctx, user.id, 'reset'), password: 'lantern under the bridge' });
    expect(await verifyCredentials(ctx, as('ada@example.com'))).toEqual({ kind: 'wrong' });
    expect(await verifyCredentials(ctx, as('ada@example.com', 'lantern under the bridge'))).toMatchObject({
      kind: 'right',
    });
  });

  test('when more passwords wait to be hashed than can be soon, a sign-in is told so, and it counts as no failure', async () => {
    const { ctx } = await begin();
    let goOn = () => {};
    mockMeanwhile.every = new Promise<void>((done) => {
      goOn = done;
    });
    const crowd = Array.from({ length: 63 }, () => hashPassword(password));
    const answer = await verifyCredentials(ctx, as('ada@example.com', 'not this one'));
    expect(answer).toEqual({ kind: 'unavailable', sentence: expect.stringContaining('more to do right now') });
    goOn();
    delete mockMeanwhile.every;
    await Promise.all(crowd);
    expect(await database.db('sign_in_failures').pluck('failures')).toEqual([0, 0]);
    expect(await verifyCredentials(ctx, as('ada@example.com'))).toMatchObject({ kind: 'right' });
  });

  test('no line of the log holds a password or an address that was typed', async () => {
    const { ctx } = await begin();
    await signIn(ctx, { ...as('ada@example.com'), kind: 'web' });
    await signIn(ctx, { ...as('my secret typed into the wrong field', 'another secret'), kind: 'web' });
    expect(JSON.stringify(ctx.logLines)).not.toMatch(/teal kite|secret/);
    expect(JSON.stringify(await database.db('sign_in_failures'))).not.toMatch(/teal kite|secret|ada/i);
  });
});
