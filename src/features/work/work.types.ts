/** How many run cases a replacement takes over when somebody is deleted, in all; the rest becomes unassigned (R95). */
export const caseLimit = 100;

/** What somebody has to do still: test runs below 100 % and run cases without a final result. */
export interface OpenWork {
  readonly runs: number;
  readonly cases: number;
  /** Projects of the open runs. */
  readonly runProjectIds: readonly number[];
  /** The cases that a replacement would take over, by run id and then position; `caseLimit` at most. */
  readonly firstCases: readonly OpenCase[];
}

export interface OpenCase {
  readonly id: number;
  readonly runId: number;
  readonly position: number;
  readonly projectId: number;
}

/** One case as a list for people names it. */
export interface CaseLine {
  readonly runId: number;
  readonly runName: string;
  readonly projectName: string;
  readonly position: number;
  readonly title: string;
  /** Null where no result was given yet. */
  readonly status: string | null;
}
