import type { FastifyReply } from 'fastify';

/** What went wrong, for programs and for people (RFC 9457). Further members say more about one kind of problem. */
export interface ProblemDetails {
  /** Says which kind of problem it is, and leads to a page about it. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [member: string]: unknown;
}

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, problem: ProblemDetails): FastifyReply {
  return reply
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(problem);
}
