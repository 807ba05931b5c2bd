import type { ProblemCode } from './problem-codes';

/** What each problem is called, and what it means to whoever gets it. */
export const problemTexts: Readonly<Record<ProblemCode, { readonly title: string; readonly about: string }>> = {
  malformed: {
    title: 'The request cannot be read',
    about: 'The body is no JSON object. Nothing was changed; send one, encoded in UTF-8.',
  },
  invalid_input: {
    title: 'Something in the request is wrong',
    about: 'Nothing was changed. “errors” tells what is wrong where; mend that and send it again.',
  },
  credentials_wrong: {
    title: 'E-mail or password is wrong',
    about:
      'Nobody can sign in with this e-mail and this password. It is the same answer for every account that cannot; people whose company signs them in (SSO) have no password here. Check both, or ask one of your admins.',
  },
  token_missing: {
    title: 'A token is missing',
    about: 'Send the token of a session, or an API token, as “Authorization: Bearer TOKEN”.',
  },
  token_unknown: {
    title: 'The token is not known',
    about: 'This token is none of this site’s, or was revoked, or its session is long gone. Sign in again.',
  },
  session_ended: {
    title: 'The session has ended',
    about: 'This session has ended; “reason” tells why, and “detail” says it to its person. Sign in again.',
  },
  platform_key_missing: {
    title: 'A platform key is missing',
    about: 'Only the platform itself may do that. Send one of its keys as “X-Platform-Key” or as bearer token.',
  },
  platform_key_unknown: {
    title: 'The platform key is not known',
    about: 'None of this site’s platform keys is the one that was sent. The keys are in the setting PLATFORM_API_KEYS.',
  },
  not_a_session: {
    title: 'An API token is no session',
    about: 'An API token cannot be signed out. Its owner revokes it on the page of their account.',
  },
  unknown_route: {
    title: 'There is nothing here',
    about: 'This address leads nowhere. What there is stands in /v1/openapi.json.',
  },
  method_not_allowed: {
    title: 'That cannot be done here',
    about: 'This address takes other methods only; the header “Allow” names them.',
  },
  session_cap: {
    title: 'There are as many sessions as there may be',
    about:
      'The credentials are right, but this person has as many sessions of that kind as they may. Let them choose which of “sessions” to end, and send {"choice": CHOICE, "end": SESSION_ID} within five minutes. Nothing has ended by itself.',
  },
  choice_void: {
    title: 'This choice does not work any more',
    about: 'The choice was used, or its five minutes are over. Nothing has ended; sign in again.',
  },
  too_large: {
    title: 'The request is too large',
    about: 'The body is larger than this address takes. Nothing was changed; send less at a time.',
  },
  content_type: {
    title: 'The body is not JSON',
    about: 'Send the body as “Content-Type: application/json”. Nothing was changed.',
  },
  too_many_requests: {
    title: 'Too many requests',
    about: 'Too many requests came from this address in a short time. Wait for as many seconds as “Retry-After” says.',
  },
  too_many_failures: {
    title: 'Too many wrong passwords',
    about:
      'Too many wrong passwords were tried for this account or from this address. This one was not looked at; wait for as many seconds as “Retry-After” says.',
  },
  internal: {
    title: 'Something went wrong on our side',
    about: 'The request was not at fault. Try again; if it happens once more, tell whoever runs Usher the “error_id”.',
  },
  sign_in_unavailable: {
    title: 'Nobody can tell whether the password is right',
    about: 'What knows this password cannot be asked right now. Try again in a minute.',
  },
  database_unavailable: {
    title: 'Usher cannot reach its database',
    about: 'Try again in a minute.',
  },
  busy: { title: 'Usher has too much to do', about: 'Nothing was changed. Try again in a minute.' },
  not_admin: { title: 'Only admins may do that', about: 'Only an active admin of this site may do that.' },
  not_found: { title: 'It is not there', about: 'What was asked for is not there, or not any more.' },
  seats_exhausted: { title: 'There are not enough seats', about: 'There are fewer free seats than that needs.' },
  email_taken: { title: 'That address is taken', about: 'Another user has that address.' },
  last_admin: { title: 'Somebody must stay admin', about: 'An active admin has to remain.' },
  link_void: { title: 'This link does not work', about: 'The link was used, replaced, or is over.' },
  conflict: { title: 'Somebody else was faster', about: 'It was changed meanwhile. Look again.' },
  slack_account_refused: { title: 'That Slack account cannot be used', about: 'Guests and bots may not do that.' },
};
