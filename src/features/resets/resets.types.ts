import type { SecretUrl } from '../credentials/credentials.types';
import type { User } from '../users/users.types';

/** Somebody who can choose a new password. The link is for the acting admin's eyes only. */
export interface SentReset {
  readonly user: User;
  readonly link: SecretUrl;
}

/** Why nobody's password is reset: a word of the results' reasons. */
export type NoReset = 'reset_invited' | 'reset_disabled' | 'external';

export interface ResetResult {
  readonly operationId: number;
  readonly sent: readonly SentReset[];
  readonly skipped: readonly { readonly user: User; readonly reason: NoReset }[];
  /** API tokens that do not work any more. */
  readonly tokensRevoked: number;
}
