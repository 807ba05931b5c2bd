/** What one admin alone may not do on a site that has another one. */
export type ApprovalKind = 'delete_users' | 'disable_users' | 'grant_admin';

/**
 * `none`: do it. `second_admin`: ask for it with requestApproval. `phrase`: the site has a single active admin, who
 * types `phraseFor` instead, checked by acceptPhrase.
 */
export type ApprovalNeed = 'none' | 'second_admin' | 'phrase';

/**
 * `pending` until somebody decides. `approved` while it is carried out, then `done` or `failed`. `void`: who asked for
 * it is no admin any more.
 */
export type ApprovalState = 'pending' | 'approved' | 'done' | 'failed' | 'refused' | 'called_off' | 'expired' | 'void';

/** A message that shows an approval. */
export interface Card {
  readonly conversationId: string;
  readonly ts: string;
}

export interface Approval {
  readonly id: number;
  readonly kind: ApprovalKind;
  readonly state: ApprovalState;
  /** One sentence: what will happen if somebody approves. */
  readonly summary: string;
  /** The same at length, a line each; often there is none. */
  readonly details: readonly string[];
  /** Ids and input as they were asked for, as JSON gave them back: whoever carries it out parses them. */
  readonly payload: unknown;
  readonly requester: {
    readonly userId: number | null;
    readonly email: string;
    /** `TEAM/USER`. */
    readonly slackId: string | null;
  };
  readonly decider: { readonly userId: number | null; readonly email: string } | null;
  /** Why it was refused, or why it failed. */
  readonly reason: string | null;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
  readonly decidedAt: Date | null;
  /** Where whoever asked was told that it waits; null where they were not. */
  readonly askedMessage: Card | null;
}

export interface ApprovalRequest {
  readonly kind: ApprovalKind;
  /** JSON of ids and input; no secrets. */
  readonly payload: unknown;
  /** One sentence in the infinitive: “Disable 12 people: ada@example.com, …”; at most 500 characters. */
  readonly summary: string;
  /** What the card tells below it, a line each: exact numbers, person by person. At most 24 lines of 300 characters. */
  readonly details?: readonly string[];
  /** The same key asks once. */
  readonly idempotencyKey: string;
}

/** The key under which an approved operation begins, so that it never begins twice. */
export function approvalKey(approval: Pick<Approval, 'id'>): string {
  return `approval:${approval.id}`;
}

/** How many one admin may disable, or delete, without a second one. */
export const freeDisablings = 10;
export const freeDeletions = 1;
