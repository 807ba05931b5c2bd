import type { Catalogue } from '../access/access.service';
import type { Membership } from '../access/access.types';
import { type ChangedField, type FieldChange, groupSet, membershipSet } from '../operations/operations.service';
import type { AuthSystem, User, UserStatus } from '../users/users.types';
import type { RefusedField, UndoPlan, UndoRefusal } from './undo.types';

/** Everything of now that decides what can be given back. */
export interface UndoFacts {
  readonly users: ReadonlyMap<number, User>;
  readonly memberships: ReadonlyMap<number, readonly Membership[]>;
  readonly groupIds: ReadonlyMap<number, readonly number[]>;
  readonly catalogue: Catalogue;
  /** `USER:FIELD` of what operations since have changed, even to the same value. */
  readonly changedSince: ReadonlySet<string>;
  readonly adminIds: ReadonlySet<number>;
  readonly actorId: number;
  readonly switchedOn: Readonly<Record<AuthSystem, boolean>>;
  /** Whether somebody else has this external username by now. */
  taken(system: 'sso' | 'ldap', username: string, userId: number): boolean;
}

const signIn: readonly ChangedField[] = ['authSystem', 'ssoUsername', 'ldapUsername'];

/** The pairs of a recorded set of memberships. */
export function readMembershipSet(userId: number, set: unknown): Membership[] {
  return (set as readonly string[]).map((entry) => {
    const [projectId = 0, profileId = 0] = entry.split(':').map(Number);
    return { userId, projectId, profileId };
  });
}

/** The value of one field now, in the shape in which changes are recorded. */
export function currentValue(facts: UndoFacts, user: User, field: ChangedField): unknown {
  switch (field) {
    case 'memberships':
      return membershipSet(facts.memberships.get(user.id) ?? []);
    case 'groups':
      return groupSet(facts.groupIds.get(user.id) ?? []);
    case 'defaultProfile':
      return user.defaultProfileId;
    case 'status':
    case 'firstName':
    case 'lastName':
    case 'isAdmin':
    case 'authSystem':
    case 'ssoUsername':
    case 'ldapUsername':
      return user[field];
  }
}

/** What is given back and what is not, field by field. Decides only; nothing is read or written here. */
export function planUndo(facts: UndoFacts, changes: readonly FieldChange[]): UndoPlan {
  const restored: UndoPlan['restored'][number][] = [];
  const refused: RefusedField[] = [];
  const admins = new Set(facts.adminIds);
  for (const [userId, ofUser] of byUser(changes)) {
    const user = facts.users.get(userId);
    if (user === undefined) continue;
    const why = new Map<FieldChange, UndoRefusal>();
    for (const change of ofUser) {
      const refusal = refusalOf(facts, user, change);
      if (refusal !== null) why.set(change, refusal);
    }
    const ofSignIn = ofUser.filter(({ field }) => signIn.includes(field));
    if (ofSignIn.some((change) => why.has(change))) {
      for (const change of ofSignIn) if (!why.has(change)) why.set(change, 'with_sign_in');
    }
    const given = () => ofUser.filter((change) => !why.has(change));
    if (admins.has(userId) && !isAdminAfter(user, given())) {
      if (admins.size > 1) admins.delete(userId);
      else for (const change of given()) if (takesAdminAway(change)) why.set(change, 'last_admin');
    }
    for (const [{ field }, refusal] of why) refused.push({ user, field, why: refusal });
    if (given().length > 0) restored.push({ user, changes: given() });
  }
  return { restored, refused };
}

function refusalOf(facts: UndoFacts, user: User, { field, before, after }: FieldChange): UndoRefusal | null {
  const { catalogue } = facts;
  if (facts.changedSince.has(`${user.id}:${field}`)) return 'changed';
  if (JSON.stringify(currentValue(facts, user, field)) !== JSON.stringify(after)) return 'changed';
  const known = (items: readonly { readonly id: number }[], id: number) => items.some((item) => item.id === id);
  switch (field) {
    case 'status':
      return before === 'disabled' && user.id === facts.actorId ? 'yourself' : null;
    case 'defaultProfile':
      return before === null || known(catalogue.profiles, before as number) ? null : 'gone';
    case 'groups':
      return (before as readonly number[]).every((id) => known(catalogue.groups, id)) ? null : 'gone';
    case 'memberships':
      return readMembershipSet(user.id, before).every(
        ({ projectId, profileId }) => known(catalogue.projects, projectId) && known(catalogue.profiles, profileId),
      )
        ? null
        : 'gone';
    case 'ssoUsername':
    case 'ldapUsername': {
      const system = field === 'ssoUsername' ? 'sso' : 'ldap';
      return before !== null && facts.taken(system, before as string, user.id) ? 'username_taken' : null;
    }
    case 'firstName':
    case 'lastName':
    case 'isAdmin':
      return null;
    case 'authSystem':
      return facts.switchedOn[before as AuthSystem] ? null : 'system_off';
  }
}

function isAdminAfter(user: User, given: readonly FieldChange[]): boolean {
  const after = (field: ChangedField, now: unknown) => given.find((change) => change.field === field)?.before ?? now;
  return after('isAdmin', user.isAdmin) === true && (after('status', user.status) as UserStatus) === 'active';
}

const takesAdminAway = ({ field, before }: FieldChange) =>
  (field === 'isAdmin' && before === false) || (field === 'status' && before !== 'active');

function byUser(changes: readonly FieldChange[]): Map<number, FieldChange[]> {
  const groups = new Map<number, FieldChange[]>();
  for (const change of changes) {
    const group = groups.get(change.userId);
    if (group) group.push(change);
    else groups.set(change.userId, [change]);
  }
  return groups;
}
