import type { Core } from '../core';
import type { JsonObject } from '../json';
import type { Tier } from '../rate-limits';
import type { Arguments } from './arguments';

/** One method of Slack's Web API. */
export interface WebMethod {
  readonly tier: Tier;
  /** Any of these lets an app call it; none are needed where it is empty. */
  readonly scopes: readonly string[];
  /** Whose token it takes; `bot` unless told. */
  readonly token?: 'bot' | 'app' | 'none';
  /** Slack's reading methods take forms only. */
  readonly formOnly?: boolean;
  /** What it answers besides `ok: true`; refuses by throwing `ApiRefusal`. */
  run(core: Core, args: Arguments): JsonObject;
}

export type WebMethods = Readonly<Record<string, WebMethod>>;
