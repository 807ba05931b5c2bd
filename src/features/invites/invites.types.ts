import type { Recipient } from '../../lib/email';
import type { SecretUrl } from '../credentials/credentials.types';
import type { User } from '../users/users.types';

/** How many addresses one submission takes. */
export const invitationLimit = 500;

export interface InviteInput {
  readonly recipients: readonly Recipient[];
  /** Default profile of the invitees, and theirs in the chosen projects; null for the site's default. */
  readonly profileId: number | null;
  readonly groupIds: readonly number[];
  readonly projectIds: readonly number[];
  /** The same key never invites twice; null where the caller cannot be repeated. */
  readonly idempotencyKey: string | null;
}

/** Somebody who was sent a link just now. The link is for the acting admin's eyes only. */
export interface SentInvitation {
  readonly user: User;
  readonly link: SecretUrl;
}

export interface InviteResult {
  readonly operationId: number;
  readonly invited: readonly SentInvitation[];
  /** Already invited: nothing was sent; a resend is offered. */
  readonly alreadyInvited: readonly User[];
  /** Disabled: nothing was sent; activation is offered. */
  readonly disabled: readonly User[];
  /** Active already; `projectsAdded` counts the chosen projects that were new to them. */
  readonly active: readonly { readonly user: User; readonly projectsAdded: number }[];
  /** False when the sample project is gone, which the invitees would else have got. */
  readonly sampleProject: boolean;
}

export interface ResendResult {
  readonly operationId: number;
  readonly sent: readonly SentInvitation[];
  /** Not invited (any more): only invited users can be sent an invitation again. */
  readonly skipped: readonly User[];
}

export interface ActivateResult {
  readonly operationId: number;
  readonly activated: readonly User[];
  /** Never accepted, so invited again with a new link and mail. */
  readonly invitedAgain: readonly SentInvitation[];
  readonly unchanged: readonly User[];
  /** Still invited: they become active by following their link, not by hand. */
  readonly skipped: readonly User[];
}

export interface DisableResult {
  readonly operationId: number;
  readonly disabled: readonly User[];
  readonly unchanged: readonly User[];
  readonly skipped: readonly { readonly user: User; readonly reason: 'yourself' | 'last_admin' }[];
  readonly sessionsEnded: number;
}
