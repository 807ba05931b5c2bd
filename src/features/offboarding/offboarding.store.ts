import type { Knex } from 'knex';
import { toDate } from '../../platform/db/dialect';
import type { Offboarding, OffboardingState } from './offboarding.types';

type Database = Knex | Knex.Transaction;

const columns = [
  'id',
  'user_id',
  'user_email',
  'replacement_id',
  'replacement_email',
  'due_at',
  'state',
  'requested_by_user_id',
  'requested_by_label',
  'requested_by_slack_id',
  'problem',
] as const;

function toOffboarding(row: Record<(typeof columns)[number], never>): Offboarding {
  return {
    id: row.id,
    userId: row.user_id,
    userEmail: row.user_email,
    replacementId: row.replacement_id,
    replacementEmail: row.replacement_email,
    dueAt: toDate(row.due_at),
    state: row.state,
    requestedByUserId: row.requested_by_user_id,
    requestedByEmail: row.requested_by_label,
    requestedBySlackId: row.requested_by_slack_id,
    problem: row.problem,
  };
}

export type NewOffboarding = Omit<Offboarding, 'id' | 'state' | 'problem' | 'userId'> & { readonly userId: number };

const changeable = (offboarding: NewOffboarding) => ({
  user_id: offboarding.userId,
  user_email: offboarding.userEmail,
  replacement_id: offboarding.replacementId,
  replacement_email: offboarding.replacementEmail,
  due_at: offboarding.dueAt,
  requested_by_user_id: offboarding.requestedByUserId,
  requested_by_label: offboarding.requestedByEmail,
  requested_by_slack_id: offboarding.requestedBySlackId,
  reminded_at: null,
});

export async function insertOffboarding(
  db: Knex.Transaction,
  offboarding: NewOffboarding,
  state: 'asked' | 'planned',
  now: Date,
): Promise<number> {
  const [id] = await db('offboardings').insert({
    ...changeable(offboarding),
    state,
    live_key: String(offboarding.userId),
    created_at: now,
  });
  return Number(id);
}

/** Gives one that is planned still another moment, replacement and requester; it is reminded of anew. */
export async function updatePlanned(db: Knex.Transaction, id: number, offboarding: NewOffboarding): Promise<boolean> {
  return (await db('offboardings').where({ id, state: 'planned' }).update(changeable(offboarding))) === 1;
}

export async function selectOffboarding(db: Database, id: number): Promise<Offboarding | null> {
  const row = await db('offboardings').where({ id }).first(columns);
  return row === undefined ? null : toOffboarding(row);
}

export async function selectPlannedOf(db: Database, userId: number): Promise<Offboarding | null> {
  const row = await db('offboardings')
    .where({ live_key: String(userId) })
    .first(columns);
  return row === undefined ? null : toOffboarding(row);
}

const live: readonly OffboardingState[] = ['asked', 'planned'];

/** How many deletions of other people somebody has planned, or asked for. */
export async function countOthersOf(db: Database, requesterId: number, userId: number): Promise<number> {
  const row = await db('offboardings')
    .where({ requested_by_user_id: requesterId })
    .whereIn('state', live)
    .whereNotNull('user_id')
    .whereNot({ user_id: userId })
    .count({ n: '*' })
    .first();
  return Number(row?.n ?? 0);
}

/** A second admin agreed; false when it was called off, or agreed to, before. */
export async function planAsked(db: Knex.Transaction, id: number): Promise<boolean> {
  return (await db('offboardings').where({ id, state: 'asked' }).update({ state: 'planned' })) === 1;
}

/** Those that wait for a second admin, after an id. */
export async function selectAsked(db: Database, after: number, limit: number): Promise<Offboarding[]> {
  const rows = await db('offboardings')
    .where({ state: 'asked' })
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .select(columns);
  return rows.map(toOffboarding);
}

/** Planned ones and those that wait for a second admin, of people who are there still, the next first. */
export async function selectPlanned(db: Database, limit: number): Promise<Offboarding[]> {
  const rows = await db('offboardings')
    .whereIn('state', live)
    .whereNotNull('user_id')
    .orderBy(['due_at', 'id'])
    .limit(limit)
    .select(columns);
  return rows.map(toOffboarding);
}

/** How many there are of those. */
export async function countPlanned(db: Database): Promise<number> {
  const row = await db('offboardings').whereIn('state', live).whereNotNull('user_id').count({ n: '*' }).first();
  return Number(row?.n ?? 0);
}

/** Those that could not be carried out, of people who are there still, the latest first. */
export async function selectFailed(db: Database, since: Date, limit: number): Promise<Offboarding[]> {
  const rows = await db('offboardings')
    .where({ state: 'failed' })
    .where('due_at', '>=', since)
    .whereNotNull('user_id')
    .orderBy('due_at', 'desc')
    .limit(limit)
    .select(columns);
  return rows.map(toOffboarding);
}

export async function selectDue(db: Database, now: Date, after: number, limit: number): Promise<Offboarding[]> {
  const rows = await db('offboardings')
    .where({ state: 'planned' })
    .where('due_at', '<=', now)
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .select(columns);
  return rows.map(toOffboarding);
}

/** Planned ones that come due before a moment and were not called to mind yet. */
export async function selectToRemind(db: Database, now: Date, until: Date, limit: number): Promise<Offboarding[]> {
  const rows = await db('offboardings')
    .where({ state: 'planned' })
    .whereNull('reminded_at')
    .whereNotNull('user_id')
    .where('due_at', '>', now)
    .where('due_at', '<=', until)
    .orderBy(['due_at', 'id'])
    .limit(limit)
    .select(columns);
  return rows.map(toOffboarding);
}

/** Takes the reminder; false when another replica has it, or it was called off or put off meanwhile. */
export async function claimReminder(db: Knex.Transaction, id: number, dueAt: Date, now: Date): Promise<boolean> {
  const changed = await db('offboardings')
    .where({ id, state: 'planned', due_at: dueAt })
    .whereNull('reminded_at')
    .update({ reminded_at: now });
  return changed === 1;
}

/** Ends one that is still in a state of `from`; false when something else ended it, or put it off past `dueBy`. */
export async function endPlanned(
  db: Knex.Transaction,
  id: number,
  end: { readonly state: 'done' | 'failed' | 'called_off'; readonly problem: string | null; readonly at: Date },
  dueBy: Date | null = null,
  from: readonly OffboardingState[] = ['planned'],
): Promise<boolean> {
  const planned = db('offboardings').where({ id }).whereIn('state', from);
  const ending = dueBy === null ? planned : planned.where('due_at', '<=', dueBy);
  const changed = await ending.update({
    state: end.state,
    problem: end.problem,
    ended_at: end.at,
    live_key: null,
  });
  return changed === 1;
}
