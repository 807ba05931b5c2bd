import type { FastifyInstance, FastifyRequest } from 'fastify';
import { minute } from '../../lib/duration';
import { TooManyRequests } from './error-pages';

/**
 * Counts what failed from one address, and takes nothing more from it for the rest of the minute where that was too
 * much. What succeeds counts nowhere, because a whole office may be behind one address.
 */
export interface FailureLimit {
  /** @throws TooManyRequests */
  admit(request: FastifyRequest): Promise<void>;
  count(request: FastifyRequest): Promise<void>;
}

/**
 * @param most failures in a minute
 * @param addressOf whose failures they are; that of the connection when left out
 */
export function createFailureLimit(
  app: FastifyInstance,
  most: number,
  addressOf?: (request: FastifyRequest) => string,
): FailureLimit {
  const limit = app.createRateLimit({
    max: most,
    timeWindow: minute,
    ...(addressOf === undefined ? {} : { keyGenerator: addressOf }),
  });
  return {
    async admit(request) {
      const now = await limit(request, { increment: false });
      if (!now.isAllowed && now.remaining === 0) throw new TooManyRequests(now.ttl);
    },
    async count(request) {
      await limit(request);
    },
  };
}
