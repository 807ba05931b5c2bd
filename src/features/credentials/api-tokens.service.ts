import { createHash, randomBytes } from 'node:crypto';
import { addTime, day, minute } from '../../lib/duration';
import { characterCount, nameKey, oneLine } from '../../lib/plain-text';
import { SecretText } from '../../lib/secret-text';
import { actingAs, type Context, type TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { notFound } from '../../platform/errors';
import { isSessionOpen } from '../sessions/sessions.service';
import { findUsers, holdUsers, recordUserChanges } from '../users/users.service';
import {
  countTokensSince,
  insertApiToken,
  revokeOpenToken,
  revokeOpenTokens,
  selectApiToken,
  selectByHash,
  selectOpenTokens,
  touchToken,
} from './api-tokens.store';
import {
  type ApiToken,
  type ApiTokenOwner,
  mostApiTokens,
  type TokenProblem,
  tokenNameLimit,
} from './api-tokens.types';

// Tokens that were revoked stay as rows, so making and revoking in turn needs a limit as well.
const mostMadeInADay = 100;
const tokenShape = /^uk_[A-Za-z0-9_-]{43}$/;

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

const accountGone = () =>
  notFound('user', 'Your account is not active any more, so nothing was changed. Ask one of your admins.');

const sessionGone = () =>
  notFound('session', 'Your session ended at this very moment, so no token was made. Sign in again.');

/** Holds the person's row, so that two forms sent at once are looked at one after the other. */
async function holdPerson(tx: TxContext, userId: number): Promise<{ id: number; email: string; tx: TxContext }> {
  await holdUsers(tx, [userId]);
  const [user] = await findUsers(tx, [userId]);
  if (user?.status !== 'active') throw accountGone();
  const actor = { kind: 'user', userId, email: user.email, slackId: null } as const;
  return { id: user.id, email: user.email, tx: actingAs(tx, actor) };
}

async function problemOf(tx: TxContext, userId: number, name: string): Promise<TokenProblem | null> {
  if (name === '') return 'missing';
  if (characterCount(name) > tokenNameLimit) return 'too_long';
  const open = await selectOpenTokens(tx.db, userId, mostApiTokens);
  if (open.some((token) => nameKey(token.name) === nameKey(name))) return 'taken';
  if (open.length >= mostApiTokens) return 'too_many';
  const today = await countTokensSince(tx.db, userId, addTime(tx.clock.now(), -day));
  return today >= mostMadeInADay ? 'too_many_today' : null;
}

/**
 * Makes an API token for a person, as that person. The token is in the answer only: what is stored is its hash.
 * @param name what the person calls it: 80 characters at most, no other of their tokens has it
 * @param sessionId the session that asks; one that ended meanwhile, by a new password say, leaves no token behind
 * @throws AppError `not_found` where the person is not active (any more), or their session has ended
 */
export async function makeApiToken(
  ctx: Context,
  userId: number,
  name: string,
  sessionId: number | null,
): Promise<
  | { readonly kind: 'made'; readonly token: SecretText; readonly apiToken: ApiToken }
  | { readonly kind: 'refused'; readonly problem: TokenProblem }
> {
  const cleanName = oneLine(name);
  return inTransaction(ctx, async (outer) => {
    const { tx, ...user } = await holdPerson(outer, userId);
    if (sessionId !== null && !(await isSessionOpen(tx, sessionId))) throw sessionGone();
    const problem = await problemOf(tx, userId, cleanName);
    if (problem !== null) return { kind: 'refused', problem };
    const token = new SecretText(`uk_${randomBytes(32).toString('base64url')}`);
    const madeAt = tx.clock.now();
    const id = await insertApiToken(tx.db, { userId, name: cleanName, hash: hashOf(token.reveal()), madeAt });
    await recordUserChanges(tx, [{ action: 'token.made', user, before: null, after: { name: cleanName } }], null);
    return { kind: 'made', token, apiToken: { id, name: cleanName, madeAt, lastUsedAt: null } };
  });
}

/** A person's API tokens that work, the newest first; `mostApiTokens` at most. */
export async function listApiTokens(ctx: Context, userId: number): Promise<ApiToken[]> {
  return selectOpenTokens(ctx.db, userId, mostApiTokens);
}

/**
 * Revokes one of a person's API tokens, as that person.
 * @returns false: it was revoked already
 * @throws AppError `not_found` where it is none of theirs, or they are not active (any more)
 */
export async function revokeApiToken(ctx: Context, userId: number, id: number): Promise<boolean> {
  return inTransaction(ctx, async (outer) => {
    const { tx, ...user } = await holdPerson(outer, userId);
    const token = await selectApiToken(tx.db, userId, id);
    if (token === null) throw notFound('token', 'That API token is none of yours. Nothing was changed.');
    if (!(await revokeOpenToken(tx.db, id, 'owner', tx.clock.now()))) return false;
    await recordUserChanges(tx, [{ action: 'token.revoked', user, before: { name: token.name }, after: null }], null);
    return true;
  });
}

/**
 * Whose API token this is; null for anything that is none, or was revoked, or whose person is not active. Its last use
 * is noted once a minute at most.
 * @param token as it came in; anything at all
 */
export async function verifyApiToken(ctx: Context, token: string): Promise<ApiTokenOwner | null> {
  if (!tokenShape.test(token)) return null;
  const found = await selectByHash(ctx.db, hashOf(token));
  if (found === null || found.user.status !== 'active') return null;
  const now = ctx.clock.now();
  const before = addTime(now, -minute);
  const { lastUsedAt } = found.apiToken;
  if (lastUsedAt !== null && lastUsedAt > before) return found;
  await touchToken(ctx.db, found.apiToken.id, before, now);
  return { ...found, apiToken: { ...found.apiToken, lastUsedAt: now } };
}

/** Revokes every API token of these users at once; returns how many there were. */
export async function revokeApiTokens(
  tx: TxContext,
  userIds: readonly number[],
  reason: 'disabled' | 'password_reset' | 'deleted',
): Promise<number> {
  return revokeOpenTokens(tx.db, userIds, reason, tx.clock.now());
}
