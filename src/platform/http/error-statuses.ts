import type { ErrorKind } from '../errors';

/** What each kind of error is over HTTP. */
export const errorStatuses = {
  not_admin: 403,
  not_found: 404,
  invalid_input: 422,
  seats_exhausted: 409,
  email_taken: 409,
  last_admin: 409,
  // The address was right once and will not work again: RFC 9110, 15.5.11.
  link_void: 410,
  conflict: 409,
  database_unavailable: 503,
  busy: 503,
  slack_account_refused: 403,
} as const satisfies Record<ErrorKind, number>;
