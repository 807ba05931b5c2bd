import type { Knex } from 'knex';
import type { Context } from '../../src/platform/context';
import { databaseNow } from '../../src/platform/db/dialect';
import { inTransaction } from '../../src/platform/db/transaction';
import type { OutboxMessage } from '../../src/platform/mail/delivery.types';
import { enqueue } from '../../src/platform/mail/outbox';

/** A row of the outbox, the payload read. */
export interface OutboxRow {
  readonly id: number;
  readonly kind: 'mail' | 'chat';
  readonly template: string;
  readonly recipient: string;
  readonly payload: Record<string, unknown>;
  readonly dedup_key: string;
  readonly state: 'waiting' | 'sent' | 'dead' | 'obsolete';
  readonly attempts: number;
  readonly token: string | null;
  readonly last_error: string | null;
}

/** Everything in the outbox, in the order in which it was written. */
export async function outboxRows(db: Knex): Promise<OutboxRow[]> {
  const rows: (Omit<OutboxRow, 'payload'> & { payload: string })[] = await db('outbox').orderBy('id').select();
  return rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) }));
}

/** Whatever waits is due now. The outbox goes by the database's clock, which no test can move. */
export async function makeOutboxDue(db: Knex): Promise<void> {
  await db('outbox')
    .where({ state: 'waiting' })
    .update({ run_at: databaseNow(db, -1) });
}

/** Writes messages in a transaction of their own. */
export function enqueueNow(ctx: Context, messages: readonly OutboxMessage[]): Promise<number> {
  return inTransaction(ctx, (tx) => enqueue(tx, messages));
}
