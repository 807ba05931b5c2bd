import { resetPassword } from '../../../../src/features/accounts/accounts.service';
import { deviceProof } from '../../../../src/features/accounts/sign-in/device-proof.service';
import { signIn } from '../../../../src/features/accounts/sign-in/sign-in.service';
import type { CredentialCheck } from '../../../../src/features/accounts/sign-in/sign-in.types';
import { purgeSignInFailures } from '../../../../src/features/accounts/sign-in/sign-in-failures.service';
import { verifyCredentials } from '../../../../src/features/accounts/sign-in/verify-credentials.service';
import { issueLinks, linkUrl } from '../../../../src/features/credentials/links.service';
import { hashPassword } from '../../../../src/features/credentials/passwords.service';
import { day, hour, minute } from '../../../../src/lib/duration';
import type { Context } from '../../../../src/platform/context';
import { inTransaction } from '../../../../src/platform/db/transaction';
import { insertUser } from '../../../support/builders';
import { type FakeClock, testContext } from '../../../support/context';
import { forEachDatabase } from '../../../support/databases';

let mockVerified = 0;
jest.mock('@node-rs/argon2', () => {
  const real = jest.requireActual('@node-rs/argon2');
  return {
    ...real,
    verify: (hash: string, given: string) => {
      mockVerified += 1;
      return real.verify(hash, given);
    },
  };
});
beforeEach(() => {
  mockVerified = 0;
});

const never = new AbortController().signal;
const password = 'teal kite moon';
const email = 'ada@example.com';
const browser = (clientId: string, ip: string | null = null) => ({ clientId, clientName: 'Firefox on Linux', ip });
const home = browser('her own browser', '192.0.2.7');
const strange = browser('another browser', '203.0.113.9');
const wait = (seconds: number): CredentialCheck => ({ kind: 'wait', seconds });
const wrong: CredentialCheck = { kind: 'wrong' };

forEachDatabase((database) => {
  /** Ada, who has signed in with her own browser before. */
  const begin = async () => {
    const ctx = testContext(database);
    const user = await insertUser(database.db, { email, password_hash: await hashPassword(password) });
    const first = await signIn(ctx, { email, password, kind: 'web', client: home });
    if (first.kind !== 'started') throw new Error(first.kind);
    return { ctx, user, proof: first.deviceProof };
  };
  const guess = (ctx: Context, given: { email?: string; client?: typeof home; password?: string } = {}) =>
    verifyCredentials(ctx, { email, password: 'a guess', client: strange, ...given });
  /** The answers to so many guesses one after another. */
  const guesses = async (ctx: Context, count: number, given: Parameters<typeof guess>[1] = {}) => {
    const answers: CredentialCheck[] = [];
    for (let made = 0; made < count; made += 1) answers.push(await guess(ctx, given));
    return answers;
  };

  test('ten thousand wrong passwords of strangers do not shut the person out of their own browser', async () => {
    const { ctx, proof } = await begin();
    mockVerified = 0;
    const kinds: Record<string, number> = {};
    for (let round = 0; round < 10; round += 1) {
      for (let made = 0; made < 1000; made += 40) {
        // A botnet: every guess from another address and with another name of its browser, forty at a time.
        const bots = Array.from({ length: 40 }, (_, bot) =>
          browser(`bot ${round}-${made + bot}`, `198.18.${made / 40}.${bot}`),
        );
        for (const { kind } of await Promise.all(bots.map((client) => guess(ctx, { client })))) {
          kinds[kind] = (kinds[kind] ?? 0) + 1;
        }
      }
      ctx.clock.advance(minute);
    }
    // Ten at once, then one after each of the waits of 1, 2 and 4 minutes.
    expect(kinds).toEqual({ wrong: 13, wait: 9987 });
    expect(mockVerified).toBe(13);
    const known = { email, password, kind: 'web', client: home, deviceProof: proof } as const;
    expect(await signIn(ctx, known)).toMatchObject({ kind: 'started' });
    expect((await signIn(ctx, { ...known, client: strange, deviceProof: null })).kind).toBe('wait');
  }, 120_000);

  test('an address that nobody has answers to guesses as an account does, word by word and second by second', async () => {
    const { ctx } = await begin();
    await insertUser(database.db, { email: 'disabled@example.com', status: 'disabled', password_hash: 'x' });
    const answersFor = async (address: string, clock: FakeClock) => {
      const answers: CredentialCheck[] = [];
      const given = { email: address, client: browser('guesser') };
      answers.push(...(await guesses(ctx, 12, given)));
      for (const pause of [59_000, 1000, minute, 2 * minute, 4 * minute, hour]) {
        clock.advance(pause);
        answers.push(...(await guesses(ctx, 2, given)));
      }
      return answers;
    };
    const existing = await answersFor(email, ctx.clock);
    expect(await answersFor('nobody@example.com', ctx.clock)).toEqual(existing);
    expect(await answersFor('disabled@example.com', ctx.clock)).toEqual(existing);
    const tenWrong = Array.from({ length: 10 }, () => wrong);
    expect(existing).toEqual([
      ...[...tenWrong, wait(60), wait(60)],
      ...[wait(1), wait(1)],
      // Each failure after a wait brings one that is twice as long.
      ...[wrong, wait(120)],
      ...[wait(60), wait(60)],
      ...[wrong, wait(240)],
      ...[wrong, wait(480)],
      ...[wrong, wrong],
    ]);
  });

  test('the wait grows to a quarter of an hour, and a quarter of an hour after it all is forgotten', async () => {
    const { ctx } = await begin();
    await guesses(ctx, 10);
    for (const seconds of [60, 120, 240, 480, 900, 900]) {
      expect(await guess(ctx)).toEqual(wait(seconds));
      ctx.clock.advance(seconds * 1000);
      expect(await guess(ctx)).toEqual(wrong);
    }
    ctx.clock.advance(30 * minute);
    expect(await guesses(ctx, 11)).toEqual([...Array.from({ length: 10 }, () => wrong), wait(60)]);
  });

  test('nine failures in every quarter of an hour bring no wait', async () => {
    const { ctx } = await begin();
    for (let round = 0; round < 4; round += 1) {
      expect(await guesses(ctx, 9)).toEqual(Array.from({ length: 9 }, () => wrong));
      ctx.clock.advance(15 * minute);
    }
  });

  test('the right password from a strange browser waits as well, and clears nothing for others when it comes in time', async () => {
    const { ctx } = await begin();
    await guesses(ctx, 9);
    expect(await guess(ctx, { password })).toMatchObject({ kind: 'right' });
    expect(await guess(ctx)).toEqual(wrong);
    expect(await guess(ctx, { password })).toEqual(wait(60));
  });

  test('guesses at the same time are no more than one after another', async () => {
    const { ctx } = await begin();
    mockVerified = 0;
    const answers = await Promise.all(Array.from({ length: 40 }, () => guess(ctx)));
    expect(answers.filter(({ kind }) => kind === 'wrong')).toHaveLength(10);
    expect(answers.filter(({ kind }) => kind === 'wait')).toHaveLength(30);
    expect(mockVerified).toBe(10);
  });

  test('the person’s own browser has a limit of its own, which ends with the right password', async () => {
    const { ctx, proof } = await begin();
    const known = { email, client: home, deviceProof: proof };
    const mistyped = () => verifyCredentials(ctx, { ...known, password: 'mistyped' });
    for (let made = 0; made < 9; made += 1) expect(await mistyped()).toEqual(wrong);
    expect(await verifyCredentials(ctx, { ...known, password })).toMatchObject({ kind: 'right' });
    for (let made = 0; made < 10; made += 1) expect(await mistyped()).toEqual(wrong);
    expect(await mistyped()).toEqual(wait(60));
    // A stolen browser shuts nobody out elsewhere.
    expect(await guess(ctx, { password })).toMatchObject({ kind: 'right' });
  });

  test('a browser is known by its proof only: neither its name alone nor the proof of another serves', async () => {
    const { ctx, user, proof } = await begin();
    const other = await insertUser(database.db, { email: 'eve@example.com' });
    await guesses(ctx, 10);
    for (const [client, shown] of [
      [home, null],
      [home, ''],
      [home, `${proof}x`],
      [home, deviceProof(ctx, other.id, home.clientId)],
      [strange, proof],
      [home, deviceProof(testContext(database, { settings: { APP_SECRET: 'x'.repeat(32) } }), user.id, home.clientId)],
    ] as const) {
      expect(await verifyCredentials(ctx, { email, password, client, deviceProof: shown })).toEqual(wait(60));
    }
    expect(await verifyCredentials(ctx, { email, password, client: home, deviceProof: proof })).toMatchObject({
      kind: 'right',
    });
  });

  test('setting a new password by a link ends the waiting', async () => {
    const { ctx, user } = await begin();
    await guesses(ctx, 10);
    expect((await guess(ctx)).kind).toBe('wait');
    const link = (await inTransaction(ctx, (tx) => issueLinks(tx, [user.id], 'reset', day))).get(user.id);
    if (link === undefined) throw new Error('no link');
    const token = new URL(linkUrl(ctx, link).reveal()).searchParams.get('token') ?? '';
    await resetPassword(ctx, { token, password: 'lantern under the bridge' });
    expect(await guess(ctx, { password: 'lantern under the bridge' })).toMatchObject({ kind: 'right' });
  });

  test('one address that fails for many accounts waits, with all of its 2^64 neighbours; others and known browsers do not', async () => {
    const { ctx, proof } = await begin();
    const from = (ip: string | null) => browser('guesser', ip);
    for (let made = 0; made < 100; made += 1) {
      const ip = `2001:db8:0:7::${(made + 1).toString(16)}`;
      expect(await guess(ctx, { email: `person${made}@example.com`, client: from(ip) })).toEqual(wrong);
    }
    const rows = async () => Number((await database.db('sign_in_failures').count({ total: '*' }).first())?.total);
    const rowsBefore = await rows();
    expect(await guess(ctx, { email: 'further@example.com', client: from('2001:db8::7:ffff:ffff:ffff:ffff') })).toEqual(
      wait(60),
    );
    // Who waits fills no table.
    expect(await rows()).toBe(rowsBefore);
    expect(await guess(ctx, { email: 'further@example.com', client: from('2001:db8:0:8::1') })).toEqual(wrong);
    const known = { ...home, ip: '2001:db8:0:7::1' };
    expect(await verifyCredentials(ctx, { email, password, client: known, deviceProof: proof })).toMatchObject({
      kind: 'right',
    });
  });

  test('another replica counts on, also after a restart', async () => {
    const { ctx } = await begin();
    await guesses(ctx, 6);
    const replica = testContext(database, { db: database.connect(), clock: ctx.clock });
    expect(await guesses(replica, 5)).toEqual([wrong, wrong, wrong, wrong, wait(60)]);
    expect(await guess(ctx)).toEqual(wait(60));
  });

  test('what has expired is purged, and what still counts is not', async () => {
    const { ctx } = await begin();
    await guesses(ctx, 2, { email: 'old@example.com', client: browser('guesser') });
    ctx.clock.advance(hour);
    await guesses(ctx, 10);
    const before = await database.db('sign_in_failures').pluck('counter_key');
    // Those of old@example.com, and of the address from which Ada signed in an hour ago.
    expect(await purgeSignInFailures(ctx, ctx.clock.now(), never)).toBe(2);
    expect(await database.db('sign_in_failures').pluck('counter_key')).toHaveLength(before.length - 2);
    expect((await guess(ctx)).kind).toBe('wait');
    ctx.clock.advance(day);
    await purgeSignInFailures(ctx, ctx.clock.now(), never);
    expect(await database.db('sign_in_failures')).toEqual([]);
  });

  test('more expired counters than one statement takes are purged all the same', async () => {
    const ctx = testContext(database);
    const expires = new Date(ctx.clock.now().getTime() - hour);
    const rows = Array.from({ length: 2300 }, (_, number) => ({
      counter_key: `counter ${number}`,
      failures: 1,
      expires_at: expires,
    }));
    await database.db.batchInsert('sign_in_failures', rows, 400);
    expect(await purgeSignInFailures(ctx, ctx.clock.now(), never)).toBe(2300);
    expect(await database.db('sign_in_failures')).toEqual([]);
  });
});
