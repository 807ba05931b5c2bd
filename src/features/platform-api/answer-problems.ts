import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { minute, second } from '../../lib/duration';
import { shorten } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { isDatabaseDown } from '../../platform/db/transaction';
import { databaseUnavailable, isAppError } from '../../platform/errors';
import { TooManyRequests } from '../../platform/http/error-pages';
import { sendProblem } from '../../platform/http/problem-details';
import { type ProblemCode, problemStatuses } from './problem-codes';
import { Problem, problemsPath } from './problems';
import { problemTexts } from './problems.text';

const mostErrors = 20;

/** A problem with a field that is named by its place in the body. */
export function fieldProblem(field: string | null, sentence: string): Problem {
  const pointer = field === null ? '#' : `#/${field}`;
  return new Problem('invalid_input', sentence, { errors: [{ pointer, detail: sentence }] });
}

/** RFC 6901, section 6: as the fragment of an address. */
function pointerTo(path: readonly PropertyKey[]): string {
  return `#${path
    .map((part) => `/${encodeURIComponent(shorten(String(part), 100).replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('')}`;
}

/** What a schema says against a body, place by place; twenty places at most. */
export function schemaProblem({ issues }: z.core.$ZodError): Problem {
  const errors = issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: 'This is not known here.' }));
    const isMissing = issue.code === 'invalid_type' && /received undefined$/.test(issue.message);
    return [{ pointer: pointerTo(issue.path), detail: isMissing ? 'This is missing.' : issue.message }];
  });
  const first = errors[0];
  const sentence = first === undefined ? problemTexts.invalid_input.about : `${first.pointer}: ${first.detail}`;
  return new Problem('invalid_input', `Nothing was changed. ${sentence}`, { errors: errors.slice(0, mostErrors) });
}

const clientErrors: Readonly<Record<number, ProblemCode>> = { 413: 'too_large', 415: 'content_type' };

function problemOf(ctx: Context, error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TooManyRequests) {
    return new Problem('too_many_requests', undefined, {}, { 'retry-after': String(error.seconds) });
  }
  const known = isDatabaseDown(error) && !isAppError(error) ? databaseUnavailable() : error;
  if (isAppError(known, 'invalid_input')) return fieldProblem(known.facts.field, known.message);
  if (isAppError(known)) {
    if (known.kind === 'database_unavailable')
      ctx.log.warn({ code: (error as { code?: string }).code }, 'API without database');
    const later = problemStatuses[known.kind] === 503 ? { 'retry-after': String(minute / second) } : {};
    return new Problem(known.kind, known.message, {}, later);
  }
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new Problem(clientErrors[status] ?? 'malformed');
  const errorId = randomBytes(6).toString('hex');
  ctx.log.error({ err: error, errorId, method: request.method, route: request.routeOptions.url }, 'API failed');
  return new Problem('internal', undefined, { error_id: errorId });
}

/** Answers with this problem. A 401 says what would let the request in (RFC 9110, section 11.6.1; RFC 6750). */
export function answerProblem(
  ctx: Context,
  { code, detail, members, headers }: Problem,
  reply: FastifyReply,
): FastifyReply {
  const status = problemStatuses[code];
  if (status === 401) {
    const isToken = code === 'token_unknown' || code === 'session_ended';
    void reply.header('www-authenticate', `Bearer realm="usher"${isToken ? ', error="invalid_token"' : ''}`);
  }
  return sendProblem(reply.headers(headers), {
    type: `${ctx.config.publicUrl}${problemsPath}#${code}`,
    title: problemTexts[code].title,
    status,
    detail,
    code,
    ...members,
  });
}

/** Whatever goes wrong with these routes is answered as a problem, an unknown address below them among it. */
export function answerProblems(app: FastifyInstance, ctx: Context): void {
  app.setErrorHandler((error, request, reply) => answerProblem(ctx, problemOf(ctx, error, request), reply));
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (_request, reply) =>
    answerProblem(ctx, new Problem('unknown_route'), reply),
  );
}
