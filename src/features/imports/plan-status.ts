import { hasCredential } from '../invites/invites.service';
import type { AuthSystem, User, UserStatus } from '../users/users.types';
import { systemLabels } from './field-labels';
import { headerOf } from './import-columns';
import type { RowProblem } from './imports.types';
import type { RowValues, SiteFacts } from './row-plan.types';

/** How somebody signs in after the row, and whether they may at all. */
export interface PlannedSignIn {
  readonly authSystem: AuthSystem;
  readonly ssoUsername: string | null;
  readonly ldapUsername: string | null;
  readonly status: UserStatus;
  readonly problems: readonly RowProblem[];
}

/** Decides auth system and status together, for a change of the one can change the other (R70, A15, A27). */
export function planSignIn(values: RowValues, user: User | undefined, site: SiteFacts): PlannedSignIn {
  const before: AuthSystem = user?.authSystem ?? 'internal';
  const authSystem = values.authSystem ?? before;
  const kept = <Key extends 'ssoUsername' | 'ldapUsername'>(key: Key) => {
    const value = values[key];
    return value === undefined ? (user?.[key] ?? null) : value;
  };
  const signIn = { authSystem, ssoUsername: kept('ssoUsername'), ldapUsername: kept('ldapUsername') };
  const problems: RowProblem[] = [];

  if (authSystem !== before && !site.switchedOn[authSystem]) {
    problems.push({
      field: headerOf.authSystem,
      sentence: `${systemLabels[authSystem]} is switched off for this site. Switch it on with /usher auth first, or write another system.`,
    });
  }
  const nameKey = authSystem === 'ldap' ? 'ldapUsername' : 'ssoUsername';
  const lacksName = authSystem !== 'internal' && signIn[nameKey] === null;
  if (lacksName && (authSystem !== before || values[nameKey] === null)) {
    problems.push({
      field: headerOf[nameKey],
      sentence: `Whoever signs in by ${systemLabels[authSystem]} needs an ${headerOf[nameKey]}. Fill it in, or change Auth System.`,
    });
  }
  const next = user === undefined ? newStatus(values, authSystem) : nextStatus(values, user, signIn, site);
  if (typeof next === 'string') return { ...signIn, status: next, problems };
  problems.push({ field: headerOf.status, sentence: next.problem });
  return { ...signIn, status: user?.status ?? 'invited', problems };
}

type Answer = UserStatus | { readonly problem: string };

function newStatus(values: RowValues, authSystem: AuthSystem): Answer {
  // Nobody mails a link to people whom an outside system lets in: they are active from the start.
  if (authSystem !== 'internal') {
    return values.status === 'disabled'
      ? { problem: 'New people cannot start as Disabled. Leave Status empty.' }
      : 'active';
  }
  return values.status === undefined || values.status === 'invited'
    ? 'invited'
    : { problem: 'New people start as Invited: leave Status empty.' };
}

function nextStatus(
  values: RowValues,
  user: User,
  signIn: Pick<User, 'authSystem' | 'ssoUsername' | 'ldapUsername'>,
  site: SiteFacts,
): Answer {
  const external = signIn.authSystem !== 'internal';
  // Beside LDAP or SSO in the same row, Invited is what an export said before the change, and nobody can be both.
  const means = values.status === 'invited' && external && values.authSystem !== undefined ? undefined : values.status;
  const wanted = user.status === 'disabled' ? values.status : means;
  if (wanted === 'disabled' && user.status !== 'disabled' && user.id === site.actorUserId) {
    return { problem: 'You cannot disable yourself. Ask another admin to do it, or leave Status empty.' };
  }
  switch (user.status) {
    case 'invited':
      if (wanted === 'disabled') return 'disabled';
      if (external && signIn.authSystem !== user.authSystem) return 'active';
      if (wanted !== 'active') return 'invited';
      if (hasCredential({ ...user, ...signIn, hasPassword: false })) return 'active';
      return {
        problem:
          'Invited people become Active by following the link in their invitation. Leave Status empty, or write Invited.',
      };
    case 'active':
      if (wanted !== 'invited') return wanted ?? 'active';
      return { problem: 'Somebody who is Active cannot become Invited again. Leave Status empty, or write Disabled.' };
    case 'disabled': {
      if (wanted === undefined || wanted === 'disabled') return 'disabled';
      const ready = hasCredential({ ...user, ...signIn });
      if (wanted === 'active') return ready ? 'active' : 'invited';
      return ready
        ? { problem: 'This person has been Active before and cannot be Invited again. Write Active to let them in.' }
        : 'invited';
    }
  }
}
