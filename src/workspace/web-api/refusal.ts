import type { JsonObject } from '../json';

/** What a Web API method answers instead of `ok: true`. */
export class ApiRefusal extends Error {
  constructor(
    readonly error: string,
    readonly extra: JsonObject = {},
  ) {
    super(error);
    this.name = 'ApiRefusal';
  }
}

/** `invalid_arguments`, with what was wrong in Slack's words. */
export function invalidArguments(...messages: readonly string[]): ApiRefusal {
  return new ApiRefusal('invalid_arguments', {
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });
}
