import { nameKey } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { setting } from '../settings/settings.service';
import { eachOfSystem } from '../users/auth-systems.service';
import { activeAdmins, findUsers, findUsersByExternalName, requireAdmin } from '../users/users.service';
import { type AuthSystem, displayName, type User } from '../users/users.types';
import { notSetUp, serverOf } from './auth-systems.service';
import {
  freeSwitches,
  noCounts,
  type SiteSwitch,
  type SwitchCounts,
  type SwitchPlan,
  type TakenName,
  takenShown,
} from './auth-systems.types';
import { counted, type DecidedPerson, decidePerson, leftSystem, phraseFor } from './decide-switch';

/** Which external systems are on. */
export interface SitesSystems {
  readonly ldap: boolean;
  readonly sso: boolean;
}

export async function systemsNow(ctx: Context): Promise<SitesSystems> {
  return { ldap: await setting(ctx, 'auth.ldap'), sso: await setting(ctx, 'auth.sso') };
}

export function systemsAfter(now: SitesSystems, { system, to }: SiteSwitch): SitesSystems {
  if (system === 'ldap') return { ...now, ldap: to === 'on' };
  return { ldap: to === 'on' ? false : now.ldap, sso: to === 'on' };
}

/** What a switch makes of these people, in their order, by the data of now. */
export async function decidePeople(
  ctx: Context,
  users: readonly User[],
  change: SiteSwitch,
  after: SitesSystems,
): Promise<DecidedPerson[]> {
  const left = leftSystem(change);
  if (left === null) return [];
  const wanted = left === 'ldap' && change.reuseNames ? users.flatMap((user) => user.ldapUsername ?? []) : [];
  const holders = await findUsersByExternalName(ctx, 'sso', wanted.map(nameKey));
  const byKey = new Map(holders.map((holder) => [nameKey(holder.ssoUsername ?? ''), holder]));
  return users.map((user) => decidePerson(user, left, { reuseNames: change.reuseNames, ssoOn: after.sso }, byKey));
}

/** Counts on, and the first usernames that are taken. */
export interface Tally {
  readonly counts: SwitchCounts;
  readonly taken: readonly TakenName[];
}
export const emptyTally: Tally = { counts: noCounts, taken: [] };

export function tallied({ counts, taken }: Tally, decided: readonly DecidedPerson[], reuseNames: boolean): Tally {
  const names = decided.flatMap(({ user, holder }) =>
    holder === null ? [] : [{ user: { email: user.email }, username: user.ldapUsername ?? '', holder: holder.email }],
  );
  return {
    counts: decided.reduce((sum, person) => counted(sum, person, reuseNames), counts),
    taken: [...taken, ...names].slice(0, takenShown),
  };
}

/** Whether this admin can sign in on the web by what they have, with these systems on. */
function canSignIn(user: User, on: SitesSystems): boolean {
  const ways: Readonly<Record<AuthSystem, boolean>> = {
    internal: user.hasPassword,
    ldap: on.ldap && user.ldapUsername !== null,
    sso: on.sso && user.ssoUsername !== null,
  };
  return user.status === 'active' && user.isAdmin && ways[user.authSystem];
}

/** The active admins who could sign in before a switch and none of whom could after it; empty when somebody still can. */
async function adminsShutOut(ctx: Context, change: SiteSwitch, now: SitesSystems): Promise<User[]> {
  const left = leftSystem(change);
  if (left === null) return [];
  const after = systemsAfter(now, change);
  const admins = await activeAdmins(ctx);
  const able = admins.filter((admin) => canSignIn(admin, now));
  const decided = await decidePeople(ctx, admins, change, after);
  const stays = decided.some(({ user, authSystem, ssoUsername, ldapUsername }) =>
    canSignIn({ ...user, authSystem, ssoUsername, ldapUsername }, after),
  );
  return stays ? [] : able;
}

/** Why nobody could look after the site any more, and the way out. */
function shutOutSentence(first: User, admins: number, canReuse: boolean): string {
  const name = displayName(first);
  const who = admins > 1 ? `the ${admins} who can now` : name === first.email ? name : `${name} (${first.email})`;
  const way = canReuse ? 'Tick the box that takes the LDAP usernames over, or give' : 'Give';
  return `No active admin could sign in any more: ${who} would have no password and no system that is on. ${way} an admin a password first: /users edit ${first.email}, choose Internal, and follow the link in the mail.`;
}

/**
 * What a switch would do, counted to the last person; nothing is written.
 * @throws AppError `not_admin`
 */
export async function planSwitch(ctx: Context, change: SiteSwitch): Promise<SwitchPlan> {
  await requireAdmin(ctx);
  const now = await systemsNow(ctx);
  const after = systemsAfter(now, change);
  const left = leftSystem(change);
  let tally = emptyTally;
  if (left !== null) {
    for await (const ids of eachOfSystem(ctx, left)) {
      const decided = await decidePeople(ctx, await findUsers(ctx, ids), change, after);
      tally = tallied(tally, decided, change.reuseNames);
    }
  }
  return {
    change,
    ...tally,
    endsLdap: now.ldap && !after.ldap,
    ssoOnAfter: after.sso,
    phrase: phraseFor(tally.counts, freeSwitches),
    refusal: await refusalOf(ctx, change, now),
  };
}

const names = { ldap: 'LDAP', sso: 'SSO' } as const;

/** Why a switch cannot be done by the state of now, or null. */
export async function refusalOf(ctx: Context, change: SiteSwitch, now: SitesSystems): Promise<string | null> {
  const { system, to } = change;
  if (now[system] === (to === 'on')) return `${names[system]} is switched ${to} already. Nothing was changed.`;
  if (to === 'on' && serverOf(ctx, system) === null) return notSetUp(system);
  const shutOut = await adminsShutOut(ctx, change, now);
  const [first] = shutOut;
  if (first === undefined) return null;
  const canReuse = leftSystem(change) === 'ldap' && systemsAfter(now, change).sso && !change.reuseNames;
  return shutOutSentence(first, shutOut.length, canReuse);
}
