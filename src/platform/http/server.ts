import { createHmac } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import cookie from '@fastify/cookie';
import csrfProtection from '@fastify/csrf-protection';
import formbody from '@fastify/formbody';
import rateLimit from '@fastify/rate-limit';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { day, minute, second } from '../../lib/duration';
import { networkOf } from '../../lib/network-of';
import type { Context } from '../context';
import type { Metrics } from '../metrics';
import { notFoundPage, sendErrorPage, TooManyRequests } from './error-pages';
import { createFailureLimit } from './failure-limit';
import { addHealthRoutes, type ReadinessCheck } from './health';
import { sendPage } from './page-layout';
import { securityHeaders } from './security-headers';
import { stylesheet } from './stylesheet';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False for routes that no browser form reaches, such as those with a bearer token. */
    csrf?: boolean;
    /** True counts what this route refuses against its address, and nothing else. */
    limitsFailures?: boolean;
    /** True keeps a route's requests out of the log at its usual level. */
    quiet?: boolean;
  }
}

/**
 * The limit for forms that set or check a password. What is refused counts, whatever form it was: guesses, of which an
 * account and a network have a limit of their own besides (docs/adr/0024), and tokens that nobody has. What succeeds does
 * not count: behind one address an office of hundreds of people may begin its day.
 */
export const passwordFormLimit = { rateLimit: false, limitsFailures: true } as const;

const refusedFormsPerMinute = 30;
// An office of a hundred people who open three pages each.
const pagesPerMinute = 300;
const bodyLimit = 64 * 1024;
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What the server is made of besides itself. */
export interface HttpServerOptions {
  /** The features' pages and routes. */
  readonly routes: readonly FastifyPluginAsync[];
  /** Asked by `/readyz` beside database and migrations, by name. */
  readonly checks?: Readonly<Record<string, ReadinessCheck>>;
  /** Addresses or networks of proxies whose X-Forwarded-For is believed; nobody's when left out. */
  readonly trustedProxies?: readonly string[];
  /**
   * Who answers, by the beginning of the path, a request whose address cannot be read; it never reaches a route. Below
   * any other path that is a page.
   */
  readonly unreadable?: Readonly<Record<string, (reply: FastifyReply) => FastifyReply>>;
  /** Told of every answer, for the metrics. */
  readonly answered?: Metrics['requestAnswered'];
}

/** The pages as something that any `node:http` server can call. */
export interface HttpServer {
  readonly requestListener: (request: IncomingMessage, response: ServerResponse) => void;
  /** New requests are refused from here on; those under way are the node server's to wait for. */
  readonly close: () => Promise<void>;
}

/** The path alone: what stands behind the question mark may be a token. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

async function addProtection(app: FastifyInstance, ctx: Context): Promise<void> {
  const secure = ctx.config.publicUrl.startsWith('https:');
  await app.register(rateLimit, {
    global: true,
    max: pagesPerMinute,
    timeWindow: minute,
    // Whoever has one address of IPv6 has a whole network of them.
    keyGenerator: (request) => networkOf(request.ip),
    errorResponseBuilder: (_request, { ttl }) => new TooManyRequests(ttl),
  });
  const refusedForms = createFailureLimit(app, refusedFormsPerMinute);
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.limitsFailures) await refusedForms.admit(request);
  });
  app.addHook('onSend', async (request, reply) => {
    const { statusCode } = reply;
    // Whoever is told to wait is told so at once, which costs nothing.
    const isRefused = statusCode >= 400 && statusCode < 500 && statusCode !== 429;
    if (isRefused && request.routeOptions.config.limitsFailures) await refusedForms.count(request);
  });
  // A key of its own, so that what is signed as a cookie is never valid as anything else.
  const cookieSecret = createHmac('sha256', ctx.config.appSecret).update('usher-cookies').digest('hex');
  await app.register(cookie, { secret: cookieSecret });
  await app.register(csrfProtection, {
    sessionPlugin: '@fastify/cookie',
    cookieKey: secure ? '__Host-usher-form' : 'usher-form',
    // Lax, not Strict: a strict cookie is not sent when a mail's link is followed, so opening that link a second time
    // would replace the cookie and make the form in the first tab worthless. Neither is sent with another site's POST.
    cookieOpts: { path: '/', httpOnly: true, sameSite: 'lax', secure, signed: true },
  });
  app.addHook('preHandler', (request, reply, done) => {
    if (safeMethods.has(request.method) || request.is404 || request.routeOptions.config.csrf === false) done();
    else app.csrfProtection(request, reply, done);
  });
}

/**
 * Makes the server of all pages: security headers, limits, CSRF protection of every form, error pages, health routes and
 * the stylesheet, then the features' routes. It does not listen: give `requestListener` to a `node:http` server.
 */
export async function createHttpServer(ctx: Context, options: HttpServerOptions): Promise<HttpServer> {
  const headers = securityHeaders(ctx.config.publicUrl.startsWith('https:'));
  const app = fastify({
    loggerInstance: ctx.log as FastifyBaseLogger,
    // Fastify's own lines hold the whole address, and so the tokens in it.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    // One for each request would cost more than it tells: nothing of ours logs by the request's own.
    childLoggerFactory: (log) => log,
    // No hook runs before this one.
    frameworkErrors: (error, request, reply) => {
      void reply.headers(headers);
      const path = pathOf(request as FastifyRequest);
      const answer = Object.entries(options.unreadable ?? {}).find(([beginning]) => path.startsWith(beginning))?.[1];
      void (answer === undefined ? sendErrorPage(ctx, error, request as FastifyRequest, reply) : answer(reply));
    },
  }) as unknown as FastifyInstance;

  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
  app.setErrorHandler((error, request, reply) => sendErrorPage(ctx, error, request, reply));
  app.addHook('onResponse', (request, reply, done) => {
    const level = request.routeOptions.config.quiet ? 'debug' : 'info';
    const ms = Math.round(reply.elapsedTime);
    ctx.log[level]({ method: request.method, path: pathOf(request), status: reply.statusCode, ms }, 'request');
    const route = request.is404 ? null : (request.routeOptions.url ?? null);
    options.answered?.({
      method: request.method,
      route,
      status: reply.statusCode,
      seconds: reply.elapsedTime / second,
    });
    done();
  });
  await app.register(formbody, { bodyLimit });
  await addProtection(app, ctx);
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (_request, reply) => sendPage(reply, 404, notFoundPage));

  addHealthRoutes(app, ctx, options.checks ?? {});
  app.get('/assets/usher.css', { config: { rateLimit: false, quiet: true } }, (_request, reply) =>
    reply
      .header('cache-control', `public, max-age=${(365 * day) / second}, immutable`)
      .type('text/css; charset=utf-8')
      .send(stylesheet),
  );
  for (const routes of options.routes) await app.register(routes);
  await app.ready();
  return {
    requestListener: (request, response) => app.routing(request, response),
    close: () => app.close(),
  };
}
