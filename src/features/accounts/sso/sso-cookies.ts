import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { addTime, minute, second } from '../../../lib/duration';
import type { Context } from '../../../platform/context';
import type { SignInSecrets } from '../../../platform/oidc/oidc-provider';
import { returnPath } from '../return-path';
import { cookieFlags, cookieName } from '../session-cookies';

/** A sign-in at the provider that this browser has begun. */
export interface PendingSignIn {
  readonly secrets: SignInSecrets;
  /** Where to go once signed in. */
  readonly returnTo: string;
}

const life = 10 * minute;
// As many tabs may sign in at a time; more would fill the headers of every request.
const mostAtATime = 5;
const longestReturn = 500;
const stateShape = /^[A-Za-z0-9_-]{43}$/;
const letters = z.string().regex(stateShape);
const contents = z.strictObject({
  state: letters,
  nonce: letters,
  verifier: letters,
  returnTo: z.string().startsWith('/').max(longestReturn),
  until: z.number(),
});
type Contents = z.infer<typeof contents>;

function signatureOf(ctx: Context, payload: string): string {
  if (ctx.config.appSecret === '') throw new Error('APP_SECRET is empty: anybody could make cookies');
  return createHmac('sha256', ctx.config.appSecret).update(`usher-sso:${payload}`).digest('base64url');
}

function sealed(ctx: Context, pending: Contents): string {
  const payload = Buffer.from(JSON.stringify(pending)).toString('base64url');
  return `${payload}.${signatureOf(ctx, payload)}`;
}

/** What we sealed and is not over; null for anything else. */
function opened(ctx: Context, cookie: string): Contents | null {
  const [payload = '', signature = ''] = cookie.split('.');
  const [right, shown] = [Buffer.from(signatureOf(ctx, payload)), Buffer.from(signature)];
  if (shown.length !== right.length || !timingSafeEqual(shown, right)) return null;
  const parsed = contents.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  return parsed.success && parsed.data.until > ctx.clock.now().getTime() ? parsed.data : null;
}

/** A cookie for each tab, so that tabs which begin at the same time do not write over each other's. */
function nameFor(ctx: Context, state: string): string {
  return cookieName(ctx, `usher_sso_${state.slice(0, 12)}`);
}

/** The browser remembers for ten minutes that it began this sign-in; the oldest beyond five are forgotten. */
export function keepPending(ctx: Context, request: FastifyRequest, reply: FastifyReply, pending: PendingSignIn): void {
  const others = Object.entries(request.cookies)
    .filter(([name]) => name.startsWith(nameFor(ctx, '')))
    .map(([name, cookie]) => ({ name, until: opened(ctx, cookie ?? '')?.until ?? 0 }))
    .sort((a, b) => b.until - a.until);
  const forgotten = others.filter(({ until }, index) => until === 0 || index >= mostAtATime - 1);
  for (const { name } of forgotten) void reply.clearCookie(name, cookieFlags(ctx));
  const { secrets, returnTo } = pending;
  const value = sealed(ctx, {
    ...secrets,
    returnTo: returnTo.length > longestReturn ? returnPath('') : returnTo,
    until: addTime(ctx.clock.now(), life).getTime(),
  });
  void reply.setCookie(nameFor(ctx, secrets.state), value, { ...cookieFlags(ctx), maxAge: life / second });
}

/** The sign-in that this browser began with this state; null where it began none, or more than ten minutes ago. */
export function shownPending(ctx: Context, request: FastifyRequest, state: string): PendingSignIn | null {
  if (!stateShape.test(state)) return null;
  const pending = opened(ctx, request.cookies[nameFor(ctx, state)] ?? '');
  if (pending === null || pending.state !== state) return null;
  const { nonce, verifier, returnTo } = pending;
  return { secrets: { state, nonce, verifier }, returnTo };
}

/** The browser forgets a sign-in that is finished. */
export function dropPending(ctx: Context, reply: FastifyReply, { secrets }: PendingSignIn): void {
  void reply.clearCookie(nameFor(ctx, secrets.state), cookieFlags(ctx));
}
