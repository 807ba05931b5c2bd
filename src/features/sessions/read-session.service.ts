import { inSlices } from '../../lib/in-turns';
import type { Context } from '../../platform/context';
import { rowsPerStatement } from '../../platform/db/dialect';
import { invalidInput } from '../../platform/errors';
import { storedSetting } from '../settings/settings.service';
import { idleBefore } from './idle';
import { tokenHash } from './session-secrets';
import { selectByTokens, type TokenFacts } from './session-tokens.store';
import { endIdle } from './sessions.store';
import type { SessionState } from './sessions.types';

/** How many tokens one call may ask for. */
export const mostTokens = 1000;

const unknown: SessionState = { state: 'unknown' };

/**
 * What a token stands for now, whoever changed it wherever. Counts as a request of its session (R88). A web session that
 * has been idle for too long ends here, however late the sweep is.
 * @param token as it came in; anything at all
 */
export async function readSession(ctx: Context, token: string): Promise<SessionState> {
  const [state] = await readSessions(ctx, [token]);
  return state ?? unknown;
}

/**
 * The same for many tokens at once, in their order.
 * @param tokens 1,000 at most
 * @throws AppError `invalid_input` for more
 */
export async function readSessions(ctx: Context, tokens: readonly string[]): Promise<SessionState[]> {
  if (tokens.length > mostTokens)
    throw invalidInput(`Send at most ${mostTokens} tokens at a time; these are ${tokens.length}.`, 'tokens');
  const hashes = tokens.map(tokenHash);
  const asked = [...new Set(hashes.flatMap((hash) => hash ?? []))];
  const states = await statesOf(ctx, asked);
  return hashes.map((hash) => (hash === null ? unknown : (states.get(hash) ?? unknown)));
}

async function statesOf(ctx: Context, hashes: readonly string[]): Promise<Map<string, SessionState>> {
  const now = ctx.clock.now();
  const states = new Map<string, SessionState>();
  const found = await factsOf(ctx, hashes);
  const idle = found.filter((facts) => isIdle(ctx, facts, now));
  const current =
    idle.length === 0 ? found : [...found.filter((facts) => !idle.includes(facts)), ...(await ended(ctx, idle, now))];
  for (const facts of current) {
    const state = stateOf(facts);
    if (state.state === 'active') ctx.touches.note(facts.session.id, now);
    states.set(facts.tokenHash, state);
  }
  return states;
}

async function factsOf(ctx: Context, hashes: readonly string[]): Promise<TokenFacts[]> {
  return (await inSlices(hashes, rowsPerStatement(ctx.db), (slice) => selectByTokens(ctx.db, slice))).flat();
}

const idleLimit = (facts: TokenFacts, now: Date) =>
  idleBefore(now, storedSetting('sessions.idle_minutes', facts.idleMinutes));

function isIdle(ctx: Context, { session, endedAt, ...facts }: TokenFacts, now: Date): boolean {
  if (session.kind !== 'web' || endedAt !== null) return false;
  const before = idleLimit({ session, endedAt, ...facts }, now);
  if (before === null || session.lastSeenAt >= before) return false;
  const noted = ctx.touches.latest(session.id);
  return noted === null || noted < before;
}

/** Ends these, unless another replica heard of them meanwhile, and tells how they are then. */
async function ended(ctx: Context, idle: readonly TokenFacts[], now: Date): Promise<TokenFacts[]> {
  const [first] = idle;
  const before = first === undefined ? null : idleLimit(first, now);
  if (before !== null) {
    const ids = [...new Set(idle.map(({ session }) => session.id))].sort((a, b) => a - b);
    await inSlices(ids, rowsPerStatement(ctx.db), (slice) => endIdle(ctx.db, slice, before, now));
  }
  return factsOf(
    ctx,
    idle.map((facts) => facts.tokenHash),
  );
}

function stateOf({ session, endedAt, endReason, user }: TokenFacts): SessionState {
  if (endedAt !== null) return { state: 'ended', reason: endReason ?? 'admin' };
  // Disabling ends sessions in its own transaction; nobody else is let in either, whatever a table says.
  if (user.status !== 'active') return { state: 'ended', reason: 'disabled' };
  return { state: 'active', session, user };
}
