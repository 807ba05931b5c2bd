import type { Client, SessionUser } from '../../sessions/sessions.types';

export interface Credentials {
  /** As typed. */
  readonly email: string;
  readonly password: string;
  readonly client: Client;
  /** What `deviceProof` gave this browser when somebody signed in with it before, as it came back. */
  readonly deviceProof?: string | null;
}

/** Everything about an account that decides on a sign-in. Stays within the feature: it holds the password's hash. */
export interface Account extends SessionUser {
  readonly emailKey: string;
  readonly ldapUsername: string | null;
  readonly passwordHash: string | null;
  /** Goes up with every change of the account. */
  readonly version: number;
}

/** Why nobody is signed in. */
export type SignInRefusal =
  /** One answer for a wrong password and for every account that cannot sign in by a password, whether it exists or not. */
  | { readonly kind: 'wrong' }
  /** Whether the password is right cannot be told right now; the sentence is for the person. */
  | { readonly kind: 'unavailable'; readonly sentence: string }
  /** Too many wrong passwords: whole seconds until the next one is looked at. */
  | { readonly kind: 'wait'; readonly seconds: number };

export type CredentialCheck = { readonly kind: 'right'; readonly user: SessionUser } | SignInRefusal;

/** How many wrong passwords came from somewhere. After `expiresAt` it is as if there had been none. */
export interface FailureCount {
  readonly failures: number;
  readonly blockedUntil: Date | null;
  readonly expiresAt: Date;
}
