import type { Knex } from 'knex';
import { databaseNow, toDate, toDateOrNull } from '../../platform/db/dialect';
import type {
  ImportPerson,
  ImportState,
  ImportTotals,
  OutcomeCounts,
  PlanBasis,
  ReportState,
  TwinKind,
} from './imports.types';

type Database = Knex | Knex.Transaction;

/** What a plan comes to, and what of it depends on the cells alone. */
export interface StoredTotals extends ImportTotals {
  /** What several rows of the file say although only one may. */
  readonly twins: readonly TwinKind[];
  readonly basis: PlanBasis;
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
  /** Who paused it, or stopped it before its last row. */
  readonly haltedBy: ImportPerson | null;
  readonly createdAt: Date;
  readonly decidedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Every row before this position has its outcome: the one that is planned for it, where its row says no other. */
  readonly nextRow: number;
  /** Of the rows before `nextRow`. */
  readonly outcomes: OutcomeCounts;
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
  twins: [],
  // No site has an empty digest.
  basis: { site: '', people: 0, names: 0, fewestAdmins: null, keepsAdmins: false },
};

const noOutcomes: OutcomeCounts = { invited: 0, updated: 0, unchanged: 0, failed: 0 };

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
    totals: row.counts === null ? nothing : { ...nothing, ...JSON.parse(row.counts) },
    warnings: row.warnings === null ? [] : JSON.parse(row.warnings),
    problem: row.problem,
    decidedBy:
      row.decided_by_label === null
        ? null
        : { userId: row.decided_by_user_id, label: row.decided_by_label, slackId: row.decided_by_slack_id },
    firstConfirmedBy: row.first_confirmed_by === null ? null : JSON.parse(row.first_confirmed_by),
    haltedBy: row.halted_by === null ? null : JSON.parse(row.halted_by),
    createdAt: toDate(row.created_at),
    decidedAt: toDateOrNull(row.decided_at),
    finishedAt: toDateOrNull(row.finished_at),
    nextRow: row.next_row,
    outcomes: row.outcomes === null ? noOutcomes : JSON.parse(row.outcomes),
    token: row.token,
    deliveryKey: row.delivery_key,
    reported: row.reported === null ? notReported : { ...notReported, ...JSON.parse(row.reported) },
  };
}

export interface NewImport {
  readonly fileName: string;
  readonly fileSize: number;
  readonly contentHash: string;
  readonly slackFileId: string | null;
  readonly deliveryKey: string | null;
  readonly uploaderSlackId: string | null;
  readonly uploaderUserId: number | null;
  readonly conversationId: string | null;
  readonly createdAt: Date;
}

/** Begins an import whose file is read by the worker with this token. */
export async function insertImport(
  db: Database,
  file: NewImport,
  token: string,
  leaseSeconds: number,
): Promise<number> {
  const [id] = await db('imports').insert({
    state: 'reading',
    token,
    lease_until: databaseNow(db, leaseSeconds),
    file_name: file.fileName,
    file_size: file.fileSize,
    content_hash: file.contentHash,
    slack_file_id: file.slackFileId,
    delivery_key: file.deliveryKey,
    uploader_slack_id: file.uploaderSlackId,
    uploader_user_id: file.uploaderUserId,
    conversation_id: file.conversationId,
    created_at: file.createdAt,
  });
  return Number(id);
}

/** How the reading of a file ended: with a plan, or with the sentence that says why not. */
export type ReadingEnd = { readonly fileKind?: string | null } & (
  | { readonly warnings?: readonly string[]; readonly digest: string; readonly totals: StoredTotals }
  | { readonly problem: string }
);

/** Shows what came of a file, by the worker that read it; false when it holds the import no longer. */
export async function endReading(db: Database, id: number, token: string, end: ReadingEnd): Promise<boolean> {
  const ended = await db('imports')
    .where({ id, token, state: 'reading' })
    .update({
      token: null,
      lease_until: null,
      ...(end.fileKind !== undefined && { file_kind: end.fileKind }),
      ...('problem' in end
        ? { state: 'refused', problem: end.problem }
        : {
            state: 'preview',
            plan_digest: end.digest,
            counts: JSON.stringify(end.totals),
            first_confirmed_by: null,
            ...(end.warnings !== undefined && { warnings: JSON.stringify(end.warnings) }),
          }),
    });
  return ended === 1;
}

/** Takes a preview back to have it planned anew; true for the one call that found the plan that was shown still there. */
export async function reopenReading(
  db: Database,
  id: number,
  shownDigest: string,
  token: string,
  leaseSeconds: number,
): Promise<boolean> {
  const reopened = await db('imports')
    .where({ id, state: 'preview', plan_digest: shownDigest })
    .update({ state: 'reading', token, lease_until: databaseNow(db, leaseSeconds) });
  return reopened === 1;
}

/** Forgets an import whose file could not be read for a reason that is not the file's. */
export async function deleteReading(db: Database, id: number, token: string): Promise<void> {
  await db('imports').where({ id, token, state: 'reading' }).del();
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

const openStates: readonly ImportState[] = ['preview', 'running', 'paused', 'reporting'];

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

/** Remembers what was delivered of an ended import. */
export async function updateReported(db: Database, id: number, reported: ReportState): Promise<void> {
  await db('imports')
    .where({ id })
    .update({ reported: JSON.stringify(reported) });
}
