import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context';
import { platformKeyOf } from '../../platform/http/bearer';
import type { Metrics } from '../../platform/metrics';
import { answerProblems } from './answer-problems';
import { createFigures } from './figures.service';
import { Problem } from './problems';

const loopback = /^(::ffff:)?127\.|^::1$/;
const loopbackHost = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/;

/** The local workspace may be asked by anybody on its machine: it has no proxy that would ask for others. */
function isLocal(ctx: Context, request: FastifyRequest): boolean {
  return loopbackHost.test(new URL(ctx.config.publicUrl).hostname) && loopback.test(request.socket.remoteAddress ?? '');
}

/** `GET /metrics` for Prometheus, by a platform key; without keys the local workspace alone answers, on its machine. */
export function metricsRoutes(ctx: Context, metrics: Metrics, jobs: readonly string[]): FastifyPluginAsync {
  const figures = createFigures(ctx, jobs);
  const route: FastifyPluginAsync = async (app) => {
    answerProblems(app, ctx);
    app.get('', { config: { rateLimit: false, quiet: true } }, async (request, reply) => {
      const key = platformKeyOf(request, ctx.config.platformApiKeys);
      const isOpen = ctx.config.platformApiKeys.length === 0 && isLocal(ctx, request);
      if (key !== 'right' && !isOpen)
        throw new Problem(key === 'none' ? 'platform_key_missing' : 'platform_key_unknown');
      const { contentType, text } = await metrics.text(await figures());
      return reply.header('cache-control', 'no-store').type(contentType).send(text);
    });
  };
  return async (app) => void (await app.register(route, { prefix: '/metrics' }));
}
