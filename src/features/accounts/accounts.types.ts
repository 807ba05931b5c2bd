import type { PasswordProblem } from '../credentials/passwords.service';

/** Something about a filled-in form that its sender can put right. */
export type FormProblem =
  | { readonly field: 'firstName'; readonly problem: 'missing' | 'too_long' }
  | { readonly field: 'lastName'; readonly problem: 'too_long' }
  | { readonly field: 'password'; readonly problem: PasswordProblem }
  | { readonly field: 'passwordAgain'; readonly problem: 'different' };

/** The person in front of a page. */
export interface Person {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export interface ActivationInput {
  /** As it came in. */
  readonly token: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly password: string;
  /** The password once more, where the form asks twice. */
  readonly passwordAgain?: string;
}

export interface ResetInput {
  /** As it came in. */
  readonly token: string;
  readonly password: string;
  readonly passwordAgain?: string;
}

/** `refused`: nothing was changed and the link still works. */
export type FormOutcome =
  | { readonly kind: 'done'; readonly person: Person }
  | { readonly kind: 'refused'; readonly person: Person; readonly problems: readonly FormProblem[] };
