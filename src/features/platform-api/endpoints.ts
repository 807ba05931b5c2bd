import { z } from 'zod';
import type { ProblemCode } from './problem-codes';
import { problemsPath } from './problems';
import { signedIn, signIn, started, touch, touched } from './schemas';

/** One thing that programs may ask, as it is served, checked and described. */
export interface Endpoint {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  /** What lets a request in; `choosable`: a platform key, or nothing. */
  readonly access: 'anybody' | 'bearer' | 'platform' | 'choosable';
  readonly body?: z.ZodType;
  readonly success: {
    readonly status: 200 | 201 | 204;
    readonly description: string;
    readonly contentType?: string;
    readonly schema?: z.ZodType;
  };
  /** Beside those that every endpoint may answer. */
  readonly problems: readonly ProblemCode[];
}

/** What any request may be answered. */
export const commonProblems: readonly ProblemCode[] = ['internal', 'database_unavailable'];

const withBody: readonly ProblemCode[] = ['malformed', 'too_large', 'content_type', 'invalid_input'];
const byToken: readonly ProblemCode[] = ['token_missing', 'token_unknown', 'session_ended'];

export const endpoints = {
  signIn: {
    id: 'signIn',
    method: 'POST',
    path: '/v1/sessions',
    summary: 'Signs somebody in',
    description:
      'Anybody may call this; a platform key is asked for by client_ip alone. After thirty calls in a minute from one address that were refused no further ones are taken for the rest of it, and after ten wrong passwords an account takes no further ones for a while. A platform that signs people in from its own server shows its key and sends client_ip, so that both are counted by the address of the person; without client_ip they are counted by the address of the caller, whoever that is. The same client_id has one session: a further sign-in gets a further token of it. Of sessions of the kinds api and explorer a person may have fifty each. At the cap nothing ends by itself: the answer is 409 with the sessions and a choice, and the same address takes the choice with the session to end.',
    access: 'choosable',
    body: signIn,
    success: { status: 201, description: 'Signed in.', schema: started },
    problems: [
      ...withBody,
      'credentials_wrong',
      'platform_key_missing',
      'platform_key_unknown',
      'session_cap',
      'choice_void',
      'too_many_requests',
      'too_many_failures',
      'sign_in_unavailable',
      'busy',
    ],
  },
  readSession: {
    id: 'readSession',
    method: 'GET',
    path: '/v1/session',
    summary: 'Tells who a token stands for, and what they may do',
    description:
      'Counts as a request of the session, which so does not idle out. What an admin changed or ended a moment ago is told at once. API tokens (uk_…) are answered as well, with kind api_token. After 300 tokens in a minute that nobody has, no further ones are taken from their address for the rest of it. A platform asks for all its people from one address, and any of them may send it any token: let it show its key as X-Platform-Key beside the token, and it is not limited.',
    access: 'bearer',
    success: { status: 200, description: 'Signed in.', schema: signedIn },
    problems: [...byToken, 'too_many_requests'],
  },
  signOut: {
    id: 'signOut',
    method: 'DELETE',
    path: '/v1/session',
    summary: 'Signs out, for all tabs of the client',
    description:
      'May be repeated: a session that has ended already is 204 as well. Tokens that nobody has are limited as for reading a session.',
    access: 'bearer',
    success: { status: 204, description: 'The session has ended.' },
    problems: ['token_missing', 'token_unknown', 'not_a_session', 'too_many_requests'],
  },
  touchSessions: {
    id: 'touchSessions',
    method: 'POST',
    path: '/v1/sessions/touch',
    summary: 'Tells of many session tokens at once whether they are good',
    description:
      'For a gateway that sees requests of many people: each counts as a request of its session. API tokens are unknown here.',
    access: 'platform',
    body: touch,
    success: { status: 200, description: 'The states.', schema: touched },
    problems: [...withBody, 'platform_key_missing', 'platform_key_unknown'],
  },
  document: {
    id: 'document',
    method: 'GET',
    path: '/v1/openapi.json',
    summary: 'This document',
    description: 'OpenAPI 3.1, made of the schemas that check the requests.',
    access: 'anybody',
    success: { status: 200, description: 'The document.', schema: z.looseObject({ openapi: z.string() }) },
    problems: ['too_many_requests'],
  },
  problems: {
    id: 'problems',
    method: 'GET',
    path: problemsPath,
    summary: 'A page about every problem that is answered',
    description: 'Where the “type” of each problem leads.',
    access: 'anybody',
    success: { status: 200, description: 'The page.', contentType: 'text/html', schema: z.string() },
    problems: ['too_many_requests'],
  },
} as const satisfies Readonly<Record<string, Endpoint>>;

/** Every problem that a program may meet. */
export const everyProblem: readonly ProblemCode[] = [
  ...new Set([
    ...Object.values(endpoints).flatMap(({ problems }): readonly ProblemCode[] => problems),
    ...commonProblems,
    'unknown_route' as const,
    'method_not_allowed' as const,
  ]),
];
