import type { LinkPurpose } from './credentials.types';
import { longestPassword, type PasswordProblem, shortestPassword } from './passwords.service';

type VoidReason = 'used' | 'replaced' | 'expired' | 'disabled' | 'deleted' | 'unknown';

const voidSentences: Readonly<Record<LinkPurpose, Readonly<Record<VoidReason, string>>>> = {
  activation: {
    used: 'This link was already used, and the account is active. Sign in with your e-mail address and the password that was set. If it was not you who set it, tell one of your admins at once.',
    replaced:
      'This link was replaced by a newer one. Look for the latest mail we sent you: only the link in that one works.',
    expired: 'This link has expired. Ask the admin who invited you to send the invitation again.',
    disabled:
      'This account was disabled, so its link does not work any more. If you need access, ask one of your admins to activate the account.',
    deleted:
      'The account behind this link was deleted. If you need access, ask one of your admins for a new invitation.',
    unknown:
      'We do not know this link. Perhaps a part of it got lost: open it from the mail again, or copy the whole address. If that does not help, ask the admin who invited you to send the invitation again.',
  },
  reset: {
    used: 'This link was already used, and the new password is set. Sign in with it. If it was not you who set it, tell one of your admins at once.',
    replaced:
      'This link was replaced by a newer one. Look for the latest mail we sent you: only the link in that one works.',
    expired: 'This link has expired. Ask one of your admins to send you a new one.',
    disabled:
      'This account was disabled, so its link does not work any more. If you need access, ask one of your admins to activate the account.',
    deleted:
      'The account behind this link was deleted. If you need access, ask one of your admins for a new invitation.',
    unknown:
      'We do not know this link. Perhaps a part of it got lost: open it from the mail again, or copy the whole address. If that does not help, ask one of your admins to send you a new one.',
  },
};

/** What happened to a link that does not work, and what its reader can do. */
export function voidLinkSentence(purpose: LinkPurpose, reason: VoidReason): string {
  return voidSentences[purpose][reason];
}

const passwordSentences: Readonly<Record<PasswordProblem, string>> = {
  missing: 'Choose a password.',
  too_short: `Choose a password of at least ${shortestPassword} characters.`,
  too_long: `Choose a password of at most ${longestPassword} characters.`,
  common: 'That password is on the lists that attackers try first. Choose another one.',
  like_email: 'Choose a password that is not your e-mail address.',
};

/** What to do about a password that breaks a rule. */
export function passwordSentence(problem: PasswordProblem): string {
  return passwordSentences[problem];
}

/** The rules, said before somebody chooses. */
export const passwordHint = `At least ${shortestPassword} characters, of any kind. A few unrelated words make a good one.`;
