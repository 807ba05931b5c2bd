import type { TxContext } from '../../platform/context';
import { changeGroups, changeMemberships } from '../access/access.service';
import { changePeople } from '../edits/change-people.service';
import { sendInvitations, shutOut } from '../invites/invites.service';
import { oneAtATime, takeSeats } from '../licences/licences.service';
import { recordResults } from '../operations/operations.service';
import { addUsers, findUsers, holdUsers, recordUserChanges, requireAdmin } from '../users/users.service';
import type { User } from '../users/users.types';
import type { RowResult, StoredRow } from './import-rows.store';
import type { FieldDifference, RowOutcome, RowProblem } from './imports.types';
import { type PlannedRow, planChunk } from './plan-import.service';
import type { RowChange } from './row-plan.types';

/** A row that is to be carried out, with its person as they are: read again, or just added. */
interface Work {
  readonly row: StoredRow;
  readonly change: RowChange;
  readonly differences: readonly FieldDifference[];
  readonly user: User;
}

/**
 * Applies rows of a confirmed import, as many as there are in the same number of statements. Each is judged again by the
 * data of this transaction: where that gives another plan than the one that was confirmed, the row fails alone.
 * @returns what became of each row; the caller writes it down in the same transaction
 * @throws AppError `not_admin` when the acting person is none any more; `seats_exhausted`, `email_taken`, or the driver's
 * error, when the rows cannot all be applied together
 */
export async function applyRows(
  tx: TxContext,
  rows: readonly StoredRow[],
  operationId: number,
): Promise<readonly RowResult[]> {
  const sound = rows.filter(({ action }) => action !== 'fail');
  const results: RowResult[] = rows
    .filter(({ action }) => action === 'fail')
    .map(({ position, userId }) => ({ position, outcome: 'failed', userId, problems: [] }));
  const due: { readonly row: StoredRow; readonly change: RowChange }[] = [];
  if (sound.length > 0) {
    // The licence first and then the people, in the order that every other change of them keeps.
    await oneAtATime(tx);
    await holdUsers(
      tx,
      sound.flatMap(({ userId }) => userId ?? []),
    );
    // Read after the lock that every change of an admin takes: whoever confirmed may have lost the right since.
    await requireAdmin(tx);
    const planned = await planChunk(tx, sound);
    sound.forEach((row, index) => {
      const now = planned[index];
      if (now === undefined) throw new Error(`row ${row.rowNumber} was not planned`);
      // Somebody did already what the row asks for.
      if (now.plan.action === 'unchanged') {
        results.push({ position: row.position, outcome: 'unchanged', userId: now.plan.userId, problems: [] });
      } else if (row.change !== null && isSamePlan(row, now)) due.push({ row, change: row.change });
      else results.push({ position: row.position, outcome: 'failed', userId: now.plan.userId, problems: movedOn(now) });
    });
  }
  results.push(...(await carryOut(tx, due, operationId)));
  const byPosition = new Map(rows.map((row) => [row.position, row]));
  await recordResults(
    tx,
    operationId,
    results.map(({ position, outcome, userId, problems }) => {
      const row = byPosition.get(position);
      const [problem] = [...problems, ...(row?.problems ?? [])];
      return {
        userId,
        subject: row?.email?.slice(0, 254) ?? '',
        outcome: operationOutcome[outcome],
        reason: outcome === 'failed' ? (problem?.sentence.slice(0, 500) ?? null) : null,
      };
    }),
  );
  return results;
}

const operationOutcome = {
  invited: 'done',
  updated: 'done',
  unchanged: 'unchanged',
  failed: 'failed',
} as const satisfies Record<RowOutcome, string>;

function isSamePlan(row: StoredRow, { plan }: PlannedRow): boolean {
  return (
    row.userId === plan.userId &&
    JSON.stringify([row.action, row.change, row.differences]) ===
      JSON.stringify([plan.action, plan.change, plan.differences])
  );
}

function movedOn({ plan }: PlannedRow): RowProblem[] {
  const sentence =
    'This was changed by somebody since the preview, so the row was left out. Import it again to see what it does now.';
  return [{ field: null, sentence }, ...plan.problems];
}

async function carryOut(
  tx: TxContext,
  due: readonly { readonly row: StoredRow; readonly change: RowChange }[],
  operationId: number,
): Promise<RowResult[]> {
  if (due.length === 0) return [];
  const users = new Map(
    (
      await findUsers(
        tx,
        due.flatMap(({ row }) => row.userId ?? []),
      )
    ).map((user) => [user.id, user]),
  );
  const known: Work[] = due.flatMap(({ row, change }) => {
    const user = row.userId === null ? undefined : users.get(row.userId);
    return user === undefined ? [] : [{ row, change, differences: row.differences, user }];
  });
  // Whoever goes first makes room for those who come.
  const disabled = known.filter(({ change }) => change.status === 'disabled');
  await shutOut(
    tx,
    disabled.map(({ user }) => user),
    operationId,
  );
  await takeSeats(tx, due.filter(({ change }) => change.seats === 1).length);
  const added = await addPeople(tx, due);
  await changePeople(
    tx,
    known.map(({ user, change }) => ({ user, ...change })),
    operationId,
  );
  const all = [...known, ...added];
  await changeMemberships(tx, {
    added: all.flatMap(({ user, change }) =>
      change.memberships.added.map((access) => ({ userId: user.id, ...access })),
    ),
    removed: all.flatMap(({ user, change }) =>
      change.memberships.removed.map((projectId) => ({ userId: user.id, projectId })),
    ),
    reprofiled: all.flatMap(({ user, change }) =>
      change.memberships.reprofiled.map((access) => ({ userId: user.id, ...access })),
    ),
  });
  await changeGroups(
    tx,
    all.flatMap(({ user, change }) => change.groups.added.map((groupId) => ({ userId: user.id, groupId }))),
    all.flatMap(({ user, change }) => change.groups.removed.map((groupId) => ({ userId: user.id, groupId }))),
  );
  await sendInvitations(
    tx,
    added.filter(({ user }) => user.status === 'invited').map(({ user }) => user),
  );
  await recordChanges(tx, known, added, operationId);
  return all.map(({ row, user, change }) => ({
    position: row.position,
    outcome: change.person === null ? 'updated' : 'invited',
    userId: user.id,
    problems: [],
  }));
}

async function addPeople(
  tx: TxContext,
  due: readonly { readonly row: StoredRow; readonly change: RowChange }[],
): Promise<Work[]> {
  const added = await addUsers(
    tx,
    due.flatMap(({ change }) => change.person ?? []),
  );
  return due.flatMap(({ row, change }) => {
    if (change.person === null) return [];
    const user = added.get(change.person.emailKey);
    if (user === undefined) throw new Error(`row ${row.rowNumber} added nobody`);
    return [{ row, change, differences: row.differences, user }];
  });
}

/** Being disabled and let in again have lines of their own; everything else that a row did stands in one line. */
async function recordChanges(
  tx: TxContext,
  known: readonly Work[],
  added: readonly Work[],
  operationId: number,
): Promise<void> {
  const facts = (differences: readonly FieldDifference[], side: 'old' | 'new') =>
    Object.fromEntries(differences.map((difference) => [difference.field, difference[side]]));
  const own = known
    .map(({ user, change, differences }) => ({
      user,
      differences: differences.filter(
        ({ field }) => field !== 'Status' || (user.status === 'invited' && change.status === 'active'),
      ),
    }))
    .filter(({ differences }) => differences.length > 0);
  await recordUserChanges(
    tx,
    [
      ...own.map(({ user, differences }) => ({
        action: 'user.imported' as const,
        user,
        before: facts(differences, 'old'),
        after: facts(differences, 'new'),
      })),
      ...added.map(({ user, differences }) => ({
        action: user.status === 'invited' ? ('user.invited' as const) : ('user.added' as const),
        user,
        before: null,
        after: facts(differences, 'new'),
      })),
    ],
    operationId,
  );
}
