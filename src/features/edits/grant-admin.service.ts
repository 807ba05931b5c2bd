import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, finishOperation, type OperationResult, recordChanges } from '../operations/operations.service';
import { changeUsers, findUsers, holdUsers, recordUserChanges, requireAdmin } from '../users/users.service';

/**
 * Makes people admins; whoever is one already stays so. What must come before it, a second admin or a phrase, is the
 * caller's.
 * @throws AppError `not_admin`, `conflict` for a repeat; nothing was changed then
 */
export async function grantAdmin(
  ctx: Context,
  userIds: readonly number[],
  idempotencyKey: string,
): Promise<{ operationId: number; results: OperationResult[] }> {
  const ended = await inTransaction(ctx, async (tx) => {
    await oneAtATime(tx);
    await requireAdmin(tx);
    await holdUsers(tx, userIds);
    const operationId = await beginOperation(tx, 'grant_admin', idempotencyKey, { userIds });
    const users = await findUsers(tx, userIds);
    const fresh = users.filter(({ isAdmin }) => !isAdmin);
    await changeUsers(
      tx,
      fresh.map((user) => ({ user, changes: { isAdmin: true } })),
    );
    await recordUserChanges(
      tx,
      fresh.map((user) => ({ action: 'user.edited', user, before: { Admin: 'No' }, after: { Admin: 'Yes' } })),
      operationId,
    );
    await recordChanges(
      tx,
      operationId,
      fresh.map(({ id }) => ({ userId: id, field: 'isAdmin', before: false, after: true })),
    );
    const known = new Set(users.map(({ id }) => id));
    const results: OperationResult[] = [
      ...users.map((user) => ({
        userId: user.id,
        subject: user.email,
        outcome: user.isAdmin ? ('unchanged' as const) : ('done' as const),
        reason: null,
      })),
      ...userIds
        .filter((id) => !known.has(id))
        .map((id) => ({ userId: null, subject: `User #${id}`, outcome: 'skipped' as const, reason: 'deleted' })),
    ];
    await finishOperation(tx, operationId, results);
    return { operationId, results };
  });
  await ctx.announce({ kind: 'users_changed' });
  return ended;
}
