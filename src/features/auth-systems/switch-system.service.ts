import { nameKey } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { followSwitches } from '../auth-changes/auth-changes.service';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, closeOperation, recordResults } from '../operations/operations.service';
import { storeSetting } from '../settings/settings.service';
import { eachOfSystem } from '../users/auth-systems.service';
import { changeUsers, findUsers, holdUsers, recordUserChanges, requireAdmin } from '../users/users.service';
import { authSystemNames } from '../users/users.types';
import { freeSwitches, type SiteSwitch, type SwitchCounts, type Switched, type SwitchPlan } from './auth-systems.types';
import { changedBy, type DecidedPerson, leftSystem, phraseFor, reasonFor } from './decide-switch';
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

/** `moved`: people changed since the plan was shown, or it cannot be done any more; nothing was written. */
export type SwitchOutcome =
  | { readonly kind: 'done'; readonly switched: Switched }
  | { readonly kind: 'moved'; readonly plan: SwitchPlan };

/** Takes the transaction back: other people would be touched than were shown. */
class Moved extends Error {}

const isSame = (one: SwitchCounts, other: SwitchCounts) =>
  (Object.keys(one) as (keyof SwitchCounts)[]).every((key) => one[key] === other[key]);

/**
 * Switches LDAP or SSO on or off for the site (R72, R73, A26), all of it in one transaction or nothing. Switching SSO on
 * switches LDAP off. With LDAP all LDAP usernames go, and become SSO usernames where that was asked for and nobody else
 * has them; whoever cannot go on by SSO is internal from then on. Sessions of those people end. The statements grow by
 * a slice of people, not by the person.
 * @throws AppError `not_admin`; `invalid_input` (field `phrase` when it was mistyped), `conflict` for a repeated request
 */
export async function switchSystem(
  ctx: Context,
  confirmed: ConfirmedSwitch,
  requestId: string,
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
      const moved = await movePeople(tx, change, systemsAfter(now, change), operationId);
      const { counts, taken, sessionsEnded, changed } = moved;
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

/** Everybody who has to leave, a slice at a time. */
async function movePeople(
  tx: TxContext,
  change: SiteSwitch,
  after: SitesSystems,
  operationId: number,
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
    const due = decided.filter((person) => Object.keys(changedBy(person)).length > 0);
    changed += due.length;
    await changeUsers(
      tx,
      due.map((person) => ({ user: person.user, changes: changedBy(person) })),
    );
    const switched = due
      .filter(({ leaves }) => leaves)
      .map(({ user, authSystem }) => ({ user, authSystem, status: user.status }));
    sessionsEnded += (await followSwitches(tx, switched, operationId, 'later')).sessionsEnded;
    await recordPeople(tx, due, operationId);
  }
  return { ...tally, changed, sessionsEnded };
}

async function recordPeople(tx: TxContext, due: readonly DecidedPerson[], operationId: number): Promise<void> {
  const told = ({ authSystem, ssoUsername, ldapUsername }: DecidedPerson, changed: object) => ({
    ...('authSystem' in changed && { authSystem: authSystemNames[authSystem] }),
    ...('ssoUsername' in changed && { ssoUsername }),
    ...('ldapUsername' in changed && { ldapUsername }),
  });
  await recordUserChanges(
    tx,
    due.map((person) => {
      const { user } = person;
      const changed = changedBy(person);
      const action = 'user.auth_switched' as const;
      return { action, user, before: told({ ...person, ...user }, changed), after: told(person, changed) };
    }),
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
