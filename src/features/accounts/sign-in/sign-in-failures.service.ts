import { createHmac } from 'node:crypto';
import { emailKey } from '../../../lib/email';
import { networkOf } from '../../../lib/network-of';
import type { Context, TxContext } from '../../../platform/context';
import { deletePast } from '../../../platform/db/delete-past';
import { inTransaction } from '../../../platform/db/transaction';
import { secondsToWait, withFailure, withoutFailure } from './failure-count';
import type { FailureCount } from './sign-in.types';
import {
  deleteCounter,
  deleteCountersOfAccount,
  expiredCounters,
  holdCounters,
  selectCounters,
  storeCounters,
} from './sign-in-failures.store';

const failuresPerAccount = 10;
/** Many people may share one address. */
const failuresPerNetwork = 100;

interface Counter {
  readonly key: string;
  readonly accountKey: string | null;
  readonly limit: number;
}

/** Where an attempt to sign in comes from, and for whom. */
export interface AttemptOrigin {
  /** The account's address if there is an account, else as typed. */
  readonly email: string;
  /** The browser's name if this person is known to have signed in with it before, else null. */
  readonly knownClientId: string | null;
  readonly ip: string | null;
}

/** An attempt that may go on. It counts as failed until `giveBackAttempt` says otherwise. */
export interface Attempt {
  readonly kind: 'taken';
  readonly origin: AttemptOrigin;
}

function keyOf(ctx: Context, ...facts: readonly string[]): string {
  if (ctx.config.appSecret === '') throw new Error('APP_SECRET is empty: what people typed could be guessed from it');
  return createHmac('sha256', ctx.config.appSecret)
    .update(`usher-failures:${JSON.stringify(facts)}`)
    .digest('base64url');
}

/**
 * The counters of an attempt, in the order in which everybody takes them. A browser that the person is known by has one
 * of its own, which nobody else's attempts touch: neither those on the same account nor those from the same address.
 */
function countersOf(ctx: Context, origin: AttemptOrigin): Counter[] {
  const account = emailKey(origin.email);
  const accountKey = keyOf(ctx, 'account', account);
  if (origin.knownClientId !== null) {
    return [{ key: keyOf(ctx, 'browser', account, origin.knownClientId), accountKey, limit: failuresPerAccount }];
  }
  const ofAccount = { key: keyOf(ctx, 'unknown browsers', account), accountKey, limit: failuresPerAccount };
  if (origin.ip === null) return [ofAccount];
  const network = { key: keyOf(ctx, 'network', networkOf(origin.ip)), accountKey: null, limit: failuresPerNetwork };
  return [network, ofAccount];
}

function longestWait(counters: readonly Counter[], counts: ReadonlyMap<string, FailureCount>, now: Date): number {
  return Math.max(...counters.map(({ key }) => secondsToWait(counts.get(key), now)));
}

/**
 * Counts an attempt before its password is looked at, so that a thousand at the same time are no more than one after
 * another. The same for accounts that exist and for those that do not.
 * @returns `wait` with whole seconds where too many failed before; nothing was counted then
 */
export async function takeAttempt(
  ctx: Context,
  origin: AttemptOrigin,
): Promise<Attempt | { readonly kind: 'wait'; readonly seconds: number }> {
  const counters = countersOf(ctx, origin);
  const keys = counters.map(({ key }) => key);
  const now = ctx.clock.now();
  // Whoever has to wait anyway holds nobody up.
  const waitBefore = longestWait(counters, await selectCounters(ctx.db, keys), now);
  if (waitBefore > 0) return { kind: 'wait', seconds: waitBefore };
  return inTransaction(ctx, async (tx) => {
    const none = { failures: 0, blockedUntil: null, expiresAt: now };
    await holdCounters(
      tx.db,
      counters.map((counter) => ({ ...counter, ...none })),
    );
    const counts = await selectCounters(tx.db, keys);
    const seconds = longestWait(counters, counts, now);
    if (seconds > 0) return { kind: 'wait', seconds } as const;
    await storeCounters(
      tx.db,
      counters.map((counter) => ({ ...counter, ...withFailure(counts.get(counter.key), counter.limit, now) })),
    );
    return { kind: 'taken', origin } as const;
  });
}

/** The attempt was no failure: the password was right, or could not be checked. */
export async function giveBackAttempt(ctx: Context, { origin }: Attempt): Promise<void> {
  const counters = countersOf(ctx, origin);
  await inTransaction(ctx, async (tx) => {
    const none = { failures: 0, blockedUntil: null, expiresAt: tx.clock.now() };
    await holdCounters(
      tx.db,
      counters.map((counter) => ({ ...counter, ...none })),
    );
    const counts = await selectCounters(
      tx.db,
      counters.map(({ key }) => key),
    );
    await storeCounters(
      tx.db,
      counters.map((counter) => ({ ...counter, ...withoutFailure(counts.get(counter.key) ?? none, counter.limit) })),
    );
  });
}

/** After a right password in a browser that the person is known by: what they mistyped before is forgotten. */
export async function forgetFailures(ctx: Context, { origin }: Attempt): Promise<void> {
  for (const { key } of countersOf(ctx, origin)) await deleteCounter(ctx.db, key);
}

/** Nobody waits for this account any more, because its owner has shown by a link that they are. */
export async function clearSignInFailures(tx: TxContext, email: string): Promise<void> {
  await deleteCountersOfAccount(tx.db, keyOf(tx, 'account', emailKey(email)));
}

/** Deletes counters that expired before a moment, in small batches. @returns how many */
export async function purgeSignInFailures(ctx: Context, before: Date, signal: AbortSignal): Promise<number> {
  return deletePast(ctx, expiredCounters, before, signal);
}
