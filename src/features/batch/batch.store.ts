import type { Knex } from 'knex';
import { toDate } from '../../platform/db/dialect';
import { insertAll } from '../../platform/db/insert-all';
import {
  type Batch,
  type BatchAction,
  type BatchInput,
  type BatchPerson,
  type BatchState,
  batchInput,
} from './batch.types';

type Database = Knex | Knex.Transaction;

interface BatchRow {
  id: number;
  action: BatchAction;
  state: BatchState;
  input: string;
  owner_user_id: number | null;
  owner_label: string;
  owner_slack_id: string | null;
  operation_id: number | null;
  total: number;
  next_position: number;
  conversation_id: string | null;
  message_ts: string | null;
  created_at: unknown;
}

function toBatch(row: BatchRow): Batch {
  return {
    id: row.id,
    action: row.action,
    state: row.state,
    input: batchInput.parse(JSON.parse(row.input)),
    owner: { userId: row.owner_user_id, email: row.owner_label, slackId: row.owner_slack_id },
    operationId: row.operation_id,
    total: row.total,
    nextPosition: row.next_position,
    message:
      row.conversation_id === null || row.message_ts === null
        ? null
        : { conversationId: row.conversation_id, ts: row.message_ts },
    createdAt: toDate(row.created_at),
  };
}

export interface NewBatch {
  readonly action: BatchAction;
  readonly input: BatchInput;
  readonly owner: Batch['owner'];
  readonly people: readonly { readonly userId: number; readonly email: string }[];
  readonly createdAt: Date;
}

export async function insertBatch(db: Knex.Transaction, batch: NewBatch): Promise<number> {
  const [id] = await db('batches').insert({
    action: batch.action,
    state: 'draft',
    input: JSON.stringify(batch.input),
    owner_user_id: batch.owner.userId,
    owner_label: batch.owner.email,
    owner_slack_id: batch.owner.slackId,
    total: batch.people.length,
    told: false,
    created_at: batch.createdAt,
  });
  const people = batch.people.map(({ userId, email }, position) => ({
    batch_id: Number(id),
    position,
    user_id: userId,
    email,
  }));
  await insertAll(db, 'batch_people', people);
  return Number(id);
}

export async function selectBatch(db: Database, id: number): Promise<Batch | null> {
  const row: BatchRow | undefined = await db('batches').where({ id }).first();
  return row === undefined ? null : toBatch(row);
}

/** The people from `from` on, in their order. */
export async function selectBatchPeople(
  db: Database,
  batchId: number,
  from: number,
  limit: number,
): Promise<BatchPerson[]> {
  const rows = await db('batch_people')
    .where({ batch_id: batchId })
    .where('position', '>=', from)
    .orderBy('position')
    .limit(limit)
    .select('position', 'user_id', 'email');
  return rows.map((row) => ({ position: row.position, userId: row.user_id, email: row.email }));
}

/** Moves a batch that still is in one of `from`; false when somebody was faster. */
export async function moveBatch(
  db: Knex.Transaction,
  id: number,
  from: readonly BatchState[],
  to: BatchState,
  now: Date,
  more: { readonly input?: BatchInput; readonly operationId?: number } = {},
): Promise<boolean> {
  const changed = await db('batches')
    .where({ id })
    .whereIn('state', [...from])
    .update({
      state: to,
      moved_at: now,
      ...(more.input === undefined ? {} : { input: JSON.stringify(more.input) }),
      ...(more.operationId === undefined ? {} : { operation_id: more.operationId }),
    });
  return changed > 0;
}

/** Goes on from one position to the next, which only one worker can. */
export async function advanceBatch(
  db: Knex.Transaction,
  id: number,
  from: number,
  to: number,
  now: Date,
): Promise<boolean> {
  const changed = await db('batches')
    .where({ id, state: 'running', next_position: from })
    .update({ next_position: to, moved_at: now });
  return changed > 0;
}

export async function updateMessage(
  db: Database,
  id: number,
  message: { readonly conversationId: string; readonly ts: string },
): Promise<void> {
  await db('batches').where({ id }).update({ conversation_id: message.conversationId, message_ts: message.ts });
}

/** Remembers that somebody was shown how it ended. */
export async function updateTold(db: Database, id: number): Promise<void> {
  await db('batches').where({ id }).update({ told: true });
}

const endedUntold = { state: 'done', told: false } as const;

/** Batches that ended and of which nobody was told, those first that were tried longest ago. */
export async function selectUntold(
  db: Database,
  which: { readonly createdAfter: Date; readonly movedBefore: Date },
  limit: number,
): Promise<number[]> {
  return db('batches')
    .where(endedUntold)
    .where('created_at', '>', which.createdAfter)
    .where('moved_at', '>', which.createdAfter)
    .where('moved_at', '<=', which.movedBefore)
    .orderBy('moved_at')
    .limit(limit)
    .pluck('id');
}

/** Takes up telling how a batch ended, which one worker does at a time; false when another one does, or did. */
export async function claimTelling(db: Database, id: number, movedBefore: Date, now: Date): Promise<boolean> {
  const claimed = await db('batches')
    .where({ id, ...endedUntold })
    .where('moved_at', '<=', movedBefore)
    .update({ moved_at: now });
  return claimed > 0;
}

/** People whom this admin's running batches of an action, of at most so many people each, have not come to yet. */
export async function countAhead(
  db: Database,
  of: { readonly ownerUserId: number; readonly action: BatchAction; readonly mostPeople: number },
): Promise<number> {
  const row = (await db('batches')
    .where({ state: 'running', owner_user_id: of.ownerUserId, action: of.action })
    .where('total', '<=', of.mostPeople)
    .sum({ total: 'total', behind: 'next_position' })
    .first()) as { total: number | string | null; behind: number | string | null };
  return Number(row.total ?? 0) - Number(row.behind ?? 0);
}

/** Running batches that have not moved since. */
export async function selectStill(db: Database, movedBefore: Date, limit: number): Promise<number[]> {
  return db('batches')
    .where({ state: 'running' })
    .where('moved_at', '<=', movedBefore)
    .orderBy('id')
    .limit(limit)
    .pluck('id');
}
