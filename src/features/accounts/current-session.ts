import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Context } from '../../platform/context';
import { leadTo } from '../../platform/http/page-layout';
import { readSession } from '../sessions/read-session.service';
import type { SessionState } from '../sessions/sessions.types';
import { shownToken } from './session-cookies';

/** The session that this browser shows, as it is now; counts as a request of it. Programs' sessions are none here. */
export async function currentSession(ctx: Context, request: FastifyRequest): Promise<SessionState> {
  const token = shownToken(ctx, request);
  if (token === null) return { state: 'unknown' };
  const state = await readSession(ctx, token);
  return state.state === 'active' && state.session.kind !== 'web' ? { state: 'unknown' } : state;
}

/** To the sign-in page, which tells why a session ended, and from there back to this path. */
export function leadToSignIn(reply: FastifyReply, path: string): FastifyReply {
  return leadTo(reply, `/sign-in?${new URLSearchParams({ return_to: path })}`);
}
