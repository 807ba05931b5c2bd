import type { Knex } from 'knex';
import type { PastRows } from './db/delete-past';
import { isDuplicate } from './db/driver-errors';

/** Deliveries that Slack no longer repeats. */
export const seenDeliveries: PastRows = {
  table: 'seen_deliveries',
  key: 'delivery_key',
  at: 'seen_at',
  index: 'seen_deliveries_seen_at_index',
};

/** Remembers one of Slack's deliveries; false when it was remembered before, by whatever replica. */
export async function rememberDelivery(db: Knex, key: string, now: Date): Promise<boolean> {
  try {
    await db('seen_deliveries').insert({ delivery_key: key, seen_at: now });
    return true;
  } catch (error) {
    if (isDuplicate(error)) return false;
    throw error;
  }
}

/** Forgets a delivery whose work could not even begin, so that Slack's retry gets another chance. */
export async function forgetDelivery(db: Knex, key: string): Promise<void> {
  await db('seen_deliveries').where({ delivery_key: key }).del();
}
