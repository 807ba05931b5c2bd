import { longestName } from '../../lib/email';
import { nameKey } from '../../lib/plain-text';

export type UserStatus = 'invited' | 'active' | 'disabled';
export type AuthSystem = 'internal' | 'ldap' | 'sso';

/** One person, known by one login e-mail. */
export interface User {
  readonly id: number;
  readonly email: string;
  readonly emailKey: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly status: UserStatus;
  readonly isAdmin: boolean;
  readonly authSystem: AuthSystem;
  readonly ssoUsername: string | null;
  readonly ldapUsername: string | null;
  readonly defaultProfileId: number | null;
  /** A password was set once; what it is never leaves the credentials feature. */
  readonly hasPassword: boolean;
  readonly activatedAt: Date | null;
  readonly lastLoginAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Goes up with every change; an edit made on an older one is refused. */
  readonly version: number;
}

/** What of a user a list of very many shows. */
export type ListedUser = Omit<User, 'hasPassword' | 'activatedAt' | 'createdAt' | 'updatedAt' | 'version'>;

/** Somebody to be added. The caller has checked what may be, and holds the seat. */
export interface NewUser {
  readonly email: string;
  readonly emailKey: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly status: UserStatus;
  readonly isAdmin: boolean;
  readonly authSystem: AuthSystem;
  readonly ssoUsername: string | null;
  readonly ldapUsername: string | null;
  readonly defaultProfileId: number | null;
}

/** What a list of users is narrowed to. Disabled users are left out unless a status is named. */
export interface UserFilter {
  readonly statuses?: readonly UserStatus[];
  readonly projectId?: number;
  readonly groupId?: number;
  /** Only people whose invitation was first sent by then. */
  readonly invitedBefore?: Date;
  /** A part of the address or of the name, in any case. */
  readonly text?: string;
}

/** Columns of a user that an admin can change. */
export interface UserChanges {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly isAdmin?: boolean;
  readonly authSystem?: AuthSystem;
  readonly ssoUsername?: string | null;
  readonly ldapUsername?: string | null;
  readonly defaultProfileId?: number | null;
}

const statusWords: Readonly<Record<string, UserStatus>> = {
  new: 'invited',
  invited: 'invited',
  active: 'active',
  inactive: 'disabled',
  deactivated: 'disabled',
  disabled: 'disabled',
};
/** Words that people type for a status, for "did you mean". */
export const statusNames = Object.keys(statusWords);

/** The status that a word names, in any case, or null: New is invited, Inactive and Deactivated are disabled. */
export function parseStatus(word: string): UserStatus | null {
  return statusWords[nameKey(word)] ?? null;
}

/** How each auth system is called in sentences. */
export const authSystemNames: Readonly<Record<AuthSystem, string>> = { internal: 'Internal', ldap: 'LDAP', sso: 'SSO' };

export function parseAuthSystem(word: string): AuthSystem | null {
  const key = nameKey(word);
  return key === 'internal' || key === 'ldap' || key === 'sso' ? key : null;
}

/** The name people know somebody by: first and last name, else the address. */
export function displayName(user: Pick<User, 'firstName' | 'lastName' | 'email'>): string {
  return `${user.firstName} ${user.lastName}`.trim() || user.email;
}

/** The longest first or last name. */
export const nameLimit = longestName;

/** The longest SSO or LDAP username, as the database holds it. */
export const usernameLimit = 255;

// The column's width. Small letters may be more characters than capitals were: İ is one and becomes two.
const searchKeyLimit = 201;

/** What a search for a part of somebody's name looks into: both names in small letters. */
export function nameSearchKey(names: Pick<User, 'firstName' | 'lastName'>): string {
  return [...nameKey(`${names.firstName} ${names.lastName}`)].slice(0, searchKeyLimit).join('');
}

/** What becomes of the sign-in of several people alike. */
export interface SignInMove {
  /** The system they sign in by from then on; null: it stays. */
  readonly to: AuthSystem | null;
  /** `reused`: it becomes their SSO username and is cleared. */
  readonly ldapName: 'stays' | 'cleared' | 'reused';
}
