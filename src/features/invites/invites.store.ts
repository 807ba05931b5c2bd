import type { Knex } from 'knex';
import { rowsPerStatement, storedDate, toDate, toDateOrNull } from '../../platform/db/dialect';
import { insertAll } from '../../platform/db/insert-all';

type Database = Knex | Knex.Transaction;

/** A person's invitation, from the first sending to its end. */
export interface Invite {
  readonly userId: number;
  readonly state: 'open' | 'accepted' | 'expired' | 'void';
  readonly invitedByUserId: number | null;
  readonly invitedAt: Date;
  readonly sentAt: Date;
  readonly sentCount: number;
  readonly remindersSent: number;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

const columns = [
  'user_id',
  'state',
  'invited_by_user_id',
  'invited_at',
  'sent_at',
  'sent_count',
  'reminders_sent',
  'expires_at',
  'ended_at',
];

// biome-ignore lint/suspicious/noExplicitAny: a row as the driver gives it
function toInvite(row: any): Invite {
  return {
    userId: row.user_id,
    state: row.state,
    invitedByUserId: row.invited_by_user_id,
    invitedAt: toDate(row.invited_at),
    sentAt: toDate(row.sent_at),
    sentCount: row.sent_count,
    remindersSent: row.reminders_sent,
    expiresAt: toDate(row.expires_at),
    endedAt: toDateOrNull(row.ended_at),
  };
}

export async function selectInvites(db: Database, userIds: readonly number[]): Promise<Invite[]> {
  const size = rowsPerStatement(db);
  const found: Invite[] = [];
  for (let from = 0; from < userIds.length; from += size) {
    found.push(
      ...(
        await db('invites')
          .whereIn('user_id', userIds.slice(from, from + size))
          .select(columns)
      ).map(toInvite),
    );
  }
  return found;
}

export async function insertInvites(
  db: Knex.Transaction,
  invites: readonly {
    readonly userId: number;
    readonly invitedByUserId: number | null;
    readonly sentAt: Date;
    readonly expiresAt: Date;
  }[],
): Promise<void> {
  await insertAll(
    db,
    'invites',
    invites.map((invite) => ({
      user_id: invite.userId,
      state: 'open',
      invited_by_user_id: invite.invitedByUserId,
      invited_at: invite.sentAt,
      sent_at: invite.sentAt,
      expires_at: invite.expiresAt,
    })),
  );
}

/**
 * Opens invitations that exist already for another sending. One that had ended starts over, with its reminders.
 * MySQL takes the assignments one after the other, so `state` comes last: the others still ask for the old one.
 */
export async function reopenInvites(
  db: Knex.Transaction,
  userIds: readonly number[],
  sentAt: Date,
  expiresAt: Date,
): Promise<void> {
  const size = rowsPerStatement(db);
  const unlessOpen = (column: string, value: Knex.RawBinding) =>
    db.raw("CASE WHEN state = 'open' THEN ?? ELSE ? END", [column, value]);
  for (let from = 0; from < userIds.length; from += size) {
    await db('invites')
      .whereIn('user_id', userIds.slice(from, from + size))
      .update({
        invited_at: unlessOpen('invited_at', storedDate(db, sentAt)),
        reminders_sent: unlessOpen('reminders_sent', 0),
        reminded_at: db.raw("CASE WHEN state = 'open' THEN reminded_at ELSE NULL END"),
        sent_at: sentAt,
        sent_count: db.raw('sent_count + 1'),
        expires_at: expiresAt,
        ended_at: null,
        state: 'open',
      });
  }
}

export async function endInvites(
  db: Knex.Transaction,
  userIds: readonly number[],
  state: 'void' | 'accepted',
  now: Date,
): Promise<void> {
  const size = rowsPerStatement(db);
  for (let from = 0; from < userIds.length; from += size) {
    await db('invites')
      .whereIn('user_id', userIds.slice(from, from + size))
      .whereIn('state', ['open', 'expired'])
      .update({ state, ended_at: now });
  }
}

/** Open invitations of invited users whose last sending and last reminder lie far enough back. */
export async function selectInvitesToRemind(
  db: Database,
  remindersSent: number,
  invitedBefore: Date,
  quietSince: Date,
  now: Date,
  limit: number,
): Promise<Invite[]> {
  const rows = await db('invites')
    .join('users', 'users.id', 'invites.user_id')
    .where({ 'invites.state': 'open', 'invites.reminders_sent': remindersSent, 'users.status': 'invited' })
    .where('invites.invited_at', '<=', invitedBefore)
    .where('invites.sent_at', '<=', quietSince)
    .where('invites.expires_at', '>', now)
    .where((due) => void due.whereNull('invites.reminded_at').orWhere('invites.reminded_at', '<=', quietSince))
    .orderBy('invites.user_id')
    .limit(limit)
    .select(columns.map((column) => `invites.${column}`));
  return rows.map(toInvite);
}

/** Claims one reminder of an invitation; whoever finds the old number there wins. */
export async function claimReminder(
  db: Knex.Transaction,
  userId: number,
  remindersSent: number,
  now: Date,
): Promise<boolean> {
  const claimed = await db('invites')
    .where({ user_id: userId, state: 'open', reminders_sent: remindersSent })
    .update({ reminders_sent: remindersSent + 1, reminded_at: now });
  return claimed === 1;
}

export async function selectExpiredInvites(db: Database, now: Date, limit: number): Promise<Invite[]> {
  const rows = await db('invites')
    .where({ state: 'open' })
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .select(columns);
  return rows.map(toInvite);
}

/** Marks those of the invitations dead that are still open and past their time; returns how many. */
export async function expireOpenInvites(db: Knex.Transaction, userIds: readonly number[], now: Date): Promise<number> {
  return db('invites')
    .whereIn('user_id', [...userIds])
    .where({ state: 'open' })
    .where('expires_at', '<=', now)
    .update({ state: 'expired', ended_at: now });
}

/** Invited users, counted by when their invitation was first sent; a dead link counts as expired whatever its age. */
export async function selectPendingInvites(
  db: Database,
  freshSince: Date,
  waitingSince: Date,
  now: Date,
): Promise<{ fresh: number; waiting: number; old: number; expired: number }> {
  const stored = (date: Date) => storedDate(db, date);
  const count = (condition: string, ...dates: readonly Date[]) =>
    db.raw(
      `COUNT(CASE WHEN invites.state = 'open' AND invites.expires_at > ? AND ${condition} THEN 1 END)`,
      [now, ...dates].map(stored),
    );
  const row = (await db('users')
    .leftJoin('invites', 'invites.user_id', 'users.id')
    .where({ 'users.status': 'invited' })
    .first({
      total: db.raw('COUNT(*)'),
      fresh: count('invites.invited_at > ?', freshSince),
      waiting: count('invites.invited_at <= ? AND invites.invited_at > ?', freshSince, waitingSince),
      old: count('invites.invited_at <= ?', waitingSince),
    })) as { total: number; fresh: number; waiting: number; old: number };
  const [total, fresh, waiting, old] = [row.total, row.fresh, row.waiting, row.old].map(Number) as [
    number,
    number,
    number,
    number,
  ];
  return { fresh, waiting, old, expired: total - fresh - waiting - old };
}
