import { shorten } from '../../lib/plain-text';
import type { TxContext } from '../../platform/context';
import { changeGroups, changeMemberships } from '../access/access.service';
import { changePeople } from '../edits/change-people.service';
import { inviteAdded, shutOut } from '../invites/invites.service';
import { oneAtATime, type SeatsSeen, takeSeatsLeft } from '../licences/licences.service';
import { recordResults } from '../operations/operations.service';
import { addUsers, holdUsers, recordUserChanges, requireAdmin } from '../users/users.service';
import type { User } from '../users/users.types';
import type { RowResult, StoredRow } from './import-rows.store';
import type { FieldDifference, RowAction, RowOutcome, RowProblem } from './imports.types';
import { planChunk } from './plan-import.service';
import type { PlannedRow, RowChange } from './row-plan.types';
import { isStored } from './written-plan';

/** A row that is to be carried out. */
interface Due {
  readonly row: StoredRow;
  readonly change: RowChange;
  readonly differences: readonly FieldDifference[];
  /** Null for somebody new. */
  readonly user: User | null;
}

/** A row with its person as they are: read again, or just added. */
type Work = Due & { readonly user: User };

/** How a row ends that is carried out as it was planned. */
export const plannedOutcome = {
  invite: 'invited',
  update: 'updated',
  unchanged: 'unchanged',
  fail: 'failed',
} as const satisfies Record<RowAction, RowOutcome>;

/**
 * Applies rows of a confirmed import, as many as there are in the same number of statements. Each is judged again by the
 * data of this transaction: where that gives another plan than the one that was confirmed, the row fails alone.
 * @param seen how the seats stood after the caller's last transaction
 * @returns what became of each row, for the caller to write down in the same transaction, and how the seats stand now
 * @throws AppError `not_admin` when the acting person is none any more; `email_taken`, or the driver's error, when the
 *   rows cannot all be applied together
 */
export async function applyRows(
  tx: TxContext,
  rows: readonly StoredRow[],
  operationId: number,
  seen: SeatsSeen | null,
): Promise<{ readonly results: readonly RowResult[]; readonly seats: SeatsSeen | null }> {
  const sound = rows.filter(({ action }) => action !== 'fail');
  const results: RowResult[] = rows
    .filter(({ action }) => action === 'fail')
    .map(({ position, userId }) => ({ position, outcome: 'failed', userId, problems: [] }));
  let seats: SeatsSeen | null = null;
  if (sound.length > 0) {
    // The licence first and then the people, in the order that every other change of them keeps.
    await oneAtATime(tx);
    await holdUsers(
      tx,
      sound.flatMap(({ userId }) => userId ?? []),
    );
    // Read after the lock that every change of an admin takes: whoever confirmed may have lost the right since.
    await requireAdmin(tx);
    const due: Due[] = [];
    const planned = await planChunk(tx, sound);
    sound.forEach((row, index) => {
      const now = planned[index];
      if (now === undefined) throw new Error(`row ${row.rowNumber} was not planned`);
      const { plan, user } = now;
      // Somebody did already what the row asks for.
      if (plan.action === 'unchanged') {
        results.push({ position: row.position, outcome: 'unchanged', userId: plan.userId, problems: [] });
      } else if (plan.change !== null && isStored(now, row)) {
        due.push({ row, change: plan.change, differences: plan.differences, user });
      } else results.push({ position: row.position, outcome: 'failed', userId: plan.userId, problems: movedOn(now) });
    });
    const done = await carryOut(tx, due, operationId, seen);
    results.push(...done.results);
    seats = done.seats;
  }
  const byPosition = new Map(rows.map((row) => [row.position, row]));
  await recordResults(
    tx,
    operationId,
    results.map(({ position, outcome, userId, problems }) => {
      const row = byPosition.get(position);
      return {
        userId,
        subject: row?.email?.slice(0, 254) ?? '',
        outcome: operationOutcome[outcome],
        reason: outcome === 'failed' ? reasonOf(problems[0] ?? (row && firstProblem(row))) : null,
      };
    }),
  );
  return { results, seats };
}

const reasonOf = (problem: RowProblem | undefined) => (problem === undefined ? null : shorten(problem.sentence, 500));

/** What was wrong with a row when it was planned. */
export function firstProblem({ problems }: Pick<StoredRow, 'problems'>): RowProblem | undefined {
  return problems === null ? undefined : (JSON.parse(problems) as RowProblem[])[0];
}

const operationOutcome = {
  invited: 'done',
  updated: 'done',
  unchanged: 'unchanged',
  failed: 'failed',
} as const satisfies Record<RowOutcome, string>;

function movedOn({ plan }: PlannedRow): RowProblem[] {
  const sentence =
    'This was changed by somebody since the preview, so the row was left out. Import it again to see what it does now.';
  return [{ field: null, sentence }, ...plan.problems];
}

const noSeat =
  'No seat was free any more when it was this row’s turn. Disable somebody or get more seats, then import it again.';

async function carryOut(
  tx: TxContext,
  planned: readonly Due[],
  operationId: number,
  seen: SeatsSeen | null,
): Promise<{ readonly results: readonly RowResult[]; readonly seats: SeatsSeen | null }> {
  // Whoever goes first makes room for those who come.
  const disabled = planned.flatMap(({ user, change }) => (change.status === 'disabled' && user ? user : []));
  if (disabled.length > 0) await shutOut(tx, disabled, operationId);
  const { due, left, seats } = await withSeats(tx, planned, seen);
  const known = due.filter((one): one is Work => one.user !== null);
  const added = await addPeople(tx, due);
  if (known.length > 0) await changeKnown(tx, known, operationId);
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
  await inviteAdded(
    tx,
    added.filter(({ user }) => user.status === 'invited').map(({ user }) => user),
  );
  await recordChanges(tx, known, added, operationId);
  return {
    seats,
    results: [
      ...all.map(
        ({ row, user, change }): RowResult => ({
          position: row.position,
          outcome: change.person === null ? 'updated' : 'invited',
          userId: user.id,
          problems: [],
        }),
      ),
      ...left.map(
        ({ row, user }): RowResult => ({
          position: row.position,
          outcome: 'failed',
          userId: user?.id ?? null,
          problems: [{ field: null, sentence: noSeat }],
        }),
      ),
    ],
  };
}

/** The rows that find a seat, or need none, and those that are left without one. */
async function withSeats(
  tx: TxContext,
  due: readonly Due[],
  seen: SeatsSeen | null,
): Promise<{ readonly due: readonly Due[]; readonly left: readonly Due[]; readonly seats: SeatsSeen | null }> {
  const takesSeat = ({ change }: Due) => change.seats === 1;
  const taking = due.filter(takesSeat);
  if (taking.length === 0) return { due, left: [], seats: null };
  const { taken, seats } = await takeSeatsLeft(tx, taking.length, seen);
  const left = taking.slice(taken);
  if (left.length === 0) return { due, left, seats };
  const without = new Set(left);
  return { due: due.filter((one) => !without.has(one)), left, seats };
}

async function changeKnown(tx: TxContext, known: readonly Work[], operationId: number): Promise<void> {
  await changePeople(
    tx,
    known.map(({ user, change }) => ({ user, ...change })),
    operationId,
  );
}

async function addPeople(tx: TxContext, due: readonly Due[]): Promise<Work[]> {
  const added = await addUsers(
    tx,
    due.flatMap(({ change }) => change.person ?? []),
  );
  return due.flatMap((one) => {
    const { person } = one.change;
    if (person === null) return [];
    const user = added.get(person.emailKey);
    if (user === undefined) throw new Error(`row ${one.row.rowNumber} added nobody`);
    return [{ ...one, user }];
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
