import { minute, second } from '../../lib/duration';
import { count } from '../../lib/plain-text';
import type { EndReason } from '../sessions/sessions.types';

const endSentences: Readonly<Record<EndReason, string>> = {
  admin: 'Your session was ended by an administrator.',
  idle: 'Your session ended because it was idle for too long.',
  password_changed: 'Your session ended because the password of your account was changed. Sign in with the new one.',
  disabled: 'Your session ended because your account was disabled. If you need access, ask one of your admins.',
  deleted: 'Your session ended because your account was deleted. If you need access, ask one of your admins.',
  signed_out: 'You ended this session yourself, from another browser or another page.',
  auth_changed:
    'Your session ended because an admin changed how you sign in. Ask one of your admins if you cannot get in.',
};

/** Why somebody has to sign in again (R85). */
export function endSentence(reason: EndReason): string {
  return endSentences[reason];
}

export const signInText = {
  title: 'Sign in',
  submit: 'Sign in',
  emailMissing: 'Enter your e-mail address.',
  passwordMissing: 'Enter your password.',
  // One sentence for every reason, so that nobody learns from it which accounts there are.
  wrong:
    'This e-mail address and password do not open an account here. Check both, capital letters too, and try again.',
  wait: (seconds: number) =>
    `Too many wrong passwords were tried. Wait ${count(Math.ceil((seconds * second) / minute), 'minute')}, then try again. Until then no password is looked at, not even the right one.`,
  or: 'or',
  bySso: 'Sign in with SSO',
  help: 'Can’t sign in?',
  helpForgotten: 'Forgot your password?',
  helpForgottenAnswer: 'Ask one of your admins. They send you a mail with a link to choose a new one.',
  helpInvited: 'Invited, and never here before?',
  helpInvitedAnswer:
    'Open the link in your invitation first: there you choose your password. If it does not work any more, ask the admin who invited you to send it again.',
  helpCompany: 'Do you sign in by your company’s account?',
  helpCompanyAnswer: (isSsoOn: boolean) =>
    `Your password is the one you have there, and it is changed there.${isSsoOn ? ' If you sign in by SSO, use the button above; a password does not work then.' : ''}`,
};

export const choiceText = {
  title: 'Choose a session to end',
  lead: (open: number) =>
    `You have ${count(open, 'open session')} already, and no more are allowed at a time. End one of them to sign in here.`,
  again: 'That session could not be ended, or there is still one too many. These are open now:',
  submit: 'End this one and sign in',
  about: (client: string, started: string) => `(${client}, started ${started})`,
  stay: 'Leave all as they are',
  voidTitle: 'Please sign in again',
  voidLead:
    'This choice was already used, or more than five minutes have passed. No session was ended by it now, and you are not signed in here.',
};

export const signOutText = {
  title: 'Sign out',
  heading: 'Sign out?',
  lead: (email: string) =>
    `You are signed in as ${email}. Signing out ends this browser’s session, with all its tabs. Your other sessions stay open.`,
  submit: 'Sign out',
  stay: 'Stay signed in',
  doneTitle: 'You are signed out',
  doneLead: 'This browser has no session any more.',
  signIn: 'Sign in',
};
