import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';

/** The token of `Authorization: Bearer …`; null where there is none. */
export function bearerToken(request: FastifyRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization?.trim() ?? '')?.[1] ?? null;
}

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Whether a request shows one of the platform's keys, as bearer token or in `X-Platform-Key`. Takes the same time for
 * every key that is shown, however much of it is right.
 * @param keys as set in PLATFORM_API_KEYS
 * @returns `none` where the request shows nothing at all
 */
export function platformKeyOf(request: FastifyRequest, keys: readonly string[]): 'right' | 'wrong' | 'none' {
  const header = request.headers['x-platform-key'];
  const shown = typeof header === 'string' && header !== '' ? header : bearerToken(request);
  if (shown === null) return request.headers.authorization === undefined ? 'none' : 'wrong';
  const given = digest(shown);
  // Every key is compared, also after the right one.
  const matches = keys.map((key) => timingSafeEqual(digest(key), given));
  return matches.includes(true) ? 'right' : 'wrong';
}
