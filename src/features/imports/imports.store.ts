import type { Knex } from 'knex';
import { databaseNow, toDate, toDateOrNull } from '../../platform/db/dialect';
import type { ImportPerson, ImportState, ReportState, RowAction } from './imports.types';

type Database = Knex | Knex.Transaction;

/** What a plan comes to, as it is kept beside its rows. */
export interface StoredTotals {
  readonly counts: Readonly<Record<RowAction, number>>;
  readonly seatsNeeded: number;
  readonly projectsLost: number;
  readonly adminsGranted: number;
  readonly usersDisabled: number;
}

/** An import as it is stored, without its rows. */
export interface StoredImport {
  readonly id: number;
  readonly state: ImportState;
  readonly fileName: string;
  readonly contentHash: string | null;
  readonly uploaderSlackId: string | null;
  readonly uploaderUserId: number | null;
  readonly conversationId: string | null;
  readonly messageTs: string | null;
  readonly operationId: number | null;
  readonly planDigest: string;
  readonly totals: StoredTotals;
  readonly warnings: readonly string[];
  readonly problem: string | null;
  readonly decidedBy: ImportPerson | null;
  /** Who confirmed this plan while it waits for a second admin. */
  readonly firstConfirmedBy: ImportPerson | null;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Every row before this position has its outcome. */
  readonly nextRow: number;
  readonly token: string | null;
  readonly deliveryKey: string | null;
  readonly reported: ReportState;
}

const nothing: StoredTotals = {
  counts: { invite: 0, update: 0, unchanged: 0, fail: 0 },
  seatsNeeded: 0,
  projectsLost: 0,
  adminsGranted: 0,
  usersDisabled: 0,
};

const notReported: ReportState = { attempts: 0, summary: false, errors: false, notice: false };

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
function toImport(row: any): StoredImport {
  return {
    id: row.id,
    state: row.state,
    fileName: row.file_name,
    contentHash: row.content_hash,
    uploaderSlackId: row.uploader_slack_id,
    uploaderUserId: row.uploader_user_id,
    conversationId: row.conversation_id,
    messageTs: row.message_ts,
    operationId: row.operation_id,
    planDigest: row.plan_digest ?? '',
    totals: row.counts === null ? nothing : JSON.parse(row.counts),
    warnings: row.warnings === null ? [] : JSON.parse(row.warnings),
    problem: row.problem,
    decidedBy:
      row.decided_by_label === null
        ? null
        : { userId: row.decided_by_user_id, label: row.decided_by_label, slackId: row.decided_by_slack_id },
    firstConfirmedBy: row.first_confirmed_by === null ? null : JSON.parse(row.first_confirmed_by),
    createdAt: toDate(row.created_at),
    decidedAt: toDateOrNull(row.decided_at),
    finishedAt: toDateOrNull(row.finished_at),
    nextRow: row.next_row,
    token: row.token,
    deliveryKey: row.delivery_key,
    reported: row.reported === null ? notReported : { ...notReported, ...JSON.parse(row.reported) },
  };
}

export interface NewImport {
  readonly state: 'preview' | 'refused';
  readonly fileName: string;
  readonly fileKind: string | null;
  readonly fileSize: number;
  readonly contentHash: string;
  readonly slackFileId: string | null;
  readonly deliveryKey: string | null;
  readonly uploaderSlackId: string | null;
  readonly uploaderUserId: number | null;
  readonly conversationId: string | null;
  readonly planDigest: string | null;
  readonly totals: StoredTotals | null;
  readonly warnings: readonly string[];
  readonly problem: string | null;
  readonly createdAt: Date;
}

export async function insertImport(db: Knex.Transaction, file: NewImport): Promise<number> {
  const [id] = await db('imports').insert({
    state: file.state,
    file_name: file.fileName,
    file_kind: file.fileKind,
    file_size: file.fileSize,
    content_hash: file.contentHash,
    slack_file_id: file.slackFileId,
    delivery_key: file.deliveryKey,
    uploader_slack_id: file.uploaderSlackId,
    uploader_user_id: file.uploaderUserId,
    conversation_id: file.conversationId,
    plan_digest: file.planDigest,
    counts: file.totals === null ? null : JSON.stringify(file.totals),
    warnings: JSON.stringify(file.warnings),
    problem: file.problem,
    created_at: file.createdAt,
  });
  return Number(id);
}

export async function selectImport(db: Database, id: number): Promise<StoredImport | null> {
  const row = await db('imports').where({ id }).first();
  return row === undefined ? null : toImport(row);
}

export async function selectImportByDelivery(db: Database, deliveryKey: string): Promise<StoredImport | null> {
  const row = await db('imports').where({ delivery_key: deliveryKey }).first();
  return row === undefined ? null : toImport(row);
}

/** Imports of the same bytes before this one, newest first. */
export async function selectEarlierImports(
  db: Database,
  contentHash: string,
  beforeId: number,
  limit: number,
): Promise<StoredImport[]> {
  const rows = await db('imports')
    .where({ content_hash: contentHash })
    .where('id', '<', beforeId)
    .orderBy('id', 'desc')
    .limit(limit);
  return rows.map(toImport);
}

export async function selectLatestImports(db: Database, limit: number): Promise<StoredImport[]> {
  return (await db('imports').orderBy('id', 'desc').limit(limit)).map(toImport);
}

const openStates: readonly ImportState[] = ['preview', 'running', 'reporting'];

/** Imports that wait for a decision or are carried out, newest first. */
export async function selectOpenImports(db: Database, limit: number): Promise<StoredImport[]> {
  return (await db('imports').whereIn('state', openStates).orderBy('id', 'desc').limit(limit)).map(toImport);
}

export async function countOpen(db: Database): Promise<number> {
  const row = await db('imports').whereIn('state', openStates).count({ total: '*' }).first();
  return Number(row?.total ?? 0);
}

export async function updateMessage(
  db: Database,
  id: number,
  message: { readonly conversationId: string; readonly messageTs: string },
): Promise<void> {
  await db('imports').where({ id }).update({ conversation_id: message.conversationId, message_ts: message.messageTs });
}

/** Puts another plan in the place of the one that was shown; true for the one call that found that one still there. */
export async function replacePlan(
  db: Knex.Transaction,
  id: number,
  oldDigest: string,
  plan: { readonly digest: string; readonly totals: StoredTotals },
): Promise<boolean> {
  const replaced = await db('imports')
    .where({ id, state: 'preview', plan_digest: oldDigest })
    .update({ plan_digest: plan.digest, counts: JSON.stringify(plan.totals), first_confirmed_by: null });
  return replaced === 1;
}

/** Remembers who confirms a plan that needs a second admin; true for the one call that found `before` still there. */
export async function updateFirstConfirmed(
  db: Knex.Transaction,
  { id, planDigest, firstConfirmedBy: before }: StoredImport,
  by: ImportPerson,
): Promise<boolean> {
  const updated = await db('imports')
    .where({ id, state: 'preview', plan_digest: planDigest, first_confirmed_by: before && JSON.stringify(before) })
    .update({ first_confirmed_by: JSON.stringify(by) });
  return updated === 1;
}

/** Says what stopped an import; the first sentence stays. */
export async function updateProblem(db: Knex.Transaction, id: number, problem: string): Promise<void> {
  await db('imports').where({ id }).whereNull('problem').update({ problem });
}

/** Decides on a preview as it was read; true for the one call that was first. */
export async function decideImport(
  db: Knex.Transaction,
  { id, planDigest, firstConfirmedBy: first }: StoredImport,
  to: 'running' | 'cancelled',
  by: ImportPerson,
  at: Date,
): Promise<boolean> {
  const decided = await db('imports')
    .where({ id, state: 'preview', plan_digest: planDigest, first_confirmed_by: first && JSON.stringify(first) })
    .update({
      state: to,
      decided_by_user_id: by.userId,
      decided_by_label: by.label,
      decided_by_slack_id: by.slackId,
      decided_at: at,
    });
  return decided === 1;
}

export async function updateOperation(db: Knex.Transaction, id: number, operationId: number): Promise<void> {
  await db('imports').where({ id }).update({ operation_id: operationId });
}

/** Ends previews from before `before` that nobody decided on; returns how many. */
export async function expirePreviews(db: Database, before: Date): Promise<number> {
  return db('imports').where({ state: 'preview' }).where('created_at', '<', before).update({ state: 'expired' });
}

/** Confirmed imports that no worker holds at this moment. */
export async function selectAbandoned(db: Database, limit: number): Promise<number[]> {
  return (
    db('imports')
      .whereIn('state', ['running', 'reporting'])
      .where((free) => void free.whereNull('lease_until').orWhere('lease_until', '<', databaseNow(db)))
      // Whoever waits longest is first: some that fail again and again hold nobody up. No lease at all is the longest.
      .orderBy([{ column: 'lease_until' }, { column: 'id' }])
      .limit(limit)
      .pluck('id')
  );
}

/** Remembers what was delivered of an ended import. */
export async function updateReported(db: Database, id: number, reported: ReportState): Promise<void> {
  await db('imports')
    .where({ id })
    .update({ reported: JSON.stringify(reported) });
}

/** Takes a confirmed import that nobody holds; true for the one worker that got it. */
export async function claimImport(db: Database, id: number, token: string, leaseSeconds: number): Promise<boolean> {
  const claimed = await db('imports')
    .where({ id })
    .whereIn('state', ['running', 'reporting'])
    .where((free) => void free.whereNull('lease_until').orWhere('lease_until', '<', databaseNow(db)))
    .update({ token, lease_until: databaseNow(db, leaseSeconds), fence: db.raw('fence + 1') });
  return claimed === 1;
}

/** Marks rows as done by the worker that holds the import, and prolongs its lease; false when it holds it no longer. */
export async function advanceImport(
  db: Knex.Transaction,
  id: number,
  token: string,
  from: number,
  to: number,
  leaseSeconds: number,
): Promise<boolean> {
  const advanced = await db('imports')
    .where({ id, token, state: 'running', next_row: from })
    .update({ next_row: to, lease_until: databaseNow(db, leaseSeconds) });
  return advanced === 1;
}

/** Moves an import on to its next state, by the worker that holds it. */
export async function moveImport(
  db: Database,
  id: number,
  token: string,
  from: 'running' | 'reporting',
  to: 'reporting' | 'done',
  finishedAt: Date | null,
): Promise<boolean> {
  const moved = await db('imports')
    .where({ id, token, state: from })
    .update({
      state: to,
      ...(finishedAt === null ? {} : { finished_at: finishedAt }),
      ...(to === 'done' ? { token: null, lease_until: null } : {}),
    });
  return moved === 1;
}

/** Keeps an import for so many seconds more; false when somebody else has it. */
export async function prolongImport(db: Database, id: number, token: string, leaseSeconds: number): Promise<boolean> {
  return (
    (await db('imports')
      .where({ id, token })
      .update({ lease_until: databaseNow(db, leaseSeconds) })) === 1
  );
}

/** Lets go of an import, for others to take after so many seconds. */
export async function releaseImport(db: Database, id: number, token: string, afterSeconds: number): Promise<void> {
  await db('imports')
    .where({ id, token })
    .update({ token: null, lease_until: afterSeconds === 0 ? null : databaseNow(db, afterSeconds) });
}
