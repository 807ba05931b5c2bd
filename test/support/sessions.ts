import type {
  ChoiceResult,
  Client,
  Session,
  SessionKind,
  StartResult,
} from '../../src/features/sessions/sessions.types';
import { completeChoice, startSession } from '../../src/features/sessions/start-session.service';
import type { Context } from '../../src/platform/context';

/** A browser or program as it shows itself when it signs in. */
export const clientNamed = (clientId: string): Client => ({
  clientId,
  clientName: 'Firefox on Linux',
  ip: '192.0.2.7',
});

/** A sign-in of somebody whose credentials were looked at this very moment. */
export async function startChecked(
  ctx: Context,
  input: Omit<Parameters<typeof startSession>[1], 'checkedVersion'>,
): Promise<StartResult> {
  const user = await ctx.db('users').where({ id: input.userId }).first('version');
  return startSession(ctx, { ...input, checkedVersion: user?.version ?? 0 });
}

/** Somebody who has signed in; throws when they could not. */
export async function signedIn(
  ctx: Context,
  userId: number,
  clientId: string,
  kind: SessionKind = 'web',
): Promise<{ token: string; session: Session }> {
  return started(await startChecked(ctx, { userId, kind, client: clientNamed(clientId) }));
}

/** The session of a sign-in that went well. */
export function started(result: ChoiceResult): { token: string; session: Session } {
  if (result.kind !== 'started') throw new Error(`the sign-in is ${result.kind}`);
  return { token: result.token.reveal(), session: result.session };
}

/** The choice of a sign-in that met the cap. */
export function atCap(result: ChoiceResult): { choice: string; sessions: readonly Session[] } {
  if (result.kind !== 'at_cap') throw new Error(`the sign-in is ${result.kind}`);
  return { choice: result.choice.reveal(), sessions: result.sessions };
}

/** A further client at the cap, asked which session to end. */
export async function askedToEnd(ctx: Context, userId: number, clientId: string, kind: SessionKind = 'web') {
  return atCap(await startChecked(ctx, { userId, kind, client: clientNamed(clientId) }));
}

export const complete = (ctx: Context, choice: string, endSessionId: number) =>
  completeChoice(ctx, { choice, endSessionId, ip: '192.0.2.9' });
