import type { Catalogue } from '../access/access.service';
import type { ChangedField, FieldChange } from '../operations/operations.service';
import { readMembershipSet } from './plan-undo';

/** The names by which people know the fields. */
export const fieldNames: Readonly<Record<ChangedField, string>> = {
  status: 'status',
  firstName: 'first name',
  lastName: 'last name',
  isAdmin: 'admin',
  authSystem: 'auth system',
  ssoUsername: 'SSO username',
  ldapUsername: 'LDAP username',
  defaultProfile: 'default profile',
  memberships: 'projects',
  groups: 'groups',
};

/** A change as the audit tells it: in names, not ids. */
export function changeInNames(
  catalogue: Catalogue,
  change: FieldChange,
): { readonly label: string; readonly before: unknown; readonly after: unknown } {
  return {
    label: fieldNames[change.field],
    before: valueInNames(catalogue, change, change.before),
    after: valueInNames(catalogue, change, change.after),
  };
}

function valueInNames({ profiles, groups, projects }: Catalogue, { field, userId }: FieldChange, value: unknown) {
  const named = (items: readonly { readonly id: number; readonly name: string }[], id: number) =>
    items.find((item) => item.id === id)?.name ?? `#${id}`;
  switch (field) {
    case 'defaultProfile':
      return value === null ? 'site default' : named(profiles, value as number);
    case 'groups':
      return (value as readonly number[]).map((id) => named(groups, id));
    case 'memberships':
      return readMembershipSet(userId, value).map(
        ({ projectId, profileId }) => `${named(projects, projectId)} (${named(profiles, profileId)})`,
      );
    case 'status':
    case 'firstName':
    case 'lastName':
    case 'isAdmin':
    case 'authSystem':
    case 'ssoUsername':
    case 'ldapUsername':
      return value;
  }
}
