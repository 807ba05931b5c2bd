import type { Knex } from 'knex';
import type { PastRows } from '../../../platform/db/delete-past';
import { toDate, toDateOrNull } from '../../../platform/db/dialect';
import type { FailureCount } from './sign-in.types';

type Database = Knex | Knex.Transaction;

export interface CounterRow extends FailureCount {
  readonly key: string;
  /** The account that is counted for; null where an address is. */
  readonly accountKey: string | null;
}

export async function selectCounters(db: Database, keys: readonly string[]): Promise<Map<string, FailureCount>> {
  const rows = await db('sign_in_failures').whereIn('counter_key', [...keys]);
  return new Map(
    rows.map((row) => [
      row.counter_key,
      { failures: row.failures, blockedUntil: toDateOrNull(row.blocked_until), expiresAt: toDate(row.expires_at) },
    ]),
  );
}

function toRow(counter: CounterRow): Record<string, unknown> {
  return {
    counter_key: counter.key,
    account_key: counter.accountKey,
    failures: counter.failures,
    blocked_until: counter.blockedUntil,
    expires_at: counter.expiresAt,
  };
}

/** Holds these counters until the transaction ends, in this order; those that are not there yet are made first. */
export async function holdCounters(db: Knex.Transaction, counters: readonly CounterRow[]): Promise<void> {
  await db('sign_in_failures').insert(counters.map(toRow)).onConflict('counter_key').merge(['counter_key']);
}

/** Writes counters, whether they were there before or not. */
export async function storeCounters(db: Knex.Transaction, counters: readonly CounterRow[]): Promise<void> {
  await db('sign_in_failures').insert(counters.map(toRow)).onConflict('counter_key').merge();
}

export async function deleteCounter(db: Database, key: string): Promise<void> {
  await db('sign_in_failures').where({ counter_key: key }).del();
}

export async function deleteCountersOfAccount(db: Database, accountKey: string): Promise<void> {
  await db('sign_in_failures').where({ account_key: accountKey }).del();
}

/** Counters that hold nobody up any more. */
export const expiredCounters: PastRows = {
  table: 'sign_in_failures',
  key: 'counter_key',
  at: 'expires_at',
  index: 'sign_in_failures_expires_at_index',
};
