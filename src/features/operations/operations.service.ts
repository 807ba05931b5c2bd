import type { Context, TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { conflict } from '../../platform/errors';
import {
  countDisabledBy,
  countResults,
  finishOperationRow,
  insertChanges,
  insertOperation,
  insertResults,
  type OperationRow,
  selectChangedAfter,
  selectChanges,
  selectDoneUserIds,
  selectOperation,
  selectOperationIdByKey,
  selectResults,
  selectResultUserIds,
} from './operations.store';

/** How an operation ended for one user. */
export type Outcome = 'done' | 'unchanged' | 'skipped' | 'failed';

export interface OperationResult {
  readonly userId: number | null;
  /** The address, as it was given. */
  readonly subject: string;
  readonly outcome: Outcome;
  /** A short word for why: `already_invited`, `disabled`, …; null when there is nothing to say. */
  readonly reason: string | null;
}

/**
 * Begins one admin action inside its transaction.
 * @param idempotencyKey the same key never begins twice: Slack's trigger id, a view's id
 * @throws AppError `conflict` when this very request was carried out before
 */
export async function beginOperation(
  tx: TxContext,
  kind: string,
  idempotencyKey: string | null,
  input: unknown,
): Promise<number> {
  const { actor } = tx;
  try {
    return await insertOperation(tx.db, {
      kind,
      actorUserId: actor.kind === 'user' ? actor.userId : null,
      actorLabel: actor.kind === 'user' ? actor.email : actor.kind === 'system' ? actor.name : 'operator',
      actorSlackId: actor.kind === 'user' ? actor.slackId : null,
      idempotencyKey,
      input,
      createdAt: tx.clock.now(),
    });
  } catch (error) {
    if (!isDuplicate(error)) throw error;
    throw conflict('This was done already, a moment ago.', true);
  }
}

/** Writes how it ended for everybody, and the counts. */
export async function finishOperation(
  tx: TxContext,
  operationId: number,
  results: readonly OperationResult[],
): Promise<void> {
  await insertResults(tx.db, operationId, results);
  const counts: Record<Outcome, number> = { done: 0, unchanged: 0, skipped: 0, failed: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  await finishOperationRow(tx.db, operationId, counts, tx.clock.now());
}

/** Writes how it ended for some of its users, where one transaction does not hold all of them. */
export async function recordResults(
  tx: TxContext,
  operationId: number,
  results: readonly OperationResult[],
): Promise<void> {
  await insertResults(tx.db, operationId, results);
}

/** Ends an operation whose results were recorded in parts. */
export async function closeOperation(
  tx: TxContext,
  operationId: number,
  counts: Readonly<Record<string, number>>,
): Promise<void> {
  await finishOperationRow(tx.db, operationId, counts, tx.clock.now());
}

/** The users for whom an operation ended with this reason, in its order. */
export async function usersWithReason(ctx: Context, operationId: number, reason: string): Promise<number[]> {
  return selectResultUserIds(ctx.db, operationId, reason);
}

/** The users for whom an operation was done, a page at a time. */
export async function usersDone(
  ctx: Context,
  operationId: number,
  offset: number,
  limit: number,
): Promise<{ ids: number[]; total: number }> {
  return selectDoneUserIds(ctx.db, operationId, offset, limit);
}

/** The fields of a user that an operation can change and undo can give back. */
export type ChangedField =
  | 'status'
  | 'firstName'
  | 'lastName'
  | 'isAdmin'
  | 'authSystem'
  | 'ssoUsername'
  | 'ldapUsername'
  | 'defaultProfile'
  | 'memberships'
  | 'groups';

/** A value of one user as it was and as it is now; JSON. */
export interface FieldChange {
  readonly userId: number;
  readonly field: ChangedField;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Writes what an operation changed, so that it can be undone. Call it in the operation's transaction, once for all
 * users of the operation or of the chunk, only with fields that did change, each user and field once. Shapes of
 * `before` and `after`:
 * - `status`: `'invited' | 'active' | 'disabled'`; `isAdmin`: boolean; `authSystem`: its word
 * - `firstName`, `lastName`: text; `ssoUsername`, `ldapUsername`: text or null
 * - `defaultProfile`: the profile's id or null (the site's default)
 * - `memberships`: the user's whole set as `membershipSet` makes it: sorted `projectId:profileId`
 * - `groups`: the user's whole set as `groupSet` makes it: sorted ids
 */
export async function recordChanges(
  tx: TxContext,
  operationId: number,
  changes: readonly FieldChange[],
): Promise<void> {
  await insertChanges(tx.db, operationId, changes);
}

/** Memberships of one user as a value that can be compared: `projectId:profileId`, sorted. */
export function membershipSet(
  memberships: readonly { readonly projectId: number; readonly profileId: number }[],
): string[] {
  return memberships.map(({ projectId, profileId }) => `${projectId}:${profileId}`).sort();
}

/** Groups of one user as a value that can be compared: ids, ascending. */
export function groupSet(groupIds: readonly number[]): number[] {
  return [...groupIds].sort((one, other) => one - other);
}

/** Fields of these users that an operation after this one has changed, as `USER:FIELD`, even to the same value again. */
export async function changedAfter(
  ctx: Context,
  operationId: number,
  userIds: readonly number[],
): Promise<ReadonlySet<string>> {
  return selectChangedAfter(ctx.db, operationId, userIds);
}

/** One operation with what it changed; null when there is none. */
export async function operationChanges(
  ctx: Context,
  operationId: number,
): Promise<{ readonly operation: OperationRow; readonly changes: readonly FieldChange[] } | null> {
  const operation = await selectOperation(ctx.db, operationId);
  if (operation === null) return null;
  return { operation, changes: (await selectChanges(ctx.db, operationId)) as FieldChange[] };
}

/** How an operation ended for its users so far, a page at a time, in its order. */
export async function resultsOf(
  ctx: Context,
  operationId: number,
  offset: number,
  limit: number,
): Promise<OperationResult[]> {
  const rows = await selectResults(ctx.db, operationId, offset, limit);
  return rows.map((row) => ({ ...row, outcome: row.outcome as Outcome }));
}

/** How many users an operation ended for in which way, so far. */
export async function outcomesOf(ctx: Context, operationId: number): Promise<Record<Outcome, number>> {
  const counts: Record<Outcome, number> = { done: 0, unchanged: 0, skipped: 0, failed: 0 };
  for (const { outcome, total } of await countResults(ctx.db, operationId)) counts[outcome as Outcome] = total;
  return counts;
}

/**
 * How many people this admin disabled in operations begun since then who still are disabled. What an approval began, and
 * what took an earlier change back, does not count.
 */
export async function disabledBy(ctx: Context, actorUserId: number, since: Date): Promise<number> {
  return countDisabledBy(ctx.db, actorUserId, since);
}

/** Whether the operation with this key was carried out, or is being carried out. */
export async function wasBegun(ctx: Context, idempotencyKey: string): Promise<boolean> {
  return (await selectOperationIdByKey(ctx.db, idempotencyKey)) !== null;
}
