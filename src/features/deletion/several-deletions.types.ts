import type { ApprovalNeed } from '../approvals/approvals.types';
import type { OperationResult } from '../operations/operations.service';
import type { User } from '../users/users.types';
import {
  countsOf,
  type DeletionCounts,
  type DeletionPlan,
  movesWithoutTyping,
  needsReplacement,
} from './deletion.types';

/** How many people are deleted at once: as many as one modal shows person by person. */
export const severalLimit = 20;

/** Somebody who was named and is not deleted with the others. */
export interface LeftOut {
  readonly userId: number;
  /** The address, or `Deleted user #7` of somebody who is gone. */
  readonly subject: string;
  /** A short word of `reasonText`. */
  readonly reason: string;
}

/** What deleting several people does, counted in the order in which they are deleted. */
export interface SeveralPlan {
  readonly plans: readonly DeletionPlan[];
  readonly replacement: User | null;
  readonly leftOut: readonly LeftOut[];
  readonly need: ApprovalNeed;
}

/** One deletion as somebody was shown it: `digest` is that of its plan or of its plan's work. */
export interface ShownDeletion {
  readonly userId: number;
  readonly digest: string;
  readonly counts: DeletionCounts;
}

/** What is not as it was shown. `after` is null where the person cannot be deleted any more, most often because they are. */
export interface ChangedDeletion {
  readonly subject: string;
  readonly before: DeletionCounts;
  readonly after: DeletionCounts | null;
}

/** How it ended for one person; `counts` of what was done, where that is known. */
export interface DeletedPerson extends OperationResult {
  readonly counts: DeletionCounts | null;
}

/** All together. */
export function totalOf(plans: readonly DeletionPlan[]): DeletionCounts {
  const total = { runs: 0, casesMoved: 0, casesLeft: 0, projects: 0, sessions: 0, tokens: 0, seats: 0 };
  for (const plan of plans) {
    const counts = countsOf(plan);
    for (const key of Object.keys(total) as (keyof DeletionCounts)[]) total[key] += counts[key];
  }
  return total;
}

/** Whether somebody has to take over before these can be deleted, and nobody does yet. */
export function lacksReplacement({ plans, replacement }: SeveralPlan): boolean {
  return replacement === null && plans.some(needsReplacement);
}

/** Whether the number of people is to be typed: much moves, or there is no second admin to ask. */
export function needsPhrase({ plans, need }: SeveralPlan): boolean {
  const { runs, casesMoved } = totalOf(plans);
  return need === 'phrase' || runs + casesMoved > movesWithoutTyping;
}
