import type { Core } from '../core';
import type { JsonObject } from '../json';
import { type Arguments, textOf } from './arguments';
import { authMethods } from './auth-methods';
import { chatMethods } from './chat-methods';
import { conversationMethods } from './conversation-methods';
import { fileMethods } from './file-methods';
import type { WebMethod, WebMethods } from './method';
import { ApiRefusal } from './refusal';
import { userMethods } from './user-methods';
import { viewMethods } from './view-methods';

const methods: WebMethods = {
  ...authMethods,
  ...chatMethods,
  ...conversationMethods,
  ...fileMethods,
  ...userMethods,
  ...viewMethods,
};

export interface Call {
  readonly method: string;
  readonly args: Arguments;
  /** From the `Authorization` header. */
  readonly bearer: string | null;
  readonly isJson: boolean;
}

export interface CallAnswer {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

function checkToken(core: Core, method: WebMethod, token: string | undefined): void {
  if (method.token === 'none') return;
  const { botToken, appToken } = core.app;
  if (token === undefined) throw new ApiRefusal('not_authed');
  if (token !== botToken && token !== appToken) throw new ApiRefusal('invalid_auth');
  if (token !== (method.token === 'app' ? appToken : botToken)) throw new ApiRefusal('not_allowed_token_type');
}

function checkScope(core: Core, { scopes }: WebMethod): void {
  const provided = core.manifest.botScopes;
  if (scopes.length === 0 || scopes.some((scope) => provided.has(scope))) return;
  throw new ApiRefusal('missing_scope', { needed: scopes.join(','), provided: [...provided].join(',') });
}

/** Answers one call of the Web API as Slack would. */
export function callMethod(core: Core, call: Call): CallAnswer {
  const method = methods[call.method];
  const headers: Record<string, string> = { 'x-oauth-scopes': [...core.manifest.botScopes].join(',') };
  if (method && method.scopes.length > 0) headers['x-accepted-oauth-scopes'] = method.scopes.join(',');
  try {
    if (!method) throw new ApiRefusal('unknown_method', { req_method: call.method });
    checkToken(core, method, call.bearer ?? (call.isJson ? undefined : textOf(call.args, 'token')));
    const args = call.isJson && method.formOnly ? {} : call.args;
    checkScope(core, method);
    const waitSeconds = core.rateLimits?.count(call.method, method.tier, textOf(args, 'channel') ?? null) ?? 0;
    if (waitSeconds > 0) {
      headers['retry-after'] = String(waitSeconds);
      return { status: 429, body: { ok: false, error: 'ratelimited' }, headers };
    }
    return { status: 200, body: { ok: true, ...method.run(core, args) }, headers };
  } catch (error) {
    if (!(error instanceof ApiRefusal)) throw error;
    return { status: 200, body: { ok: false, error: error.error, ...error.extra }, headers };
  }
}
