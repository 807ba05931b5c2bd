import { z } from 'zod';
import { type ProblemCode, problemStatuses } from './problem-codes';
import { named, problemMembers } from './schemas';

/** What every answer that is no success looks like (RFC 9457). */
export const problem = z
  .object({
    type: z.url().describe('The address of a sentence about this kind of problem.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('For people: what happened, and what to do now.'),
    code: z.enum(Object.keys(problemStatuses) as [ProblemCode, ...ProblemCode[]]).describe('For programs.'),
    ...problemMembers,
  })
  .register(named, { id: 'Problem' });
