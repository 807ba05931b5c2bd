import type { SecretText } from '../../lib/secret-text';
import type { AuthSystem, UserStatus } from '../users/users.types';

/** `api` and `explorer` sessions do not count towards the cap and never idle out; a user has fifty of each at most. */
export type SessionKind = 'web' | 'api' | 'explorer';

/** Open sessions by kind. */
export type SessionCounts = Readonly<Record<SessionKind, number>>;
export const noSessions: SessionCounts = { web: 0, api: 0, explorer: 0 };

/** Why a session ended; its next request is told. `signed_out`: by the person themselves, also from another client. */
export type EndReason = 'admin' | 'idle' | 'password_changed' | 'disabled' | 'deleted' | 'signed_out' | 'auth_changed';

/** A signed-in client, however many tabs it has. */
export interface Session {
  readonly id: number;
  readonly userId: number;
  readonly kind: SessionKind;
  /** Names one browser or program of one user; 64 characters at most. */
  readonly clientId: string;
  /** What people call it: browser and system, or the program's own words; may be empty. */
  readonly clientName: string;
  readonly ip: string | null;
  readonly startedAt: Date;
  readonly lastSeenAt: Date;
}

/** What is known of a client that signs in. */
export interface Client {
  readonly clientId: string;
  readonly clientName: string;
  readonly ip: string | null;
}

/** The user of a session, as far as a request needs them. */
export interface SessionUser {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly isAdmin: boolean;
  readonly status: UserStatus;
  readonly authSystem: AuthSystem;
}

/** What a token stands for at this moment. `unknown`: no token of ours, or one whose user or session is gone for good. */
export type SessionState =
  | { readonly state: 'active'; readonly session: Session; readonly user: SessionUser }
  | { readonly state: 'ended'; readonly reason: EndReason }
  | { readonly state: 'unknown' };

/**
 * How a sign-in ended. `at_cap`: the user has as many sessions of that kind as they may; `choice` works once, for five minutes,
 * and completes the sign-in when one of `sessions` is ended. `refused`: the user is not active (any more), or was
 * changed since their credentials were checked.
 */
export type StartResult =
  | { readonly kind: 'started'; readonly token: SecretText; readonly session: Session }
  | { readonly kind: 'at_cap'; readonly choice: SecretText; readonly sessions: readonly Session[] }
  | { readonly kind: 'refused' };

/** `void`: the choice was used, is over, or was none of ours: sign in again. */
export type ChoiceResult = StartResult | { readonly kind: 'void' };

/** An open session with its user, for the list of all. */
export interface ListedSession extends Session {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

export type SessionColumn = 'email' | 'client' | 'kind' | 'ip' | 'started' | 'last_seen';

export interface SessionQuery {
  /** A login e-mail or a part of it. */
  readonly email?: string;
  readonly sort: SessionColumn;
  readonly direction: 'asc' | 'desc';
  /** Counted from 0; one past the end gives the last. */
  readonly page: number;
  readonly pageSize: number;
}

export interface SessionPage {
  readonly sessions: readonly ListedSession[];
  readonly total: number;
  /** False where counting stopped at `total` and there are more. */
  readonly isCounted: boolean;
  readonly page: number;
  readonly pages: number;
}
