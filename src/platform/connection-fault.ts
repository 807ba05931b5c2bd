/** What keeps this program from another one: no connection, a certificate that is not believed, no answer in time. */
export type ConnectionFault = 'unreachable' | 'not_trusted' | 'late';

const connectionCodes = /^(ECONN|ENOTFOUND|EAI_|EHOSTUNREACH|ENETUNREACH|EPIPE|UND_ERR_SOCKET)/;
const certificateCodes =
  /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH|EPROTO)/;
const lateCodes = /^(ETIMEDOUT|OAUTH_TIMEOUT|UND_ERR_.*TIMEOUT)/;
const lateWords = /timeout|timed out|no answer within/i;

/** What came of a look at another program with nobody's name. */
export interface Examined<Condition> {
  readonly condition: Condition;
  /** In its own words; null where it answers. */
  readonly reason: string | null;
}

/** The error itself, and those that it gives as its causes. */
function* chainOf(error: unknown): Generator<{ readonly code?: unknown; readonly message?: string }> {
  let link: unknown = error;
  for (let depth = 0; depth < 5 && typeof link === 'object' && link !== null; depth += 1) {
    yield link;
    link = (link as { readonly cause?: unknown }).cause;
  }
}

/** What an error says of the connection; null where it is about something else. */
export function connectionFault(error: unknown): ConnectionFault | null {
  for (const { code, message } of chainOf(error)) {
    const word = typeof code === 'string' ? code : '';
    if (certificateCodes.test(word)) return 'not_trusted';
    if (lateCodes.test(word) || lateWords.test(message ?? '')) return 'late';
    if (connectionCodes.test(word)) return 'unreachable';
  }
  return null;
}

/** The words of an error's innermost cause: of “fetch failed” they say why. */
export function innermostWords(error: unknown): string {
  const words = [...chainOf(error)].map(({ message }) => message ?? '').filter((text) => text !== '');
  return words.at(-1) ?? String(error);
}
