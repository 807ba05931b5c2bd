import { type Catalogue, profileFor } from '../access/access.service';
import type { Membership } from '../access/access.types';
import { authSystemNames, type User, type UserChanges, type UserStatus } from '../users/users.types';
import type { BatchInput } from './batch.types';

/** What a batch needs to know about its people to say what changes for each; read once for all of them. */
export interface PeopleFacts {
  readonly catalogue: Catalogue;
  readonly memberships: ReadonlyMap<number, readonly Membership[]>;
  readonly groupIds: ReadonlyMap<number, readonly number[]>;
}

/** What changes for one person; `problem` leaves them as they are. */
export interface PersonChange {
  readonly user: User;
  readonly problem: string | null;
  readonly columns: UserChanges;
  /** Set where the change of the auth system lets an invited person in. */
  readonly status: UserStatus | null;
  /** They sign in by password from now on and have none. */
  readonly needsReset: boolean;
  readonly added: readonly Membership[];
  readonly reprofiled: readonly Membership[];
  readonly groupsAdded: readonly number[];
  readonly groupsRemoved: readonly number[];
}

const nothing = {
  problem: null,
  columns: {},
  status: null,
  needsReset: false,
  added: [],
  reprofiled: [],
  groupsAdded: [],
  groupsRemoved: [],
} as const;

export function changesAnything(change: PersonChange): boolean {
  return (
    Object.keys(change.columns).length > 0 ||
    change.added.length + change.reprofiled.length + change.groupsAdded.length + change.groupsRemoved.length > 0
  );
}

/** Adds the chosen projects; whoever is in one already keeps their profile there (A16). */
export function assignProjects(user: User, input: BatchInput, facts: PeopleFacts): PersonChange {
  const has = new Set((facts.memberships.get(user.id) ?? []).map(({ projectId }) => projectId));
  const profileId = profileFor(facts.catalogue, input.profileId ?? user.defaultProfileId).id;
  const added = input.projectIds
    .filter((projectId) => !has.has(projectId))
    .map((projectId) => ({ userId: user.id, projectId, profileId }));
  return { user, ...nothing, added };
}

/** Default profile, groups, auth system and licence, as far as each is chosen. */
export function updatePerson(user: User, input: BatchInput, facts: PeopleFacts): PersonChange {
  const problem = authProblem(user, input);
  if (problem !== null) return { user, ...nothing, problem };
  const switched = input.authSystem !== undefined && input.authSystem !== user.authSystem;
  const { groupsAdded, groupsRemoved } = groupChanges(input, facts.groupIds.get(user.id) ?? []);
  const readOnly = input.readOnly ? facts.catalogue.profiles.find(({ isReadOnly }) => isReadOnly) : undefined;
  return {
    user,
    ...nothing,
    columns: {
      ...(input.defaultProfileId !== undefined && input.defaultProfileId !== user.defaultProfileId
        ? { defaultProfileId: input.defaultProfileId }
        : {}),
      ...(switched && input.authSystem !== undefined ? { authSystem: input.authSystem } : {}),
    },
    // Whom an outside system lets in has nothing left to activate (R70).
    status: switched && input.authSystem !== 'internal' && user.status === 'invited' ? 'active' : null,
    needsReset: switched && input.authSystem === 'internal' && user.status === 'active' && !user.hasPassword,
    reprofiled:
      readOnly === undefined
        ? []
        : (facts.memberships.get(user.id) ?? [])
            .filter(({ profileId }) => profileId !== readOnly.id)
            .map((membership) => ({ ...membership, profileId: readOnly.id })),
    groupsAdded,
    groupsRemoved,
  };
}

function authProblem(user: User, { authSystem }: BatchInput): string | null {
  if (authSystem === undefined || authSystem === 'internal' || authSystem === user.authSystem) return null;
  const username = authSystem === 'ldap' ? user.ldapUsername : user.ssoUsername;
  if (username !== null) return null;
  const system = authSystemNames[authSystem];
  return `has no ${system} username yet; enter it with /users edit or a spreadsheet first`;
}

function groupChanges({ groups }: BatchInput, current: readonly number[]) {
  if (groups === undefined) return { groupsAdded: [], groupsRemoved: [] };
  const { mode, groupIds } = groups;
  return {
    groupsAdded: mode === 'remove' ? [] : groupIds.filter((id) => !current.includes(id)),
    groupsRemoved:
      mode === 'add'
        ? []
        : current.filter((id) => (mode === 'remove' ? groupIds.includes(id) : !groupIds.includes(id))),
  };
}
