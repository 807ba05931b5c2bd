import type { Catalogue } from '../access/access.service';
import type { AuthSystem, User, UserStatus } from '../users/users.types';
import { type FieldDifference, type FieldName, groupsShown, type UserFields } from './edits.types';

/** Fields as forms, differences and audit lines name them; the same words as in a spreadsheet. */
export const fieldLabels: Readonly<Record<FieldName, string>> = {
  firstName: 'First Name',
  lastName: 'Last Name',
  status: 'Status',
  isAdmin: 'Admin',
  authSystem: 'Auth System',
  ssoUsername: 'SSO Username',
  ldapUsername: 'LDAP Username',
  defaultProfileId: 'User Profile',
  groupIds: 'Groups',
};
export const statusLabels: Readonly<Record<UserStatus, string>> = {
  invited: 'Invited',
  active: 'Active',
  disabled: 'Disabled',
};
export const systemLabels: Readonly<Record<AuthSystem, string>> = {
  internal: 'Internal (password)',
  ldap: 'LDAP',
  sso: 'SSO',
};
export const fieldNames = Object.keys(fieldLabels) as FieldName[];

/** A user's fields as a form shows them. */
export function fieldsOf(user: User, groupIds: readonly number[], catalogue: Catalogue): UserFields {
  const { firstName, lastName, status, isAdmin, authSystem, ssoUsername, ldapUsername, defaultProfileId } = user;
  const member = new Set(groupIds);
  return {
    firstName,
    lastName,
    status,
    isAdmin,
    authSystem,
    ssoUsername,
    ldapUsername,
    defaultProfileId,
    groupIds: catalogue.groups
      .map(({ id }) => id)
      .filter((id) => member.has(id))
      .slice(0, groupsShown),
  };
}

/** Whether a field holds the same; groups are a set. */
export function isSame(field: FieldName, one: UserFields, other: UserFields): boolean {
  if (field !== 'groupIds') return one[field] === other[field];
  const ids = new Set(one.groupIds);
  return ids.size === new Set(other.groupIds).size && other.groupIds.every((id) => ids.has(id));
}

/** What was typed where it differs from what was shown, and what is there now everywhere else. */
export function typedOver(shown: UserFields, typed: UserFields, now: UserFields): UserFields {
  return {
    ...now,
    ...Object.fromEntries(
      fieldNames.filter((field) => !isSame(field, shown, typed)).map((field) => [field, typed[field]]),
    ),
  };
}

function shownValue(field: FieldName, fields: UserFields, catalogue: Catalogue): string {
  switch (field) {
    case 'status':
      return statusLabels[fields.status];
    case 'isAdmin':
      return fields.isAdmin ? 'Yes' : 'No';
    case 'authSystem':
      return systemLabels[fields.authSystem];
    case 'defaultProfileId':
      if (fields.defaultProfileId === null) return '';
      return catalogue.profiles.find(({ id }) => id === fields.defaultProfileId)?.name ?? 'an archived profile';
    case 'groupIds':
      return fields.groupIds
        .map((id) => catalogue.groups.find((group) => group.id === id)?.name ?? 'a removed group')
        .join(', ');
    default:
      return fields[field] ?? '';
  }
}

/** What differs between two states of the same user's fields. */
export function differencesOf(before: UserFields, after: UserFields, catalogue: Catalogue): FieldDifference[] {
  return fieldNames
    .filter((field) => !isSame(field, before, after))
    .map((field) => ({
      field: fieldLabels[field],
      old: shownValue(field, before, catalogue),
      new: shownValue(field, after, catalogue),
    }));
}
