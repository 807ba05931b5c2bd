import type { User } from '../users/users.types';

/** The auth systems that a site can switch on and off; passwords always work. */
export type ExternalSystem = 'ldap' | 'sso';

/** What the operator has to set before a system can be switched on. */
export const settingOf: Readonly<Record<ExternalSystem, string>> = { ldap: 'LDAP_URL', sso: 'OIDC_ISSUER' };

/** More people than this are not changed without a typed phrase. */
export const freeSwitches = 50;
/** Usernames that cannot be taken over and are named one by one. */
export const takenShown = 10;

/** One system as it stands. */
export interface SystemState {
  readonly isOn: boolean;
  /** Where it is, as the operator set it; null: it is not set up. */
  readonly server: string | null;
  /** Users who sign in by it, in whatever status, and the active ones among them. */
  readonly people: number;
  readonly active: number;
  /** Stored usernames of it, also of people who sign in otherwise. */
  readonly usernames: number;
}

export interface AuthOverview {
  readonly internal: { readonly people: number; readonly active: number };
  readonly ldap: SystemState;
  readonly sso: SystemState;
}

/** A switch that an admin asks for. */
export interface SiteSwitch {
  readonly system: ExternalSystem;
  readonly to: 'on' | 'off';
  /** Where LDAP goes: its usernames become SSO usernames of those who have none (A26). */
  readonly reuseNames: boolean;
}

/** What a switch does to people, counted to the last. */
export interface SwitchCounts {
  /** LDAP usernames that are cleared. */
  readonly cleared: number;
  /** People whose auth system changes, in whatever status. */
  readonly people: number;
  /** Of these: sign in by SSO from then on. */
  readonly toSso: number;
  /** Of these: active, and have a password from before. */
  readonly toPassword: number;
  /** Of these: active, and have no password. */
  readonly withoutPassword: number;
  /** Of these: internal from then on, and not active anyway. */
  readonly inactive: number;
  /** LDAP usernames that become SSO usernames. */
  readonly reused: number;
  /** People who have an SSO username already, which stays. */
  readonly kept: number;
  /** LDAP usernames that are another person's SSO username. */
  readonly taken: number;
}

export const noCounts: SwitchCounts = {
  cleared: 0,
  people: 0,
  toSso: 0,
  toPassword: 0,
  withoutPassword: 0,
  inactive: 0,
  reused: 0,
  kept: 0,
  taken: 0,
};

/** An LDAP username that somebody else has as SSO username. */
export interface TakenName {
  readonly user: Pick<User, 'email'>;
  readonly username: string;
  readonly holder: string;
}

/** What a switch would do at this moment. */
export interface SwitchPlan {
  readonly change: SiteSwitch;
  readonly counts: SwitchCounts;
  /** LDAP is on now and goes off with it. */
  readonly endsLdap: boolean;
  readonly ssoOnAfter: boolean;
  /** The first of those. */
  readonly taken: readonly TakenName[];
  /** What has to be typed, or null. */
  readonly phrase: string | null;
  /** Why it cannot be done as it is, or null. */
  readonly refusal: string | null;
}

/** What came of a switch. */
export interface Switched {
  readonly operationId: number;
  readonly change: SiteSwitch;
  readonly counts: SwitchCounts;
  readonly taken: readonly TakenName[];
  readonly sessionsEnded: number;
}

/** `moved`: people changed since the plan was shown, or it cannot be done any more; nothing was written. */
export type SwitchOutcome =
  | { readonly kind: 'done'; readonly switched: Switched }
  | { readonly kind: 'moved'; readonly plan: SwitchPlan };
