import type { TxContext } from '../../platform/context';
import { followSwitches } from '../auth-changes/auth-changes.service';
import { closeInvitations, enableUsers } from '../invites/invites.service';
import type { SentInvitation } from '../invites/invites.types';
import type { SentReset } from '../resets/resets.types';
import { changeUsers, moveUsers } from '../users/users.service';
import type { User, UserChanges, UserStatus } from '../users/users.types';

/** A decided change of somebody who is there already. */
export interface PersonChange {
  /** As they were before. */
  readonly user: User;
  readonly columns: UserChanges;
  /** Null for no change of it. */
  readonly status: UserStatus | null;
}

export interface ChangedPeople {
  /** Disabled before, without anything to sign in by. */
  readonly invitedAgain: readonly SentInvitation[];
  /** Sign in by a password from now on and have none yet. */
  readonly resets: readonly SentReset[];
  /** Of people whose auth system was changed. */
  readonly sessionsEnded: number;
}

/**
 * Writes decided changes, with the mails and links that follow from them. Columns first, because they decide whether
 * somebody who is let in again can sign in; then status, links and mails. Whoever becomes disabled was shut out before,
 * seats were taken before, and the audit of columns is the caller's; that of people let in again too with `by_caller`.
 */
export async function changePeople(
  tx: TxContext,
  people: readonly PersonChange[],
  operationId: number,
  statusAudit: 'own_lines' | 'by_caller' = 'own_lines',
): Promise<ChangedPeople> {
  await changeUsers(
    tx,
    people
      .filter(({ columns }) => Object.keys(columns).length > 0)
      .map(({ user, columns }) => ({ user, changes: columns })),
  );
  const enabled = people.filter(
    ({ user, status }) => user.status === 'disabled' && (status === 'active' || status === 'invited'),
  );
  const { invitedAgain } = await enableUsers(
    tx,
    enabled.map(({ user, columns }) => ({ ...user, ...columns })),
    operationId,
    statusAudit,
  );
  const accepted = people
    .filter(({ user, status }) => user.status === 'invited' && status === 'active')
    .map(({ user }) => user.id);
  await moveUsers(tx, accepted, ['invited'], 'active');
  await closeInvitations(tx, accepted);
  const switched = people.flatMap(({ user, columns: { authSystem }, status }) =>
    authSystem === undefined || authSystem === user.authSystem
      ? []
      : [{ user, authSystem, status: status ?? user.status }],
  );
  return { invitedAgain, ...(await followSwitches(tx, switched, operationId)) };
}
