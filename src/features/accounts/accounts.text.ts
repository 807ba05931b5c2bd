import { count } from '../../lib/plain-text';
import { passwordSentence } from '../credentials/credentials.text';
import { nameLimit } from '../users/users.types';
import type { FormProblem, Person } from './accounts.types';

/** What to do about a field that was not filled in as it has to be. */
export function problemSentence(problem: FormProblem): string {
  switch (problem.field) {
    case 'firstName':
      return problem.problem === 'missing'
        ? 'Enter your first name.'
        : `Enter a first name of at most ${count(nameLimit, 'character')}.`;
    case 'lastName':
      return `Enter a last name of at most ${count(nameLimit, 'character')}.`;
    case 'password':
      return passwordSentence(problem.problem);
    case 'passwordAgain':
      return 'The two passwords differ. Enter the same one twice.';
  }
}

export const activationText = {
  title: 'Activate your account',
  heading: (person: Person) => (person.firstName === '' ? 'Welcome' : `Welcome, ${person.firstName}`),
  lead: 'One step, and your account is active: check your name and choose a password.',
  submit: 'Activate my account',
  doneTitle: 'Your account is active',
  doneHeading: (person: Person) => `You’re in, ${person.firstName}.`,
  doneLead: (person: Person) =>
    `Your account is active. From now on you sign in as ${person.email} with the password that you have just chosen.`,
  doneEnd: 'Sign in now',
};

export const resetText = {
  title: 'Choose your password',
  heading: 'Choose your password',
  lead: 'It takes effect at once. Sessions that are open end, and you sign in again with this password.',
  submit: 'Save my password',
  doneTitle: 'Your password is set',
  doneHeading: 'Your password is set.',
  doneLead: (person: Person) =>
    `Sign in as ${person.email} with it from now on. All sessions that were open have been ended.`,
  doneEnd: 'Sign in now',
};

type VoidReason = 'used' | 'replaced' | 'expired' | 'disabled' | 'deleted' | 'unknown';

const voidHeadings: Readonly<Record<VoidReason, string>> = {
  used: 'Nothing left to do here',
  replaced: 'There is a newer link',
  expired: 'Too late for this link',
  disabled: 'Your account is switched off',
  deleted: 'This account no longer exists',
  unknown: 'This link leads nowhere',
};

/** The heading over the sentence that says why a link does not work. */
export function voidLinkHeading(reason: VoidReason): string {
  return voidHeadings[reason];
}
