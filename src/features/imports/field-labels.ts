import type { AuthSystem, UserStatus } from '../users/users.types';

/** Values as exports show them and as imports take them. */
export const statusLabels: Readonly<Record<UserStatus, string>> = {
  invited: 'Invited',
  active: 'Active',
  disabled: 'Disabled',
};
export const systemLabels: Readonly<Record<AuthSystem, string>> = { internal: 'Internal', ldap: 'LDAP', sso: 'SSO' };
export const adminLabel = (isAdmin: boolean): string => (isAdmin ? 'Yes' : 'No');
