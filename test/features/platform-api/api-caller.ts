import { hashPassword } from '../../../src/features/credentials/passwords.service';
import { type Endpoint, endpoints, everyProblem } from '../../../src/features/platform-api/endpoints';
import { problemStatuses } from '../../../src/features/platform-api/problem-codes';
import { problem } from '../../../src/features/platform-api/problem-schema';
import { testConfig } from '../../support/context';
import type { RunningUsher } from '../../support/usher';

export const platformKey = 'a-key-of-the-platform-of-sufficient-length';
export const password = 'lantern-orbit-2026';

/** The hash of `password`. */
export const passwordHash = hashPassword(password, testConfig().passwordCost);

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what came over the wire; its shape was checked against its schema
  readonly body: any;
}

export interface ApiRequest {
  readonly token?: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is, instead of `body` as JSON. */
  readonly raw?: string;
}

export type ApiCall = (method: string, path: string, request?: ApiRequest) => Promise<ApiAnswer>;

/** A program that calls the API over HTTP. Every answer has to be one that the API's document promises. */
export function apiOf({ origin }: Pick<RunningUsher, 'origin'>): ApiCall {
  return async (method, path, request = {}) => {
    const text = request.raw ?? (request.body === undefined ? null : JSON.stringify(request.body));
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: {
        ...(text === null ? {} : { 'content-type': 'application/json' }),
        ...(request.token === undefined ? {} : { authorization: `Bearer ${request.token}` }),
        ...(request.key === undefined ? {} : { 'x-platform-key': request.key }),
        ...request.headers,
      },
      body: text,
    });
    const said = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const answer = { status: response.status, headers: response.headers, body: isJson ? JSON.parse(said) : said };
    if (method !== 'HEAD') expectPromised(method, path, answer);
    return answer;
  };
}

function expectPromised(method: string, path: string, { status, headers, body }: ApiAnswer): void {
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('set-cookie')).toBeNull();
  expect(headers.get('access-control-allow-origin')).toBeNull();
  const all: readonly Endpoint[] = Object.values(endpoints);
  const endpoint = all.find((one) => one.method === method && one.path === path);
  if (status < 400) {
    const { success } = endpoint ?? { success: null };
    expect(status).toBe(success?.status);
    // Parsing leaves out what the schema does not name.
    if (success?.schema === undefined) expect(body).toBe('');
    else expect(success.schema.parse(body)).toEqual(body);
    return;
  }
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const told = problem.parse(body);
  expect(told).toEqual(body);
  expect(everyProblem).toContain(told.code);
  expect([told.status, problemStatuses[told.code]]).toEqual([status, status]);
  const anywhere = ['unknown_route', 'method_not_allowed', 'internal', 'database_unavailable'];
  if (!anywhere.includes(told.code)) expect(endpoint?.problems).toContain(told.code);
}
