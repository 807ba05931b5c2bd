import { nameKey } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { followSwitches } from '../auth-changes/auth-changes.service';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, closeOperation, recordResults } from '../operations/operations.service';
import { storeSetting } from '../settings/settings.service';
import { eachOfSystem, moveSignIns } from '../users/auth-systems.service';
import { findUsers, holdUsers, recordUserChanges, requireAdmin } from '../users/users.service';
import { authSystemNames, type SignInMove, type User } from '../users/users.types';
import { freeSwitches, type SiteSwitch, type SwitchCounts, type SwitchOutcome } from './auth-systems.types';
import { type DecidedPerson, leftSystem, moveOf, phraseFor, reasonFor } from './decide-switch';
import {
  decidePeople,
  emptyTally,
  planSwitch,
  refusalOf,
  type SitesSystems,
  systemsAfter,
  systemsNow,
  type Tally,
  tallied,
} from './plan-switch.service';

/** A switch as an admin saw and confirmed it. */
export interface ConfirmedSwitch {
  readonly change: SiteSwitch;
  /** What the plan showed. */
  readonly seen: SwitchCounts;
  readonly typed: string;
}

/** Takes the transaction back: other people would be touched than were shown. */
class Moved extends Error {}

const isSame = (one: SwitchCounts, other: SwitchCounts) =>
  (Object.keys(one) as (keyof SwitchCounts)[]).every((key) => one[key] === other[key]);

/**
 * Switches LDAP or SSO on or off for the site (R72, R73, A26), all of it in one transaction or nothing. Switching SSO on
 * switches LDAP off. With LDAP all LDAP usernames go, and become SSO usernames where that was asked for and nobody else
 * has them; whoever cannot go on by SSO is internal from then on. Sessions of those people end. The statements grow by
 * a slice of people, not by the person.
 * @param moved told after each slice how many people are written; from the beginning where the transaction is tried again
 * @throws AppError `not_admin`; `invalid_input` (field `phrase` when it was mistyped), `conflict` for a repeated request
 */
export async function switchSystem(
  ctx: Context,
  confirmed: ConfirmedSwitch,
  requestId: string,
  moved: (people: number) => void = () => undefined,
): Promise<SwitchOutcome> {
  const { change, seen, typed } = confirmed;
  const phrase = phraseFor(seen, freeSwitches);
  if (phrase !== null && nameKey(typed) !== nameKey(phrase))
    throw invalidInput(`Type “${phrase}” to go on. Nothing was changed.`, 'phrase');
  try {
    const switched = await inTransaction(ctx, async (tx) => {
      await oneAtATime(tx);
      await requireAdmin(tx);
      const operationId = await beginOperation(tx, 'auth.switch', requestId, change);
      const now = await systemsNow(tx);
      if ((await refusalOf(tx, change, now)) !== null) throw new Moved();
      const after = systemsAfter(now, change);
      const { counts, taken, sessionsEnded, changed } = await movePeople(tx, change, after, operationId, moved);
      if (!isSame(counts, seen)) throw new Moved();
      await storeSystems(tx, now, change, counts, operationId);
      await closeOperation(tx, operationId, { done: changed, unchanged: 0, skipped: 0, failed: 0 });
      return { operationId, change, counts, taken, sessionsEnded };
    });
    await ctx.announce({ kind: 'users_changed' });
    return { kind: 'done', switched };
  } catch (error) {
    if (!(error instanceof Moved)) throw error;
    return { kind: 'moved', plan: await planSwitch(ctx, change) };
  }
}

/** Somebody of whom something is written, and what. */
interface DuePerson extends DecidedPerson {
  readonly move: SignInMove;
}

/** Everybody who has to leave, a slice at a time. */
async function movePeople(
  tx: TxContext,
  change: SiteSwitch,
  after: SitesSystems,
  operationId: number,
  moved: (people: number) => void,
): Promise<Tally & { readonly changed: number; readonly sessionsEnded: number }> {
  const left = leftSystem(change);
  let tally = emptyTally;
  let sessionsEnded = 0;
  let changed = 0;
  if (left === null) return { ...tally, changed, sessionsEnded };
  for await (const ids of eachOfSystem(tx, left)) {
    await holdUsers(tx, ids);
    const decided = await decidePeople(tx, await findUsers(tx, ids), change, after);
    tally = tallied(tally, decided, change.reuseNames);
    const due = decided.flatMap((person): DuePerson[] => {
      const move = moveOf(person);
      return move === null ? [] : [{ ...person, move }];
    });
    changed += due.length;
    await moveAlike(tx, due);
    const switched = due
      .filter(({ leaves }) => leaves)
      .map(({ user, authSystem }) => ({ user, authSystem, status: user.status }));
    sessionsEnded += (await followSwitches(tx, switched, operationId, 'later')).sessionsEnded;
    await recordPeople(tx, due, operationId);
    moved(changed);
  }
  return { ...tally, changed, sessionsEnded };
}

/** Writes the people of a slice; few ways to move there are, and one statement for each. */
async function moveAlike(tx: TxContext, due: readonly DuePerson[]): Promise<void> {
  const alike = new Map<string, { readonly move: SignInMove; readonly userIds: number[] }>();
  for (const { user, move } of due) {
    const key = `${move.to} ${move.ldapName}`;
    const same = alike.get(key);
    if (same === undefined) alike.set(key, { move, userIds: [user.id] });
    else same.userIds.push(user.id);
  }
  for (const { move, userIds } of alike.values()) await moveSignIns(tx, userIds, move);
}

/** The fields that a move writes, in the words of the audit trail. */
function told(
  { authSystem, ssoUsername, ldapUsername }: Pick<User, 'authSystem' | 'ssoUsername' | 'ldapUsername'>,
  { to, ldapName }: SignInMove,
): Readonly<Record<string, unknown>> {
  return {
    ...(to !== null && { authSystem: authSystemNames[authSystem] }),
    ...(ldapName === 'reused' && { ssoUsername }),
    ...(ldapName !== 'stays' && { ldapUsername }),
  };
}

async function recordPeople(tx: TxContext, due: readonly DuePerson[], operationId: number): Promise<void> {
  await recordUserChanges(
    tx,
    due.map((person) => ({
      action: 'user.auth_switched',
      user: person.user,
      before: told(person.user, person.move),
      after: told(person, person.move),
    })),
    operationId,
  );
  await recordResults(
    tx,
    operationId,
    due.map((person) => ({
      userId: person.user.id,
      subject: person.user.email,
      outcome: 'done',
      reason: reasonFor(person),
    })),
  );
}

async function storeSystems(
  tx: TxContext,
  now: SitesSystems,
  change: SiteSwitch,
  counts: SwitchCounts,
  operationId: number,
): Promise<void> {
  const after = systemsAfter(now, change);
  const inWords = ({ ldap, sso }: SitesSystems) => ({
    ...(now.ldap !== after.ldap && { LDAP: ldap ? 'on' : 'off' }),
    ...(now.sso !== after.sso && { SSO: sso ? 'on' : 'off' }),
  });
  if (now.ldap !== after.ldap) await storeSetting(tx, 'auth.ldap', after.ldap);
  if (now.sso !== after.sso) await storeSetting(tx, 'auth.sso', after.sso);
  await recordAudit(tx, [
    {
      action: 'settings.changed',
      subjectType: 'setting',
      subjectId: null,
      subjectLabel: 'the site',
      before: inWords(now),
      after: {
        ...inWords(after),
        ...(counts.people > 0 && { people: counts.people }),
        ...(counts.cleared > 0 && { ldapUsernamesCleared: counts.cleared }),
      },
      operationId,
    },
  ]);
}
