import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { oneAtATime } from '../licences/licences.service';
import { beginOperation, finishOperation } from '../operations/operations.service';
import { requireAdmin } from '../users/users.service';

/**
 * One change of profiles, groups or projects by an admin: one transaction, after all others of its sort, with the
 * privilege read in it, and never a second time for the same request, whatever came of the first.
 * @throws AppError `not_admin`; `conflict` when this request was carried out before; whatever `work` throws
 */
export async function adminOperation<Result>(
  ctx: Context,
  kind: string,
  requestId: string,
  input: unknown,
  work: (tx: TxContext, operationId: number) => Promise<Result>,
): Promise<Result> {
  return inTransaction(ctx, async (tx) => {
    await oneAtATime(tx);
    await requireAdmin(tx);
    const operationId = await beginOperation(tx, kind, requestId, input);
    const result = await work(tx, operationId);
    await finishOperation(tx, operationId, []);
    return result;
  });
}
