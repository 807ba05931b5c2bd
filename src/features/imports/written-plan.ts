import { hash } from 'node:crypto';
import { emailKey } from '../../lib/email';
import type { NewUser } from '../users/users.types';
import type { StoredRow } from './import-rows.store';
import type { FieldDifference, RowProblem } from './imports.types';
import { addingChange } from './plan-row';
import type { PlannedRow, RowChange, RowPlan, WrittenPlan } from './row-plan.types';

/** A row of a file with what is planned for it, to be shown. */
export interface ShownRow extends Pick<StoredRow, 'rowNumber' | 'cells' | 'email' | 'action'> {
  /** Null for a row that fails or changes nothing. */
  readonly change: Pick<RowChange, 'status' | 'sendsReset'> | null;
  readonly differences: readonly FieldDifference[];
  readonly problems: readonly RowProblem[];
}

/** As it stands in the row: what people are shown, and everything that is done. */
type Written = readonly [
  status: RowChange['status'],
  sendsReset: boolean,
  differences: readonly (readonly [field: string, old: string, next: string])[],
  change: Invited | string,
];

/** Somebody new with all that they get, which is all that a row does for them. */
type Invited = readonly [
  email: string,
  firstName: string,
  lastName: string,
  isAdmin: 0 | 1,
  authSystem: NewUser['authSystem'],
  ssoUsername: string | null,
  ldapUsername: string | null,
  defaultProfileId: number | null,
  memberships: readonly (readonly [projectId: number, profileId: number])[],
  groupIds: readonly number[],
];

/**
 * A plan as it is stored and compared. What a row does for somebody new is stored itself. Of a change of somebody who is
 * there, a digest is: whoever applies that row plans it anew, and the digest says whether it is the same.
 */
export function writePlan({ change, differences, problems }: RowPlan): WrittenPlan {
  return { plan: change === null ? null : written(change, differences), problems: writeProblems(problems) };
}

function written(change: RowChange, differences: readonly FieldDifference[]): string {
  const { person } = change;
  return JSON.stringify([
    change.status,
    change.sendsReset,
    differences.map(({ field, old, new: next }) => [field, old, next] as const),
    person === null ? hash('sha256', JSON.stringify(change), 'base64url') : writtenInvited(person, change),
  ] satisfies Written);
}

const writtenInvited = (person: NewUser, { memberships, groups }: RowChange): Invited => [
  person.email,
  person.firstName,
  person.lastName,
  person.isAdmin ? 1 : 0,
  person.authSystem,
  person.ssoUsername,
  person.ldapUsername,
  person.defaultProfileId,
  memberships.added.map(({ projectId, profileId }) => [projectId, profileId] as const),
  groups.added,
];

/** What a row does for somebody new. */
export interface PlannedInvitation {
  readonly change: RowChange & { readonly person: NewUser };
  readonly differences: readonly FieldDifference[];
}

const read = new WeakMap<object, PlannedInvitation | null>();

/**
 * What a row does for somebody new, as it was planned; null where it is about somebody who is there. It is found out once
 * for each row object, so that it can be done before the row's turn comes.
 */
export function plannedInvitation(row: Pick<StoredRow, 'action' | 'plan'>): PlannedInvitation | null {
  const known = read.get(row);
  if (known !== undefined) return known;
  const invitation = row.action === 'invite' && row.plan !== null ? readInvitation(row.plan) : null;
  read.set(row, invitation);
  return invitation;
}

function readInvitation(plan: string): PlannedInvitation | null {
  const [status, , differences, invited] = JSON.parse(plan) as Written;
  // A plan that an earlier release made has a digest.
  if (status === null || typeof invited === 'string') return null;
  const [
    email,
    firstName,
    lastName,
    isAdmin,
    authSystem,
    ssoUsername,
    ldapUsername,
    defaultProfileId,
    access,
    groupIds,
  ] = invited;
  const person: NewUser = {
    email,
    emailKey: emailKey(email),
    firstName,
    lastName,
    status,
    isAdmin: isAdmin === 1,
    authSystem,
    ssoUsername,
    ldapUsername,
    defaultProfileId,
  };
  const added = access.map(([projectId, profileId]) => ({ projectId, profileId }));
  return { change: addingChange(person, added, groupIds), differences: differences.map(toDifference) };
}

const toDifference = ([field, old, next]: Written[2][number]): FieldDifference => ({ field, old, new: next });

const writeProblems = (problems: readonly RowProblem[]) => (problems.length === 0 ? null : JSON.stringify(problems));

/** A stored row to be shown. */
export function toShown({ rowNumber, cells, email, action, plan, problems }: StoredRow): ShownRow {
  const row = { rowNumber, cells, email, action, problems: problems === null ? [] : JSON.parse(problems) };
  if (plan === null) return { ...row, change: null, differences: [] };
  const [status, sendsReset, differences] = JSON.parse(plan) as Written;
  return {
    ...row,
    change: { status, sendsReset },
    differences: differences.map(toDifference),
  };
}

/** True where the plan of a row is the one that was stored for it. */
export function isStored({ plan, written: now }: PlannedRow, stored: StoredRow | undefined): boolean {
  return (
    stored !== undefined &&
    stored.action === plan.action &&
    stored.userId === plan.userId &&
    stored.plan === now.plan &&
    stored.problems === now.problems
  );
}
