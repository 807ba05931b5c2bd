import type { TxContext } from '../context';
import type { OutboxMessage } from './delivery.types';
import { endWaitingMessages, insertMessages } from './outbox.store';

/**
 * Writes messages beside the change that causes them, in its transaction: both are there, or neither. They leave with
 * the next run of `deliver-mail`. A message whose dedup key was used before is not written a second time.
 * @returns how many were written
 */
export async function enqueue(tx: TxContext, messages: readonly OutboxMessage[]): Promise<number> {
  for (const { dedupKey } of messages) {
    if (dedupKey.length === 0 || dedupKey.length > 190)
      throw new RangeError(`dedup key of ${dedupKey.length} characters`);
  }
  return insertMessages(
    tx.db,
    messages.map((message) => ({ ...message, runAt: message.runAt ?? null })),
    tx.clock.now(),
  );
}

/** Takes back what waits for these recipients: nobody is there to read it any more. Returns how many that were. */
export async function withdrawMessages(tx: TxContext, recipients: readonly string[]): Promise<number> {
  return endWaitingMessages(tx.db, recipients, tx.clock.now());
}
