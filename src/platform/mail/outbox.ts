import type { Context, TxContext } from '../context';
import { deletePast } from '../db/delete-past';
import type { OutboxMessage } from './delivery.types';
import { countDeadMails, endedMessages, endWaitingMessages, insertMessages } from './outbox.store';

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

/** How many mails were given up, from one moment on and before another. */
export async function deadMails(ctx: Context, from: Date, to: Date): Promise<number> {
  return countDeadMails(ctx.db, from, to);
}

/**
 * Forgets messages that ended before these moments, in small batches. Their dedup keys may be used again from then on.
 * @returns how many
 */
export async function purgeMessages(
  ctx: Context,
  before: { readonly sent: Date; readonly dead: Date },
  signal: AbortSignal,
): Promise<number> {
  let purged = 0;
  for (const state of ['sent', 'obsolete', 'dead'] as const)
    purged += await deletePast(ctx, endedMessages(state), state === 'dead' ? before.dead : before.sent, signal);
  return purged;
}
