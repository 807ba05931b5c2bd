import { minute } from '../../lib/duration';
import type { ChangedField, FieldChange } from '../operations/operations.service';
import type { User } from '../users/users.types';

/** How long after its end an operation can be taken back. */
export const undoLife = 10 * minute;

/**
 * Why a field stays as it is. `changed`: somebody changed it since. `with_sign_in`: another part of how they sign in
 * stays. `gone`: a project, profile or group of before does not exist any more. `system_off`: LDAP or SSO is off now.
 */
export type UndoRefusal =
  | 'changed'
  | 'gone'
  | 'last_admin'
  | 'yourself'
  | 'username_taken'
  | 'with_sign_in'
  | 'system_off';

/** One field of one person that stays as it is, and why. */
export interface RefusedField {
  readonly user: User;
  readonly field: ChangedField;
  readonly why: UndoRefusal;
}

/** One person whose fields get the values of before. */
export interface RestoredPerson {
  /** As they were when undo began. */
  readonly user: User;
  readonly changes: readonly FieldChange[];
}

export interface UndoPlan {
  readonly restored: readonly RestoredPerson[];
  readonly refused: readonly RefusedField[];
}

/** What undo did. */
export interface UndoResult extends UndoPlan {
  readonly operationId: number;
  /** Of people who are disabled again. */
  readonly sessionsEnded: number;
}
