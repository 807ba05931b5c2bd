import { type DecidedSignIn, decideSignIn, type SignInRefusal } from '../edits/sign-in';
import type { AuthSystem, User } from '../users/users.types';
import { systemLabels } from './field-labels';
import { headerOf } from './import-columns';
import type { RowProblem } from './imports.types';
import type { RowValues, SiteFacts } from './row-plan.types';

/** How somebody signs in after the row, and whether they may at all. */
export type PlannedSignIn = Omit<DecidedSignIn, 'refusals'> & { readonly problems: readonly RowProblem[] };

/** Decides what the row says about status and signing in, with the problems in the words of a spreadsheet. */
export function planSignIn(values: RowValues, user: User | undefined, site: SiteFacts): PlannedSignIn {
  const { authSystem, ssoUsername, ldapUsername, status, refusals } = decideSignIn(values, user, site);
  const problems = refusals.map(({ field, reason }) => ({
    field: headerOf[field],
    sentence: sentences[reason](authSystem),
  }));
  return { authSystem, ssoUsername, ldapUsername, status, problems };
}

const sentences: Readonly<Record<SignInRefusal, (authSystem: AuthSystem) => string>> = {
  system_off: (authSystem) =>
    `${systemLabels[authSystem]} is switched off for this site. Switch it on with /usher auth first, or write another system.`,
  lacks_username: (authSystem) =>
    `Whoever signs in by ${systemLabels[authSystem]} needs an ${headerOf[authSystem === 'ldap' ? 'ldapUsername' : 'ssoUsername']}. Fill it in, or change Auth System.`,
  yourself: () => 'You cannot disable yourself. Ask another admin to do it, or leave Status empty.',
  accepts_by_link: () =>
    'Invited people become Active by following the link in their invitation. Leave Status empty, or write Invited.',
  is_active: () => 'Somebody who is Active cannot become Invited again. Leave Status empty, or write Disabled.',
  was_active: () => 'This person has been Active before and cannot be Invited again. Write Active to let them in.',
  starts_disabled: () => 'New people cannot start as Disabled. Leave Status empty.',
  starts_invited: () => 'New people start as Invited: leave Status empty.',
};
