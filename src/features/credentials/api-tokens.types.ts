import type { SessionUser } from '../sessions/sessions.types';

/** How many API tokens one person may have at a time. */
export const mostApiTokens = 20;
/** Characters of an API token's name. */
export const tokenNameLimit = 80;

/** An API token without what opens anything. */
export interface ApiToken {
  readonly id: number;
  readonly name: string;
  readonly madeAt: Date;
  /** To the minute; null until it was used. */
  readonly lastUsedAt: Date | null;
}

/** An API token and whom it speaks for. */
export interface ApiTokenOwner {
  readonly apiToken: ApiToken;
  readonly user: SessionUser;
}

/** Why no token was made. */
export type TokenProblem = 'missing' | 'too_long' | 'taken' | 'too_many' | 'too_many_today';
