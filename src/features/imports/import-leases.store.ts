import type { Knex } from 'knex';
import { databaseNow } from '../../platform/db/dialect';
import type { OutcomeCounts } from './imports.types';

type Database = Knex | Knex.Transaction;

/** The states in which a worker holds an import by a token and a lease. */
export type HeldState = 'reading' | 'running' | 'reporting';

/** Imports in these states that no worker holds at this moment. */
export async function selectAbandoned(db: Database, states: readonly HeldState[], limit: number): Promise<number[]> {
  return (
    db('imports')
      .whereIn('state', [...states])
      .where((free) => void free.whereNull('lease_until').orWhere('lease_until', '<', databaseNow(db)))
      // Whoever waits longest is first: some that fail again and again hold nobody up. No lease at all is the longest.
      .orderBy([{ column: 'lease_until' }, { column: 'id' }])
      .limit(limit)
      .pluck('id')
  );
}

/** Takes an import in one of these states that nobody holds; true for the one worker that got it. */
export async function claimImport(
  db: Database,
  id: number,
  states: readonly HeldState[],
  token: string,
  leaseSeconds: number,
): Promise<boolean> {
  const claimed = await db('imports')
    .where({ id })
    .whereIn('state', [...states])
    .where((free) => void free.whereNull('lease_until').orWhere('lease_until', '<', databaseNow(db)))
    .update({ token, lease_until: databaseNow(db, leaseSeconds), fence: db.raw('fence + 1') });
  return claimed === 1;
}

/**
 * Marks rows as done by the worker that holds the import, and prolongs its lease; false when it holds it no longer. Until
 * its transaction ends no other worker gets any further.
 */
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

/** Writes how many rows ended in which way, beside the mark of progress. */
export async function updateOutcomeCounts(db: Knex.Transaction, id: number, outcomes: OutcomeCounts): Promise<void> {
  await db('imports')
    .where({ id })
    .update({ outcomes: JSON.stringify(outcomes) });
}

/** Moves an import on to its next state, by the worker that holds it. */
export async function moveImport(
  db: Database,
  id: number,
  token: string,
  from: 'running' | 'reporting',
  to: 'reporting' | 'done' | 'stopped',
  finishedAt: Date | null,
): Promise<boolean> {
  const moved = await db('imports')
    .where({ id, token, state: from })
    .update({
      state: to,
      ...(finishedAt === null ? {} : { finished_at: finishedAt }),
      ...(to === 'reporting' ? {} : { token: null, lease_until: null }),
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
