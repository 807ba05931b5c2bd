import { errorStatuses } from '../../platform/http/error-statuses';

/** What only this API answers, beside the kinds of error that Usher has everywhere. */
const ownStatuses = {
  malformed: 400,
  credentials_wrong: 401,
  token_missing: 401,
  token_unknown: 401,
  session_ended: 401,
  platform_key_missing: 401,
  platform_key_unknown: 401,
  not_a_session: 403,
  unknown_route: 404,
  method_not_allowed: 405,
  session_cap: 409,
  choice_void: 410,
  too_large: 413,
  content_type: 415,
  too_many_requests: 429,
  too_many_failures: 429,
  internal: 500,
  sign_in_unavailable: 503,
} as const;

/** The status of each problem, by its `code`. */
export const problemStatuses = { ...errorStatuses, ...ownStatuses };

export type ProblemCode = keyof typeof problemStatuses;
