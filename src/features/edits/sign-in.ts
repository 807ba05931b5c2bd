import { hasCredential } from '../invites/invites.service';
import type { AuthSystem, User, UserStatus } from '../users/users.types';

/** What somebody asks for. A field that is left out leaves things as they are; null empties. */
export interface WantedSignIn {
  readonly status?: UserStatus;
  readonly authSystem?: AuthSystem;
  readonly ssoUsername?: string | null;
  readonly ldapUsername?: string | null;
}

/** The site as far as it decides how people sign in. */
export interface SignInSite {
  readonly switchedOn: Readonly<Record<AuthSystem, boolean>>;
  /** Who acts: nobody disables themselves. Null for the system and operators. */
  readonly actorUserId: number | null;
}

/**
 * `system_off`: LDAP or SSO is off for the site. `lacks_username`: LDAP and SSO need their username. `yourself`: nobody
 * disables themselves. `accepts_by_link`: invited people become active by their link. `is_active`, `was_active`: cannot
 * be invited (again). `starts_disabled`, `starts_invited`: about new people.
 */
export type SignInRefusal =
  | 'system_off'
  | 'lacks_username'
  | 'yourself'
  | 'accepts_by_link'
  | 'is_active'
  | 'was_active'
  | 'starts_disabled'
  | 'starts_invited';

export interface DecidedSignIn {
  readonly authSystem: AuthSystem;
  readonly ssoUsername: string | null;
  readonly ldapUsername: string | null;
  readonly status: UserStatus;
  readonly refusals: readonly { readonly field: keyof WantedSignIn; readonly reason: SignInRefusal }[];
}

/**
 * Decides auth system and status together, for a change of the one can change the other (R70, A15, A27). The same for
 * a row of a spreadsheet, a form and a batch; how a refusal is said is theirs.
 */
export function decideSignIn(wanted: WantedSignIn, user: User | undefined, site: SignInSite): DecidedSignIn {
  const before: AuthSystem = user?.authSystem ?? 'internal';
  const authSystem = wanted.authSystem ?? before;
  const kept = (key: 'ssoUsername' | 'ldapUsername') => {
    const value = wanted[key];
    return value === undefined ? (user?.[key] ?? null) : value;
  };
  const signIn = { authSystem, ssoUsername: kept('ssoUsername'), ldapUsername: kept('ldapUsername') };
  const refusals: { field: keyof WantedSignIn; reason: SignInRefusal }[] = [];

  if (authSystem !== before && !site.switchedOn[authSystem]) {
    refusals.push({ field: 'authSystem', reason: 'system_off' });
  }
  const nameKey = authSystem === 'ldap' ? 'ldapUsername' : 'ssoUsername';
  const lacksName = authSystem !== 'internal' && signIn[nameKey] === null;
  if (lacksName && (authSystem !== before || wanted[nameKey] === null)) {
    refusals.push({ field: nameKey, reason: 'lacks_username' });
  }
  const next = user === undefined ? newStatus(wanted, authSystem) : nextStatus(wanted, user, signIn, site);
  if (typeof next !== 'string') refusals.push({ field: 'status', reason: next.refused });
  const status = typeof next === 'string' ? next : (user?.status ?? 'invited');
  const { ssoUsername, ldapUsername } = signIn;
  return { authSystem, ssoUsername, ldapUsername, status, refusals };
}

type Answer = UserStatus | { readonly refused: SignInRefusal };

function newStatus(wanted: WantedSignIn, authSystem: AuthSystem): Answer {
  // Nobody mails a link to people whom an outside system lets in: they are active from the start.
  if (authSystem !== 'internal') return wanted.status === 'disabled' ? { refused: 'starts_disabled' } : 'active';
  return wanted.status === undefined || wanted.status === 'invited' ? 'invited' : { refused: 'starts_invited' };
}

function nextStatus(
  asked: WantedSignIn,
  user: User,
  signIn: Pick<User, 'authSystem' | 'ssoUsername' | 'ldapUsername'>,
  site: SignInSite,
): Answer {
  const external = signIn.authSystem !== 'internal';
  // Beside LDAP or SSO in the same row, Invited is what an export said before the change, and nobody can be both.
  const means = asked.status === 'invited' && external && asked.authSystem !== undefined ? undefined : asked.status;
  const wanted = user.status === 'disabled' ? asked.status : means;
  if (wanted === 'disabled' && user.status !== 'disabled' && user.id === site.actorUserId) {
    return { refused: 'yourself' };
  }
  switch (user.status) {
    case 'invited':
      if (wanted === 'disabled') return 'disabled';
      if (external && signIn.authSystem !== user.authSystem) return 'active';
      if (wanted !== 'active') return 'invited';
      return hasCredential({ ...user, ...signIn, hasPassword: false }) ? 'active' : { refused: 'accepts_by_link' };
    case 'active':
      return wanted === 'invited' ? { refused: 'is_active' } : (wanted ?? 'active');
    case 'disabled': {
      if (wanted === undefined || wanted === 'disabled') return 'disabled';
      const ready = hasCredential({ ...user, ...signIn });
      if (wanted === 'active') return ready ? 'active' : 'invited';
      return ready ? { refused: 'was_active' } : 'invited';
    }
  }
}

/** Signs in by a password from now on and has none: a link to set one is due. */
export function needsReset(user: User, target: Pick<User, 'authSystem' | 'status'>): boolean {
  return (
    user.authSystem !== 'internal' &&
    target.authSystem === 'internal' &&
    user.status === 'active' &&
    target.status === 'active' &&
    !user.hasPassword
  );
}
