import { day } from '../../lib/duration';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { enqueue } from '../../platform/mail/outbox';
import { revokeApiTokens } from '../credentials/api-tokens.service';
import { issueLinks, linkUrl } from '../credentials/links.service';
import { beginOperation, finishOperation, type OperationResult } from '../operations/operations.service';
import { findUsers, holdUsers, recordUserChanges, requireAdmin } from '../users/users.service';
import type { User } from '../users/users.types';
import type { NoReset, ResetResult, SentReset } from './resets.types';

/** How long a reset link works (SPEC §2). */
const resetLife = 1 * day;

/**
 * Lets people choose a new password: a link for a day in a mail and for the admin, and all API tokens revoked at once.
 * The old password works until then; sessions end when the new one is set (A29, A30). Only active internal users have a
 * password to reset; others are skipped.
 * @throws AppError `not_admin`, `conflict` for a repeat
 */
export async function resetPasswords(
  ctx: Context,
  userIds: readonly number[],
  idempotencyKey: string | null,
): Promise<ResetResult> {
  const result = await inTransaction(ctx, async (tx) => {
    await requireAdmin(tx);
    const operationId = await beginOperation(tx, 'reset', idempotencyKey, { userIds });
    const { results, ...rest } = await resetIn(tx, userIds, operationId);
    await finishOperation(tx, operationId, results);
    return { operationId, ...rest };
  });
  await ctx.announce({ kind: 'users_changed' });
  return result;
}

/** Why this user has no password to reset here, or null. */
export function noResetReason(user: Pick<User, 'status' | 'authSystem'>): NoReset | null {
  if (user.status === 'disabled') return 'reset_disabled';
  if (user.authSystem !== 'internal') return 'external';
  return user.status === 'invited' ? 'reset_invited' : null;
}

/** The resets of an operation that was begun; privilege and results are the caller's. */
export async function resetIn(
  tx: TxContext,
  userIds: readonly number[],
  operationId: number,
): Promise<Omit<ResetResult, 'operationId'> & { readonly results: OperationResult[] }> {
  // Held, so that nobody is disabled between the look at their status and the link.
  await holdUsers(tx, userIds);
  const users = await findUsers(tx, userIds);
  const due = users.filter((user) => noResetReason(user) === null);
  const skipped = users.flatMap((user) => {
    const reason = noResetReason(user);
    return reason === null ? [] : [{ user, reason }];
  });
  const ids = due.map(({ id }) => id);
  const sent = await sendResetLinks(tx, due);
  const tokensRevoked = await revokeApiTokens(tx, ids, 'password_reset');
  await recordUserChanges(
    tx,
    due.map((user) => ({ action: 'user.password_reset_sent', user, before: null, after: { apiTokens: 'revoked' } })),
    operationId,
  );
  const results: OperationResult[] = [
    ...due.map((user) => ({ userId: user.id, subject: user.email, outcome: 'done' as const, reason: null })),
    ...skipped.map(({ user, reason }) => ({
      userId: user.id,
      subject: user.email,
      outcome: 'skipped' as const,
      reason,
    })),
  ];
  return { sent, skipped, tokensRevoked, results };
}

/** Gives each of these users a link to choose a password, and writes the mail that carries it. */
export async function sendResetLinks(tx: TxContext, users: readonly User[]): Promise<SentReset[]> {
  const links = await issueLinks(
    tx,
    users.map(({ id }) => id),
    'reset',
    resetLife,
  );
  const sent = users.map((user) => {
    const link = links.get(user.id);
    if (link === undefined) throw new Error(`no link was issued for user ${user.id}`);
    return { user, link };
  });
  await enqueue(
    tx,
    sent.map(({ user, link }) => ({
      kind: 'mail' as const,
      template: 'reset',
      recipient: user.email,
      payload: { linkId: link.id },
      dedupKey: `reset:${link.id}`,
    })),
  );
  return sent.map(({ user, link }) => ({ user, link: linkUrl(tx, link) }));
}
