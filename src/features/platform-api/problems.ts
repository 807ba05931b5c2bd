import type { ProblemCode } from './problem-codes';
import { problemTexts } from './problems.text';

/** Where the problems are told one by one, below the site's address; each has its code as anchor. */
export const problemsPath = '/v1/problems';

/** Thrown by a route to answer with a problem. */
export class Problem extends Error {
  constructor(
    readonly code: ProblemCode,
    /** For people: what happened, and what to do now. */
    readonly detail: string = problemTexts[code].about,
    /** Members of this kind of problem. */
    readonly members: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'Problem';
  }
}
