import { inTurns, slicesOf } from '../../lib/in-turns';
import { nameKey } from '../../lib/plain-text';
import { overlapping, sideBySide } from '../../lib/side-by-side';
import type { TxContext } from '../../platform/context';
import { changeGroups, changeMemberships } from '../access/access.service';
import { changePeople } from '../edits/change-people.service';
import { inviteAdded, shutOut } from '../invites/invites.service';
import { oneAtATime, type SeatsSeen, takeSeatsLeft } from '../licences/licences.service';
import {
  addUsers,
  findUsersByEmail,
  findUsersByExternalName,
  holdUsers,
  recordUserChanges,
  requireAdmin,
} from '../users/users.service';
import type { NewUser, User } from '../users/users.types';
import type { RowResult, StoredRow } from './import-rows.store';
import type { FieldDifference, RowAction, RowOutcome, RowProblem } from './imports.types';
import { openPlanner, planChunk } from './plan-import.service';
import type { PlannedRow, RowChange } from './row-plan.types';
import { isStored, type PlannedInvitation, plannedInvitation } from './written-plan';

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

/** How rows are applied. */
export interface Applying {
  readonly operationId: number;
  /** A digest of the site that the rows were planned with. */
  readonly site: string;
  /** How the seats stood after the caller's last transaction. */
  readonly seen: SeatsSeen | null;
  /**
   * Takes it that nobody has come meanwhile by the addresses and usernames of those who are new, which is nearly always
   * so. Where somebody has, their unique indexes refuse all the rows.
   */
  readonly isHopeful: boolean;
  /** Called when the database has got most of its work, for what can be done meanwhile. */
  readonly onceBusy: () => void;
}

/**
 * Applies rows of a confirmed import, as many as there are in the same number of statements. Each is judged again by the
 * data of this transaction: where that gives another plan than the one that was confirmed, the row fails alone.
 * @returns what became of each row, for the caller to write down in the same transaction, and how the seats stand now
 * @throws AppError `not_admin` when the acting person is none any more; `email_taken`, or the driver's error, when the
 *   rows cannot all be applied together
 */
export async function applyRows(
  tx: TxContext,
  rows: readonly StoredRow[],
  applying: Applying,
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
    for (const judged of await judgeRows(tx, sound, applying)) {
      if ('due' in judged) due.push(judged.due);
      else results.push(judged.result);
    }
    const done = await carryOut(tx, due, applying);
    results.push(...done.results);
    seats = done.seats;
  }
  return { results, seats };
}

/** Something to do, or how the row ends without. */
type Judged = { readonly due: Due } | { readonly result: RowResult };

/** Says of each row, in their order, what it does to the data of now. */
async function judgeRows(tx: TxContext, rows: readonly StoredRow[], { site, isHopeful }: Applying): Promise<Judged[]> {
  const planner = await openPlanner(tx);
  const planned = planner.site === site ? await inTurns(rows, plannedDue) : [];
  const ofNew = planned.flatMap((due) => due ?? []);
  const standing = isHopeful ? ofNew : await withoutKnown(tx, ofNew);
  const invitations = new Map(standing.map((due) => [due.row, due]));
  const asPlanned = await planChunk(
    tx,
    planner,
    rows.filter((row) => !invitations.has(row)),
  );
  // How many admins are left depends on all rows together.
  const isTogether = invitations.size === 0 || !asPlanned.some(({ plan }) => plan.change?.admins === -1);
  const anew = isTogether ? asPlanned : await planChunk(tx, planner, rows);
  const byPosition = new Map(anew.map((now) => [now.position, now]));
  return rows.map((row) => {
    const now = byPosition.get(row.position);
    if (now !== undefined) return judged(row, now);
    const due = invitations.get(row);
    if (due === undefined) throw new Error(`row ${row.rowNumber} was not planned`);
    return { due };
  });
}

function judged(row: StoredRow, now: PlannedRow): Judged {
  const { position } = row;
  const { plan, user } = now;
  // Somebody did already what the row asks for.
  if (plan.action === 'unchanged') {
    return { result: { position, outcome: 'unchanged', userId: plan.userId, problems: [] } };
  }
  if (plan.change !== null && isStored(now, row)) {
    return { due: { row, change: plan.change, differences: plan.differences, user } };
  }
  return { result: { position, outcome: 'failed', userId: plan.userId, problems: movedOn(now) } };
}

/** What a row does for somebody new on the site that it was planned for; null for any other row. */
function plannedDue(row: StoredRow): (Due & { readonly change: PlannedInvitation['change'] }) | null {
  const invitation = plannedInvitation(row);
  return invitation === null ? null : { row, user: null, ...invitation };
}

/** Those of some invitations whose addresses and usernames nobody has come by since they were planned. */
async function withoutKnown<Invitation extends Pick<PlannedInvitation, 'change'>>(
  tx: TxContext,
  invitations: readonly Invitation[],
): Promise<Invitation[]> {
  const people = invitations.map(({ change }) => change.person);
  const taken = async (
    system: 'sso' | 'ldap',
    nameOf: (person: Pick<User, 'ssoUsername' | 'ldapUsername'>) => string | null,
  ) => {
    const keys = people.flatMap((person) => nameOf(person) ?? []).map(nameKey);
    const users = keys.length === 0 ? [] : await findUsersByExternalName(tx, system, keys);
    const held = new Set(users.map((user) => nameKey(nameOf(user) ?? '')));
    return (person: NewUser) => held.size > 0 && held.has(nameKey(nameOf(person) ?? ''));
  };
  const [known, isSsoTaken, isLdapTaken] = await Promise.all([
    findUsersByEmail(
      tx,
      people.map(({ email }) => email),
    ),
    taken('sso', ({ ssoUsername }) => ssoUsername),
    taken('ldap', ({ ldapUsername }) => ldapUsername),
  ]);
  const addresses = new Set(known.map((user) => user.emailKey));
  return invitations.filter(
    ({ change: { person } }) => !addresses.has(person.emailKey) && !isSsoTaken(person) && !isLdapTaken(person),
  );
}

function movedOn({ plan }: PlannedRow): RowProblem[] {
  const sentence =
    'This was changed by somebody since the preview, so the row was left out. Import it again to see what it does now.';
  return [{ field: null, sentence }, ...plan.problems];
}

/**
 * So many are added together, while what belongs to those before them is written. Fewer would be done with sooner than
 * the next statement is put together.
 */
const addedTogether = 500;

const noSeat =
  'No seat was free any more when it was this row’s turn. Disable somebody or get more seats, then import it again.';

async function carryOut(
  tx: TxContext,
  planned: readonly Due[],
  { operationId, seen, onceBusy }: Applying,
): Promise<{ readonly results: readonly RowResult[]; readonly seats: SeatsSeen | null }> {
  // Whoever goes first makes room for those who come.
  const disabled = planned.flatMap(({ user, change }) => (change.status === 'disabled' && user ? user : []));
  if (disabled.length > 0) await shutOut(tx, disabled, operationId);
  const { due, left, seats } = await withSeats(tx, planned, seen);
  const added: Work[] = [];
  const unknown = due.filter(({ change }) => change.person !== null);
  await overlapping(
    slicesOf(unknown, addedTogether),
    (slice) => addPeople(tx, slice),
    async (people) => {
      added.push(...people);
      await writeBelongings(tx, people, operationId, added.length === unknown.length ? onceBusy : undefined);
    },
  );
  const known = due.filter((one): one is Work => one.user !== null);
  if (known.length > 0) {
    await changeKnown(tx, known, operationId);
    await writeBelongings(tx, known, operationId, onceBusy);
  }
  return {
    seats,
    results: [
      ...[...known, ...added].map(
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

/** Writes what people get and lose beside their own columns, and the audit of it all. */
async function writeBelongings(
  tx: TxContext,
  work: readonly Work[],
  operationId: number,
  onceBusy: (() => void) | undefined,
): Promise<void> {
  // None of these asks for what another one writes.
  await sideBySide([
    () =>
      inviteAdded(
        tx,
        work.filter(({ user, change }) => change.person !== null && user.status === 'invited').map(({ user }) => user),
      ),
    () =>
      changeMemberships(tx, {
        added: work.flatMap(({ user, change }) =>
          change.memberships.added.map((access) => ({ userId: user.id, ...access })),
        ),
        removed: work.flatMap(({ user, change }) =>
          change.memberships.removed.map((projectId) => ({ userId: user.id, projectId })),
        ),
        reprofiled: work.flatMap(({ user, change }) =>
          change.memberships.reprofiled.map((access) => ({ userId: user.id, ...access })),
        ),
      }),
    () =>
      changeGroups(
        tx,
        work.flatMap(({ user, change }) => change.groups.added.map((groupId) => ({ userId: user.id, groupId }))),
        work.flatMap(({ user, change }) => change.groups.removed.map((groupId) => ({ userId: user.id, groupId }))),
      ),
    () => recordChanges(tx, work, operationId),
    async () => onceBusy?.(),
  ]);
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

/** Adds the people of rows about somebody new. */
async function addPeople(tx: TxContext, due: readonly Due[]): Promise<Work[]> {
  const added = await addUsers(
    tx,
    due.flatMap(({ change }) => change.person ?? []),
  );
  return due.map((one) => {
    const user = added.get(one.change.person?.emailKey ?? '');
    if (user === undefined) throw new Error(`row ${one.row.rowNumber} added nobody`);
    return { ...one, user };
  });
}

const facts = (differences: readonly FieldDifference[], side: 'old' | 'new') =>
  Object.fromEntries(differences.map((difference) => [difference.field, difference[side]]));

/** Being disabled and let in again have lines of their own; everything else that a row did stands in one line. */
async function recordChanges(tx: TxContext, work: readonly Work[], operationId: number): Promise<void> {
  await recordUserChanges(
    tx,
    work.flatMap(({ user, change, differences }) => {
      if (change.person !== null) {
        const action = user.status === 'invited' ? ('user.invited' as const) : ('user.added' as const);
        return { action, user, before: null, after: facts(differences, 'new') };
      }
      const own = differences.filter(
        ({ field }) => field !== 'Status' || (user.status === 'invited' && change.status === 'active'),
      );
      if (own.length === 0) return [];
      return { action: 'user.imported' as const, user, before: facts(own, 'old'), after: facts(own, 'new') };
    }),
    operationId,
  );
}
