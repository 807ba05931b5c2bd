import type { Knex } from 'knex';
import { toDate, toDateOrNull } from '../../platform/db/dialect';
import type { Approval, ApprovalKind, ApprovalState, Card } from './approvals.types';

type Database = Knex | Knex.Transaction;

interface ApprovalRow {
  id: number;
  kind: ApprovalKind;
  state: ApprovalState;
  summary: string;
  details: string | null;
  payload: string;
  requester_user_id: number | null;
  requester_label: string;
  requester_slack_id: string | null;
  decider_user_id: number | null;
  decider_label: string | null;
  reason: string | null;
  requested_at: unknown;
  expires_at: unknown;
  decided_at: unknown;
  asked_conversation_id: string | null;
  asked_message_ts: string | null;
}

function toApproval(row: ApprovalRow): Approval {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    summary: row.summary,
    details: row.details === null ? [] : (JSON.parse(row.details) as string[]),
    payload: JSON.parse(row.payload),
    requester: { userId: row.requester_user_id, email: row.requester_label, slackId: row.requester_slack_id },
    decider: row.decider_label === null ? null : { userId: row.decider_user_id, email: row.decider_label },
    reason: row.reason,
    requestedAt: toDate(row.requested_at),
    expiresAt: toDate(row.expires_at),
    decidedAt: toDateOrNull(row.decided_at),
    askedMessage:
      row.asked_conversation_id === null || row.asked_message_ts === null
        ? null
        : { conversationId: row.asked_conversation_id, ts: row.asked_message_ts },
  };
}

export interface NewApproval {
  readonly kind: ApprovalKind;
  readonly summary: string;
  readonly details: readonly string[];
  readonly payload: unknown;
  readonly idempotencyKey: string;
  readonly requesterUserId: number;
  readonly requesterLabel: string;
  readonly requesterSlackId: string | null;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

export async function insertApproval(db: Knex.Transaction, approval: NewApproval): Promise<number> {
  const [id] = await db('approvals').insert({
    kind: approval.kind,
    state: 'pending',
    summary: approval.summary,
    details: approval.details.length === 0 ? null : JSON.stringify(approval.details),
    payload: JSON.stringify(approval.payload),
    idempotency_key: approval.idempotencyKey,
    requester_user_id: approval.requesterUserId,
    requester_label: approval.requesterLabel,
    requester_slack_id: approval.requesterSlackId,
    requested_at: approval.requestedAt,
    expires_at: approval.expiresAt,
  });
  return Number(id);
}

export async function selectApproval(db: Database, id: number): Promise<Approval | null> {
  const row: ApprovalRow | undefined = await db('approvals').where({ id }).first();
  return row === undefined ? null : toApproval(row);
}

export async function selectApprovalByKey(db: Database, idempotencyKey: string): Promise<Approval | null> {
  const row: ApprovalRow | undefined = await db('approvals').where({ idempotency_key: idempotencyKey }).first();
  return row === undefined ? null : toApproval(row);
}

/** Who decided, and how. */
export interface Decision {
  readonly state: ApprovalState;
  readonly deciderUserId: number | null;
  readonly deciderLabel: string | null;
  readonly reason: string | null;
  readonly decidedAt: Date;
}

/** Decides an approval that still is pending; false when somebody was faster. */
export async function decidePending(db: Knex.Transaction, id: number, decision: Decision): Promise<boolean> {
  const changed = await db('approvals').where({ id, state: 'pending' }).update({
    state: decision.state,
    decider_user_id: decision.deciderUserId,
    decider_label: decision.deciderLabel,
    reason: decision.reason,
    decided_at: decision.decidedAt,
  });
  return changed > 0;
}

/** Ends an approval that is being carried out; false when another process did. */
export async function endApproved(
  db: Knex.Transaction,
  id: number,
  state: 'done' | 'failed',
  reason: string | null,
): Promise<boolean> {
  return (await db('approvals').where({ id, state: 'approved' }).update({ state, reason })) > 0;
}

/** Approvals whose time is over, the oldest first. */
export async function selectExpired(db: Database, now: Date, limit: number): Promise<Approval[]> {
  const rows: ApprovalRow[] = await db('approvals')
    .where({ state: 'pending' })
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit);
  return rows.map(toApproval);
}

/** Approvals that were approved before this moment and never ended: the process that carried them out died. */
export async function selectStuck(db: Database, decidedBefore: Date, limit: number): Promise<Approval[]> {
  const rows: ApprovalRow[] = await db('approvals')
    .where({ state: 'approved' })
    .where('decided_at', '<=', decidedBefore)
    .orderBy('id')
    .limit(limit);
  return rows.map(toApproval);
}

/** Pending approvals whose card was claimed before this moment, or never, and was not posted. */
export async function selectWithoutCard(db: Database, claimedBefore: Date, limit: number): Promise<number[]> {
  const cards = db('approval_cards').whereRaw('approval_cards.approval_id = approvals.id').select(db.raw('1'));
  return db('approvals')
    .where({ state: 'pending' })
    .where((lost) => void lost.whereNull('card_claimed_at').orWhere('card_claimed_at', '<=', claimedBefore))
    .whereNotExists(cards)
    .orderBy('id')
    .limit(limit)
    .pluck('id');
}

/** Lets one process post the card; false when one did before. */
export async function claimCard(db: Database, id: number, now: Date): Promise<boolean> {
  const free = db('approvals').where({ id, state: 'pending' }).whereNull('card_claimed_at');
  return (await free.update({ card_claimed_at: now })) > 0;
}

/** Lets one process post the card that another one claimed before this moment. */
export async function reclaimCard(db: Database, id: number, now: Date, claimedBefore: Date): Promise<boolean> {
  const stale = db('approvals').where({ id, state: 'pending' }).where('card_claimed_at', '<=', claimedBefore);
  return (await stale.update({ card_claimed_at: now })) > 0;
}

export async function insertCard(db: Database, approvalId: number, card: Card): Promise<void> {
  await db('approval_cards').insert({
    approval_id: approvalId,
    conversation_id: card.conversationId,
    message_ts: card.ts,
  });
}

/** Remembers where whoever asked was told that it waits. */
export async function updateAskedMessage(db: Database, id: number, { conversationId, ts }: Card): Promise<void> {
  await db('approvals').where({ id }).update({ asked_conversation_id: conversationId, asked_message_ts: ts });
}

export async function selectCards(db: Database, approvalId: number): Promise<Card[]> {
  const rows = await db('approval_cards').where({ approval_id: approvalId }).orderBy('id');
  return rows.map((row) => ({ conversationId: row.conversation_id, ts: row.message_ts }));
}

/** Cards of approvals that were over before a moment and are decided. Whatever is deleted here keeps the table small. */
export async function selectPastCards(db: Database, before: Date, limit: number): Promise<number[]> {
  return db('approval_cards')
    .join('approvals', 'approvals.id', 'approval_cards.approval_id')
    .whereNotIn('approvals.state', ['pending', 'approved'])
    .where('approvals.expires_at', '<', before)
    .orderBy('approval_cards.id')
    .limit(limit)
    .pluck('approval_cards.id');
}

export async function deleteCards(db: Database, ids: readonly number[]): Promise<number> {
  return db('approval_cards')
    .whereIn('id', [...ids])
    .del();
}
