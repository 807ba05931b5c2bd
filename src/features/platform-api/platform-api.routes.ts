import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import type { z } from 'zod';
import { askTogether } from '../../lib/ask-together';
import { networkOf } from '../../lib/network-of';
import type { Context } from '../../platform/context';
import { bearerToken, platformKeyOf } from '../../platform/http/bearer';
import { createFailureLimit } from '../../platform/http/failure-limit';
import { sendPage } from '../../platform/http/page-layout';
import { permissionsOfEach } from '../access/permissions.service';
import { signIn } from '../accounts/sign-in/sign-in.service';
import { endSentence } from '../accounts/sign-in-pages.text';
import { verifyApiToken } from '../credentials/api-tokens.service';
import { signOut } from '../sessions/end-sessions.service';
import { mostTokens, readSession, readSessions } from '../sessions/read-session.service';
import type { ChoiceResult } from '../sessions/sessions.types';
import { completeChoice } from '../sessions/start-session.service';
import { answerProblem, answerProblems, schemaProblem } from './answer-problems';
import { type Endpoint, endpoints, everyProblem } from './endpoints';
import { openapiDocument } from './openapi';
import { problemStatuses } from './problem-codes';
import { Problem } from './problems';
import { problemsPage } from './problems.pages';
import * as schemas from './schemas';
import { permissionsAnswer, sessionAnswer, stateAnswer, userAnswer } from './session-answers';

const prefix = '/v1';

const smallBody = 16 * 1024;
// A thousand tokens of ours are some 50 KB; a gateway may send others that are longer.
const touchBody = mostTokens * 512;
const refusedSignInsPerMinute = 30;
// More than people with sessions of long ago come to, and less than a database notices.
const unknownTokensPerMinute = 300;
// Asked at every request of every person: a line of the log for each would bury all others. The metrics count them.
const hotPath = { config: { quiet: true } } as const;

/** @throws Problem for a body that this schema does not take */
function bodyAs<Schema extends z.ZodType>(request: FastifyRequest, schema: Schema): z.infer<Schema> {
  if (typeof request.body !== 'object' || request.body === null || Array.isArray(request.body))
    throw new Problem('malformed');
  const parsed = schema.safeParse(request.body);
  if (!parsed.success) throw schemaProblem(parsed.error);
  return parsed.data;
}

const keyOf = (ctx: Context, request: FastifyRequest) => platformKeyOf(request, ctx.config.platformApiKeys);

function tokenOf(request: FastifyRequest): string {
  const token = bearerToken(request);
  if (token === null) throw new Problem('token_missing');
  return token;
}

/** Whose sign-in it is: for the platform, the address that it names. */
function personsAddress(ctx: Context, request: FastifyRequest): string {
  const given = (request.body as { client_ip?: unknown } | null | undefined)?.client_ip;
  const isTheirs = typeof given === 'string' && keyOf(ctx, request) === 'right';
  return networkOf(isTheirs ? given : request.ip);
}

/** What a sign-in is answered, with what its client is to keep. @throws Problem for one that did not start a session */
function startedAnswer(result: ChoiceResult, deviceProof: string | null): schemas.StartedAnswer {
  const toKeep = deviceProof === null ? {} : { device_proof: deviceProof };
  switch (result.kind) {
    case 'started':
      return { token: result.token.reveal(), session: sessionAnswer(result.session), ...toKeep };
    case 'at_cap': {
      const sessions = result.sessions.map(sessionAnswer);
      throw new Problem('session_cap', undefined, { choice: result.choice.reveal(), sessions, ...toKeep });
    }
    case 'refused':
      throw new Problem('credentials_wrong');
    case 'void':
      throw new Problem('choice_void');
  }
}

// A platform asks about many people at the same time: one way to the database then serves them all.
const together = { most: 50, atOnce: 4 } as const;

/**
 * A reader of whom a session's token or an API token stands for, as it is when it is asked.
 * @returns a function that throws a Problem for any other token
 */
function createWhoIs(ctx: Context): (token: string) => Promise<schemas.SignedInAnswer> {
  const stateOf = askTogether((tokens: readonly string[]) => readSessions(ctx, tokens), together);
  const permissionsOf = askTogether((userIds: readonly number[]) => permissionsOfEach(ctx, userIds), together);
  const permissions = async (userId: number) => permissionsAnswer(await permissionsOf(userId));
  return async (token) => {
    const state = await stateOf(token);
    if (state.state === 'ended')
      throw new Problem('session_ended', endSentence(state.reason), { reason: state.reason });
    if (state.state === 'active') {
      const { session, user } = state;
      return {
        kind: 'session',
        user: userAnswer(user),
        session: sessionAnswer(session),
        permissions: await permissions(user.id),
      };
    }
    const owner = await verifyApiToken(ctx, token);
    if (owner === null) throw new Problem('token_unknown');
    const { apiToken, user } = owner;
    return {
      kind: 'api_token',
      user: userAnswer(user),
      api_token: { id: apiToken.id, name: apiToken.name },
      permissions: await permissions(user.id),
    };
  };
}

/** What counts against the address of a request, and who is not asked in because of it. */
interface Guard {
  /** After the body is read. @throws TooManyRequests */
  admit(request: FastifyRequest): Promise<void>;
  refused(request: FastifyRequest, problem: Problem): Promise<void>;
}

/** Sign-ins that fail, by the address of the person, whom the platform names in the body. */
function signInGuard(app: FastifyInstance, ctx: Context): Guard {
  const limit = createFailureLimit(app, refusedSignInsPerMinute, (request) => personsAddress(ctx, request));
  return {
    admit: limit.admit,
    async refused(request, { code }) {
      const status = problemStatuses[code];
      // At the cap the password was right; and whoever is to wait is told so without a look at one.
      if (status < 500 && status !== 429 && code !== 'session_cap') await limit.count(request);
    },
  };
}

/**
 * Tokens that nobody has, each of which is looked for in the database. A platform asks for all its people from one
 * address, any of whom may send it any token: by its key it is known, and not limited.
 */
function tokenGuard(app: FastifyInstance, ctx: Context): Guard {
  const limit = createFailureLimit(app, unknownTokensPerMinute);
  const isPlatform = (request: FastifyRequest) => keyOf(ctx, request) === 'right';
  return {
    async admit(request) {
      try {
        await limit.admit(request);
      } catch (error) {
        // Asked for last, because it is asked at every request.
        if (!isPlatform(request)) throw error;
      }
    },
    async refused(request, { code }) {
      if (code === 'token_unknown' && !isPlatform(request)) await limit.count(request);
    },
  };
}

function addSessionRoutes(app: FastifyInstance, ctx: Context): void {
  const signInsAreLimited = { bodyLimit: smallBody, guard: signInGuard(app, ctx) };
  serve(app, ctx, endpoints.signIn, signInsAreLimited, async (request, reply) => {
    const isChoice = Object.hasOwn((request.body ?? {}) as object, 'choice');
    const body = bodyAs(request, isChoice ? schemas.choice : schemas.credentials);
    if (body.client_ip !== undefined && keyOf(ctx, request) !== 'right') throw new Problem('platform_key_missing');
    const ip = body.client_ip ?? request.ip;
    if ('choice' in body) {
      const completed = await completeChoice(ctx, { choice: body.choice, endSessionId: body.end, ip });
      return reply.code(201).send(startedAnswer(completed, null));
    }
    const client = { clientId: body.client_id, clientName: body.client_name ?? '', ip };
    const { email, password, kind, device_proof: deviceProof = null } = body;
    const result = await signIn(ctx, { email, password, kind, client, deviceProof });
    switch (result.kind) {
      case 'wrong':
        throw new Problem('credentials_wrong');
      case 'wait':
        throw new Problem('too_many_failures', undefined, {}, { 'retry-after': String(result.seconds) });
      case 'unavailable':
        throw new Problem('sign_in_unavailable', result.sentence, {}, { 'retry-after': '60' });
      case 'started':
      case 'at_cap':
        return reply.code(201).send(startedAnswer(result, result.deviceProof));
    }
  });

  const whoIs = createWhoIs(ctx);
  const guard = tokenGuard(app, ctx);
  serve(app, ctx, endpoints.readSession, { ...hotPath, guard }, async (request, reply) =>
    reply.send(await whoIs(tokenOf(request))),
  );

  serve(app, ctx, endpoints.signOut, { guard }, async (request, reply) => {
    const token = tokenOf(request);
    if (!(await signOut(ctx, token))) {
      if ((await verifyApiToken(ctx, token)) !== null) throw new Problem('not_a_session');
      if ((await readSession(ctx, token)).state === 'unknown') throw new Problem('token_unknown');
    }
    return reply.code(204).send();
  });

  serve(app, ctx, endpoints.touchSessions, { ...hotPath, bodyLimit: touchBody }, async (request, reply) => {
    const { tokens } = bodyAs(request, schemas.touch);
    const answer: schemas.TouchedAnswer = { states: (await readSessions(ctx, tokens)).map(stateAnswer) };
    return reply.send(answer);
  });
}

/** Serves an endpoint to whom it lets in; a key is asked for before the body is read. */
function serve(
  app: FastifyInstance,
  ctx: Context,
  { method, path, access }: Endpoint,
  { guard, config, ...options }: Pick<RouteShorthandOptions, 'bodyLimit' | 'config'> & { readonly guard?: Guard },
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): void {
  // What is not for anybody has a guard, or is for the platform, which asks for many people from one address.
  const limit = access === 'anybody' ? {} : { rateLimit: false as const };
  app.route({
    method,
    url: path.slice(prefix.length),
    ...options,
    config: { csrf: false, ...limit, ...config },
    onRequest: (request, _reply, done) => done(refusalOf(ctx, request, access) ?? undefined),
    ...(guard === undefined ? {} : { preHandler: (request: FastifyRequest) => guard.admit(request) }),
    async handler(request, reply) {
      try {
        return await handler(request, reply);
      } catch (error) {
        if (error instanceof Problem) await guard?.refused(request, error);
        throw error;
      }
    },
  });
}

/** Why a request without the right key does not come in; null where it does. */
function refusalOf(ctx: Context, request: FastifyRequest, access: Endpoint['access']): Problem | null {
  if (access !== 'platform' && access !== 'choosable') return null;
  const key = keyOf(ctx, request);
  if (key === 'wrong') return new Problem('platform_key_unknown');
  return key === 'none' && access === 'platform' ? new Problem('platform_key_missing') : null;
}

/** Of an address that is there, the methods that are not are told from addresses that are not. */
function refuseOtherMethods(app: FastifyInstance): void {
  for (const path of new Set<string>(Object.values(endpoints).map((endpoint) => endpoint.path))) {
    const served: string[] = Object.values(endpoints)
      .filter((endpoint) => endpoint.path === path)
      .map(({ method }) => method);
    const allowed = served.includes('GET') ? [...served, 'HEAD'] : served;
    const refusal = () => new Problem('method_not_allowed', undefined, {}, { allow: allowed.join(', ') });
    app.route({
      method: app.supportedMethods.filter((method) => !allowed.includes(method)),
      url: path.slice(prefix.length),
      config: { csrf: false },
      onRequest: (_request, _reply, done) => done(refusal()),
      handler: async () => undefined,
    });
  }
}

/** The JSON API for the platform, below `/v1`; see docs/adr/0029. It reads no cookie and sets none. */
export function platformApi(ctx: Context): FastifyPluginAsync {
  const api: FastifyPluginAsync = async (app) => {
    answerProblems(app, ctx);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', { parseAs: 'string' }, app.getDefaultJsonParser('error', 'error'));
    app.addHook('onRequest', (_request, reply, done) => {
      void reply.header('cache-control', 'no-store');
      done();
    });
    addSessionRoutes(app, ctx);
    const document = openapiDocument(ctx.config.publicUrl);
    serve(app, ctx, endpoints.document, {}, async (_request, reply) => reply.send(document));
    const page = problemsPage(everyProblem);
    serve(app, ctx, endpoints.problems, {}, async (_request, reply) => sendPage(reply, 200, page));
    refuseOtherMethods(app);
  };
  return async (app) => void (await app.register(api, { prefix }));
}

/** Answers a request below `/v1` whose address cannot be read, such as `/v1/%zz`, as a problem too. */
export function unreadableCalls(ctx: Context): Readonly<Record<string, (reply: FastifyReply) => FastifyReply>> {
  return { [`${prefix}/`]: (reply) => answerProblem(ctx, new Problem('unknown_route'), reply) };
}
