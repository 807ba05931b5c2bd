import type { User } from '../users/users.types';

/** A project that the replacement enters because it receives work there (R96). */
export interface ProjectGain {
  readonly projectId: number;
  readonly project: string;
  readonly profileId: number;
  readonly profile: string;
  /** False where the deleted user was no member, so that the replacement's own default profile is taken. */
  readonly copied: boolean;
}

/** What deleting somebody does, counted. */
export interface DeletionPlan {
  readonly user: User;
  /** Null while nobody was chosen. */
  readonly replacement: User | null;
  /** Test runs below 100 % done; all of them move. */
  readonly runs: number;
  /** Run cases without a final result. */
  readonly openCases: number;
  /** Of those, how many the replacement gets. */
  readonly casesMoved: number;
  /** Of those, how many become unassigned. */
  readonly casesLeft: number;
  readonly gains: readonly ProjectGain[];
  readonly memberships: number;
  readonly sessions: number;
  readonly tokens: number;
  readonly freesSeat: boolean;
  /** Changes with everything that is shown; a deletion asked for by another one is shown anew instead. */
  readonly digest: string;
  /** Changes with all of that but sessions and tokens, which come and go by themselves while a second admin is awaited. */
  readonly workDigest: string;
}

/** The numbers of one deletion, or of several together. */
export interface DeletionCounts {
  readonly runs: number;
  readonly casesMoved: number;
  readonly casesLeft: number;
  readonly projects: number;
  readonly sessions: number;
  readonly tokens: number;
  readonly seats: number;
}

export function countsOf(plan: DeletionPlan): DeletionCounts {
  const { runs, casesMoved, casesLeft, gains, sessions, tokens, freesSeat } = plan;
  return { runs, casesMoved, casesLeft, projects: gains.length, sessions, tokens, seats: freesSeat ? 1 : 0 };
}

/** Above this many runs and cases that move, the address must be typed. */
export const movesWithoutTyping = 50;

export function needsReplacement(plan: Pick<DeletionPlan, 'runs' | 'openCases'>): boolean {
  return plan.runs + plan.openCases > 0;
}

export function needsTyping(plan: Pick<DeletionPlan, 'runs' | 'casesMoved'>): boolean {
  return plan.runs + plan.casesMoved > movesWithoutTyping;
}

export interface DeletionInput {
  readonly userId: number;
  readonly replacementId: number | null;
  /** Of the plan that was shown, or of its work; null for one that nobody looks at, which is counted anew in any case. */
  readonly digest: string | null;
  /** What was typed to confirm; null where nobody is there to type. */
  readonly typed: string | null;
  readonly idempotencyKey: string;
}

/** What was done. */
export interface DeletionReport {
  readonly operationId: number;
  readonly plan: DeletionPlan;
}

/** Somebody who could take over. */
export interface Candidate {
  readonly id: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}
