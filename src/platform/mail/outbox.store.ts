import type { Knex } from 'knex';
import { inSlices } from '../../lib/in-turns';
import type { PastRows } from '../db/delete-past';
import { databaseNow, lockSkippingLocked, readByIndex } from '../db/dialect';
import { isDuplicate } from '../db/driver-errors';
import { insertAll, rowsPerInsert } from '../db/insert-all';
import type { MessageKind } from './delivery.types';

/** A message as it is written: at `runAt`, or at once. */
export interface NewMessage {
  readonly kind: MessageKind;
  readonly template: string;
  readonly recipient: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly dedupKey: string;
  readonly runAt: Date | null;
}

/** A message that a dispatcher holds for as long as its token stands in the row. */
export interface ClaimedMessage {
  readonly id: number;
  readonly kind: MessageKind;
  readonly template: string;
  readonly recipient: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly dedupKey: string;
  /** This try included. */
  readonly attempts: number;
  readonly token: string;
}

/** How a message ends. */
export type FinalState = 'sent' | 'dead' | 'obsolete';

type Claim = Pick<ClaimedMessage, 'id' | 'token'>;

async function selectKnownKeys(db: Knex, keys: readonly string[]): Promise<Set<string>> {
  return new Set<string>(await db('outbox').whereIn('dedup_key', keys).pluck('dedup_key'));
}

/** Writes the messages whose dedup key is not there yet. Returns how many were written. */
export async function insertMessages(
  db: Knex.Transaction,
  messages: readonly NewMessage[],
  createdAt: Date,
): Promise<number> {
  const byKey = new Map<string, NewMessage>();
  for (const message of messages) if (!byKey.has(message.dedupKey)) byKey.set(message.dedupKey, message);
  const atOnce = databaseNow(db);
  const rows = [...byKey.values()].map((message) => ({
    kind: message.kind,
    template: message.template,
    recipient: message.recipient,
    payload: JSON.stringify(message.payload),
    dedup_key: message.dedupKey,
    state: 'waiting',
    run_at: message.runAt ?? atOnce,
    created_at: createdAt,
  }));
  const written = await inSlices(rows, rowsPerInsert(db, rows), (slice) => insertNewRows(db, slice));
  return written.reduce((sum, one) => sum + one, 0);
}

interface MessageRow {
  readonly dedup_key: string;
}

/** One statement in the usual case, that all of them are new. @param rows as many as one statement takes */
async function insertNewRows(db: Knex.Transaction, rows: readonly MessageRow[]): Promise<number> {
  if (await isInserted(db, rows)) return rows.length;
  const known = await selectKnownKeys(
    db,
    rows.map(({ dedup_key: key }) => key),
  );
  const left = rows.filter(({ dedup_key: key }) => !known.has(key));
  if (await isInserted(db, left)) return left.length;
  // Another transaction was quicker with one of the keys, and is not seen yet: a statement for each row finds which.
  let written = 0;
  for (const row of left) if (await isInserted(db, [row])) written += 1;
  return written;
}

/** False where one of the keys is there already; nothing was written then. */
async function isInserted(db: Knex.Transaction, rows: readonly MessageRow[]): Promise<boolean> {
  try {
    await insertAll(db, 'outbox', rows);
    return true;
  } catch (error) {
    // A refused statement leaves the transaction as it was before, on every database.
    if (!isDuplicate(error)) throw error;
    return false;
  }
}

/** Ids of due messages, locked, the longest due first; what another dispatcher holds is passed over. */
export async function lockDueMessages(
  db: Knex.Transaction,
  kinds: readonly MessageKind[],
  limit: number,
): Promise<number[]> {
  // By the index and in its order, without the column that is fixed: else MariaDB sorts, which locks every row that
  // waits, and a second dispatcher finds nothing.
  const due = db(readByIndex(db, 'outbox', 'outbox_state_run_at_id_index'))
    .where('state', 'waiting')
    .where('run_at', '<=', databaseNow(db))
    .whereIn('kind', kinds)
    .orderBy(['run_at', 'id'])
    .limit(limit)
    .select('id');
  const rows: { id: number }[] = await lockSkippingLocked(db, due);
  return rows.map(({ id }) => id);
}

/** Takes locked messages: nobody else sees them as due before the time-out, and the token proves who holds them. */
export async function takeMessages(
  db: Knex.Transaction,
  ids: readonly number[],
  token: string,
  visibilitySeconds: number,
): Promise<void> {
  await db('outbox')
    .whereIn('id', ids)
    .update({ token, attempts: db.raw('attempts + 1'), run_at: databaseNow(db, visibilitySeconds) });
}

export async function selectTaken(db: Knex, ids: readonly number[], token: string): Promise<ClaimedMessage[]> {
  const rows = await db('outbox')
    .whereIn('id', ids)
    .where({ token })
    .orderBy('id')
    .select('id', 'kind', 'template', 'recipient', 'payload', 'dedup_key', 'attempts');
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    template: row.template,
    recipient: row.recipient,
    payload: JSON.parse(row.payload),
    dedupKey: row.dedup_key,
    attempts: row.attempts,
    token,
  }));
}

/** The message's end, if its holder still holds it. False: somebody else took it meanwhile. */
export async function finishMessage(
  db: Knex,
  { id, token }: Claim,
  end: { readonly state: FinalState; readonly problem: string | null; readonly at: Date },
): Promise<boolean> {
  const changed = await db('outbox')
    .where({ id, token, state: 'waiting' })
    .update({ state: end.state, last_error: end.problem, finished_at: end.at, token: null });
  return changed === 1;
}

/** Puts a message back, if its holder still holds it. `uncounted`: the try was not the message's fault. */
export async function postponeMessage(
  db: Knex,
  { id, token }: Claim,
  wait: { readonly seconds: number; readonly problem: string | null; readonly uncounted: boolean },
): Promise<boolean> {
  const changed = await db('outbox')
    .where({ id, token, state: 'waiting' })
    .update({
      token: null,
      run_at: databaseNow(db, wait.seconds),
      last_error: wait.problem,
      ...(wait.uncounted ? { attempts: db.raw('attempts - 1') } : {}),
    });
  return changed === 1;
}

/** What waits for these recipients is no longer to be sent; a dispatcher that holds one finds that out at its end. */
export async function endWaitingMessages(
  db: Knex.Transaction,
  recipients: readonly string[],
  at: Date,
): Promise<number> {
  return db('outbox')
    .where('state', 'waiting')
    .whereIn('recipient', recipients)
    .update({ state: 'obsolete', finished_at: at, token: null });
}

/** Messages that wait, and those that were given up. */
export async function countMessages(db: Knex): Promise<{ waiting: number; dead: number }> {
  const rows: { state: string; total: number }[] = await db('outbox')
    .whereIn('state', ['waiting', 'dead'])
    .select('state')
    .count({ total: '*' })
    .groupBy('state');
  const of = (state: string) => Number(rows.find((row) => row.state === state)?.total ?? 0);
  return { waiting: of('waiting'), dead: of('dead') };
}

/** Messages that ended in one way. */
export const endedMessages = (state: FinalState): PastRows => ({
  table: 'outbox',
  key: 'id',
  where: { state },
  at: 'finished_at',
  index: 'outbox_finished_at_index',
});

/** How many mails were given up from one moment on and before another. */
export async function countDeadMails(db: Knex, from: Date, to: Date): Promise<number> {
  const row = (await db('outbox')
    .where({ state: 'dead', kind: 'mail' })
    .where('finished_at', '>=', from)
    .where('finished_at', '<', to)
    .count({ total: '*' })
    .first()) as { total: number };
  return Number(row.total);
}
