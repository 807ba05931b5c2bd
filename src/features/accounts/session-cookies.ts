import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { day, second } from '../../lib/duration';
import type { SecretText } from '../../lib/secret-text';
import type { Context } from '../../platform/context';
import type { Client } from '../sessions/sessions.types';
import { clientName } from './client-name';

type CookieName = 'usher_session' | 'usher_client' | 'usher_device' | `usher_sso_${string}`;

const clientShape = /^[A-Za-z0-9_-]{22}$/;
const yearInSeconds = (365 * day) / second;

function isSecure(ctx: Context): boolean {
  return ctx.config.publicUrl.startsWith('https:');
}

/** A cookie's name in browsers. Behind `__Host-` no other host of the same domain can put a cookie of this name into one. */
export function cookieName(ctx: Context, name: CookieName): string {
  return isSecure(ctx) ? `__Host-${name}` : name;
}

/** What every cookie of people's accounts is set with. */
export function cookieFlags(ctx: Context) {
  // Lax: following a link in a mail leads to the account of whoever is signed in, and no other site's form does.
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure(ctx) } as const;
}

function readCookie(ctx: Context, request: FastifyRequest, name: CookieName): string | null {
  return request.cookies[cookieName(ctx, name)] ?? null;
}

function keepForAYear(ctx: Context, reply: FastifyReply, name: CookieName, value: string): void {
  void reply.setCookie(cookieName(ctx, name), value, { ...cookieFlags(ctx), maxAge: yearInSeconds });
}

/** The session's token that this browser shows, as it came in; null without one. */
export function shownToken(ctx: Context, request: FastifyRequest): string | null {
  return readCookie(ctx, request, 'usher_session');
}

/** The proof that this browser got from `keepDeviceProof` when somebody signed in with it before. */
export function shownDeviceProof(ctx: Context, request: FastifyRequest): string | null {
  return readCookie(ctx, request, 'usher_device');
}

/** This browser as a client that signs in. Its name is a random one that it keeps for a year from its last sign-in. */
export function browserClient(ctx: Context, request: FastifyRequest, reply: FastifyReply): Client {
  const known = readCookie(ctx, request, 'usher_client');
  const clientId = known !== null && clientShape.test(known) ? known : randomBytes(16).toString('base64url');
  keepForAYear(ctx, reply, 'usher_client', clientId);
  return { clientId, clientName: clientName(request.headers['user-agent'] ?? ''), ip: request.ip };
}

/** Gives the browser its session, until the browser is closed; what it had before is replaced. */
export function keepSession(ctx: Context, reply: FastifyReply, token: SecretText): void {
  void reply.setCookie(cookieName(ctx, 'usher_session'), token.reveal(), cookieFlags(ctx));
}

/** The browser remembers that this person signs in with it, so that strangers' guesses do not hold them up. */
export function keepDeviceProof(ctx: Context, reply: FastifyReply, proof: string): void {
  keepForAYear(ctx, reply, 'usher_device', proof);
}

/** The browser forgets its session; what it is known by stays. */
export function dropSession(ctx: Context, reply: FastifyReply): void {
  void reply.clearCookie(cookieName(ctx, 'usher_session'), cookieFlags(ctx));
}
