import type { DeletionPlan } from '../deletion/deletion.types';
import type { User } from '../users/users.types';

/**
 * `asked` waits for a second admin. `failed` and `called_off` are kept to be looked up; only `planned` ones ever run.
 */
export type OffboardingState = 'asked' | 'planned' | 'done' | 'failed' | 'called_off';

/** A deletion that is to happen at a moment to come. */
export interface Offboarding {
  readonly id: number;
  /** Null once the person is deleted, by this or another way. */
  readonly userId: number | null;
  readonly userEmail: string;
  /** Null where nobody was named, or that person was deleted since: `replacementEmail` tells which. */
  readonly replacementId: number | null;
  readonly replacementEmail: string | null;
  readonly dueAt: Date;
  readonly state: OffboardingState;
  readonly requestedByUserId: number | null;
  readonly requestedByEmail: string;
  readonly requestedBySlackId: string | null;
  /** Why it failed, in a sentence. */
  readonly problem: string | null;
}

export interface PlannedOffboarding {
  readonly offboarding: Offboarding;
  /** What it would do if it ran now. */
  readonly plan: DeletionPlan;
  /** When it was to happen before; null when it is a new one. */
  readonly before: Date | null;
}

/** What a list shows: at most so many, and how many there are in all. */
export interface OffboardingLists {
  readonly planned: readonly Offboarding[];
  readonly total: number;
  readonly failed: readonly Offboarding[];
}

/** Whether somebody may still hear of planned deletions. */
export function isActiveAdmin(user: Pick<User, 'isAdmin' | 'status'>): boolean {
  return user.isAdmin && user.status === 'active';
}
