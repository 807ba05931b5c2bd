import { nameKey } from '../../lib/plain-text';
import { lacksPassword } from '../auth-changes/auth-changes.service';
import type { AuthSystem, SignInMove, User } from '../users/users.types';
import type { ExternalSystem, SiteSwitch, SwitchCounts } from './auth-systems.types';

/** The system that people have to leave, if any: SSO takes the place of LDAP (R72). */
export function leftSystem({ system, to }: SiteSwitch): ExternalSystem | null {
  if (to === 'off') return system;
  return system === 'sso' ? 'ldap' : null;
}

/** What has to be typed before so many people lose a username or sign in otherwise; null: nothing. */
export function phraseFor({ cleared, people }: SwitchCounts, free: number): string | null {
  if (cleared > free) return `clear ${cleared.toLocaleString('en-US')} LDAP usernames`;
  return people > free ? `switch ${people.toLocaleString('en-US')} people` : null;
}

/** How one person ends up. */
export interface DecidedPerson {
  readonly user: User;
  /** Whether they signed in by the system that goes. */
  readonly leaves: boolean;
  readonly authSystem: AuthSystem;
  readonly ssoUsername: string | null;
  readonly ldapUsername: string | null;
  /** Whose SSO username this person's LDAP username is already; theirs is not overwritten. */
  readonly holder: User | null;
}

/**
 * Decides for one person who signs in by the system that goes, or has only its username. SSO usernames are never cleared
 * and never overwritten, neither this person's own nor anybody else's; LDAP usernames go with LDAP (R73, A26).
 * @param ssoHolders who has which SSO username now, by key
 */
export function decidePerson(
  user: User,
  left: ExternalSystem,
  { reuseNames, ssoOn }: { readonly reuseNames: boolean; readonly ssoOn: boolean },
  ssoHolders: ReadonlyMap<string, User>,
): DecidedPerson {
  const leaves = user.authSystem === left;
  const isLdap = left === 'ldap';
  const reused = isLdap && reuseNames && user.ssoUsername === null ? user.ldapUsername : null;
  const found = reused === null ? undefined : ssoHolders.get(nameKey(reused));
  const holder = found === undefined || found.id === user.id ? null : found;
  const ssoUsername = holder === null ? (reused ?? user.ssoUsername) : user.ssoUsername;
  const bySso = isLdap && reuseNames && ssoOn && ssoUsername !== null;
  return {
    user,
    leaves,
    authSystem: leaves ? (bySso ? 'sso' : 'internal') : user.authSystem,
    ssoUsername,
    ldapUsername: isLdap ? null : user.ldapUsername,
    holder,
  };
}

/** What is written of one person; null: nothing is another than before. */
export function moveOf({ user, authSystem, ssoUsername, ldapUsername }: DecidedPerson): SignInMove | null {
  const to = user.authSystem === authSystem ? null : authSystem;
  const isCleared = user.ldapUsername !== ldapUsername;
  if (to === null && !isCleared) return null;
  return { to, ldapName: ssoUsername !== user.ssoUsername ? 'reused' : isCleared ? 'cleared' : 'stays' };
}

/** Why it ended so for this person: a word of the results' reasons. */
export type SwitchReason =
  | 'to_sso'
  | 'to_password'
  | 'without_password'
  | 'without_password_name_taken'
  | 'left_inactive'
  | 'ldap_name_cleared'
  | 'ldap_name_reused';

export function reasonFor({ user, leaves, authSystem, ssoUsername, holder }: DecidedPerson): SwitchReason {
  if (!leaves) return ssoUsername === user.ssoUsername ? 'ldap_name_cleared' : 'ldap_name_reused';
  if (authSystem === 'sso') return 'to_sso';
  if (user.status !== 'active') return 'left_inactive';
  if (!lacksPassword({ user, authSystem, status: user.status })) return 'to_password';
  return holder === null ? 'without_password' : 'without_password_name_taken';
}

/** The counts with one more person. @param reuseNames whether usernames are to be reused at all */
export function counted(counts: SwitchCounts, decided: DecidedPerson, reuseNames: boolean): SwitchCounts {
  const { user, leaves, holder, ssoUsername, ldapUsername } = decided;
  const reason = reasonFor(decided);
  const plus = (number: number, isOne: boolean) => number + (isOne ? 1 : 0);
  return {
    cleared: plus(counts.cleared, user.ldapUsername !== null && ldapUsername === null),
    people: plus(counts.people, leaves),
    toSso: plus(counts.toSso, reason === 'to_sso'),
    toPassword: plus(counts.toPassword, reason === 'to_password'),
    withoutPassword: plus(
      counts.withoutPassword,
      reason === 'without_password' || reason === 'without_password_name_taken',
    ),
    inactive: plus(counts.inactive, reason === 'left_inactive'),
    reused: plus(counts.reused, ssoUsername !== user.ssoUsername),
    kept: plus(counts.kept, reuseNames && user.ssoUsername !== null && user.ldapUsername !== null),
    taken: plus(counts.taken, holder !== null),
  };
}
