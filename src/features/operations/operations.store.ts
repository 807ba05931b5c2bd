import type { Knex } from 'knex';
import { rowsPerStatement, toDateOrNull } from '../../platform/db/dialect';
import { insertAll } from '../../platform/db/insert-all';

export interface NewOperation {
  readonly kind: string;
  readonly actorUserId: number | null;
  readonly actorLabel: string;
  readonly actorSlackId: string | null;
  readonly idempotencyKey: string | null;
  readonly input: unknown;
  readonly createdAt: Date;
}

export async function insertOperation(db: Knex.Transaction, operation: NewOperation): Promise<number> {
  const [id] = await db('operations').insert({
    kind: operation.kind,
    state: 'running',
    actor_user_id: operation.actorUserId,
    actor_label: operation.actorLabel,
    actor_slack_id: operation.actorSlackId,
    idempotency_key: operation.idempotencyKey,
    input: JSON.stringify(operation.input),
    created_at: operation.createdAt,
  });
  return Number(id);
}

export async function finishOperationRow(
  db: Knex.Transaction,
  id: number,
  counts: unknown,
  finishedAt: Date,
): Promise<void> {
  await db('operations')
    .where({ id })
    .update({ state: 'done', counts: JSON.stringify(counts), finished_at: finishedAt });
}

export interface ResultRow {
  readonly userId: number | null;
  readonly subject: string;
  readonly outcome: string;
  readonly reason: string | null;
}

export async function insertResults(
  db: Knex.Transaction,
  operationId: number,
  results: readonly ResultRow[],
): Promise<void> {
  await insertAll(
    db,
    'operation_results',
    results.map((result) => ({
      operation_id: operationId,
      user_id: result.userId,
      subject: result.subject,
      outcome: result.outcome,
      reason: result.reason,
    })),
  );
}

export async function selectResultUserIds(db: Knex, operationId: number, reason: string): Promise<number[]> {
  return db('operation_results')
    .where({ operation_id: operationId, reason })
    .whereNotNull('user_id')
    .orderBy('id')
    .pluck('user_id');
}

/** The users for whom an operation ended as done, in its order, and how many those are. */
export async function selectDoneUserIds(
  db: Knex,
  operationId: number,
  offset: number,
  limit: number,
): Promise<{ ids: number[]; total: number }> {
  const done = () =>
    db('operation_results').where({ operation_id: operationId, outcome: 'done', reason: null }).whereNotNull('user_id');
  const row = (await done().count({ total: '*' }).first()) as { total: number };
  return { ids: await done().orderBy('id').offset(offset).limit(limit).pluck('user_id'), total: Number(row.total) };
}

/** A value of a user that an operation changed. */
export interface ChangeRow {
  readonly userId: number;
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

export async function insertChanges(
  db: Knex.Transaction,
  operationId: number,
  changes: readonly ChangeRow[],
): Promise<void> {
  await insertAll(
    db,
    'operation_changes',
    changes.map(({ userId, field, before, after }) => ({
      operation_id: operationId,
      user_id: userId,
      field,
      before: JSON.stringify(before ?? null),
      after: JSON.stringify(after ?? null),
    })),
  );
}

export async function selectChanges(db: Knex, operationId: number): Promise<ChangeRow[]> {
  const rows = await db('operation_changes').where({ operation_id: operationId }).orderBy('id');
  return rows.map((row) => ({
    userId: row.user_id,
    field: row.field,
    before: JSON.parse(row.before),
    after: JSON.parse(row.after),
  }));
}

/** Fields of these users that later operations have changed, as `USER:FIELD`. */
export async function selectChangedAfter(
  db: Knex,
  operationId: number,
  userIds: readonly number[],
): Promise<Set<string>> {
  const size = rowsPerStatement(db);
  const found = new Set<string>();
  for (let from = 0; from < userIds.length; from += size) {
    const rows: { user_id: number; field: string }[] = await db('operation_changes')
      .whereIn('user_id', userIds.slice(from, from + size))
      .where('operation_id', '>', operationId)
      .select('user_id', 'field');
    for (const row of rows) found.add(`${row.user_id}:${row.field}`);
  }
  return found;
}

export interface OperationRow {
  readonly id: number;
  readonly kind: string;
  readonly actorUserId: number | null;
  readonly actorLabel: string;
  readonly finishedAt: Date | null;
}

export async function selectOperation(db: Knex, id: number): Promise<OperationRow | null> {
  const row = await db('operations').where({ id }).first('id', 'kind', 'actor_user_id', 'actor_label', 'finished_at');
  if (row === undefined) return null;
  return {
    id: row.id,
    kind: row.kind,
    actorUserId: row.actor_user_id,
    actorLabel: row.actor_label,
    finishedAt: toDateOrNull(row.finished_at),
  };
}

/** How an operation ended for its users, in its order. */
export async function selectResults(
  db: Knex,
  operationId: number,
  offset: number,
  limit: number,
): Promise<ResultRow[]> {
  const rows = await db('operation_results')
    .where({ operation_id: operationId })
    .orderBy('id')
    .offset(offset)
    .limit(limit)
    .select('user_id', 'subject', 'outcome', 'reason');
  return rows.map((row) => ({
    userId: row.user_id,
    subject: row.subject,
    outcome: row.outcome,
    reason: row.reason,
  }));
}

/** How many users an operation ended for in which way. */
export async function countResults(
  db: Knex | Knex.Transaction,
  operationId: number,
): Promise<{ outcome: string; total: number }[]> {
  const rows = (await db('operation_results')
    .where({ operation_id: operationId })
    .groupBy('outcome')
    .select('outcome')
    .count({ total: '*' })) as { outcome: string; total: number }[];
  return rows.map(({ outcome, total }) => ({ outcome, total: Number(total) }));
}

/** Whether an operation began under this key. */
export async function selectOperationIdByKey(db: Knex, idempotencyKey: string): Promise<number | null> {
  const row = await db('operations').where({ idempotency_key: idempotencyKey }).first('id');
  return row === undefined ? null : row.id;
}

/** Users whom an admin's operations since then disabled and who are so still, without what was approved and undoing. */
export async function countDisabledBy(db: Knex, actorUserId: number, since: Date): Promise<number> {
  const row = (await db('operations')
    .join('operation_changes', 'operation_changes.operation_id', 'operations.id')
    .join('users', 'users.id', 'operation_changes.user_id')
    // Every state, named: the index begins with it.
    .whereIn('operations.state', ['running', 'done'])
    .where('operations.created_at', '>=', since)
    .where('operations.actor_user_id', actorUserId)
    .whereNot('operations.kind', 'undo')
    .where((key) => void key.whereNull('idempotency_key').orWhereNot('idempotency_key', 'like', 'approval:%'))
    .where({ 'operation_changes.field': 'status', 'operation_changes.after': JSON.stringify('disabled') })
    .where('users.status', 'disabled')
    .countDistinct({ total: 'users.id' })
    .first()) as { total: number };
  return Number(row.total);
}
