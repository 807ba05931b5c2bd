import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { addTime, day, second } from '../../lib/duration';
import { shorten } from '../../lib/plain-text';
import { type Actor, actingAs, type Context, type TxContext } from '../../platform/context';
import { isClash } from '../../platform/db/driver-errors';
import { inTransaction, isDatabaseDown } from '../../platform/db/transaction';
import { isAppError } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { linkUrl, openLinks } from '../credentials/links.service';
import { oneAtATime } from '../licences/licences.service';
import {
  closeOperation,
  outcomesOf,
  recordResults,
  usersDone,
  usersWithReason,
} from '../operations/operations.service';
import { findUsers, requireAdmin } from '../users/users.service';
import { applyBatch } from './apply-batch.service';
import {
  advanceBatch,
  claimTelling,
  moveBatch,
  selectBatch,
  selectBatchPeople,
  selectStill,
  selectUntold,
} from './batch.store';
import { type Batch, type BatchPerson, type BatchReport, peoplePerChunk, type SentLink } from './batch.types';

/** A batch that has not moved for so long has lost its worker. */
const stillFor = 60 * second;
/** So long after a batch was planned, which waits for a day and maybe another one for approval, telling is given up. */
const toldFor = 3 * day;

/** Another worker goes on with this batch. */
class TakenOver extends Error {}

/**
 * Carries a confirmed batch out, chunk by chunk, each in a transaction of its own, so that what goes wrong with one
 * person undoes nothing of another. Whoever confirmed it acts; their privilege is read again for every chunk.
 * @param moved is told after every chunk
 * @returns how it ended, or null when it was let go (`signal`) or another worker has it
 */
export async function runBatch(
  ctx: Context,
  id: number,
  signal: AbortSignal,
  moved: (batch: Batch) => void,
): Promise<BatchReport | null> {
  try {
    for (;;) {
      const batch = await selectBatch(ctx.db, id);
      if (batch === null || batch.state !== 'running' || batch.operationId === null || signal.aborted) return null;
      const acting = actingAs(ctx, actorOf(batch));
      const people = await selectBatchPeople(ctx.db, id, batch.nextPosition, peoplePerChunk);
      if (people.length === 0) return await finish(acting, batch, batch.operationId);
      await applyChunk(acting, batch, people, batch.operationId);
      moved({ ...batch, nextPosition: batch.nextPosition + people.length });
      await nextTurn();
    }
  } catch (error) {
    if (error instanceof TakenOver) return null;
    throw error;
  }
}

function actorOf({ owner }: Batch): Actor {
  if (owner.userId !== null) return { kind: 'user', userId: owner.userId, email: owner.email, slackId: owner.slackId };
  // Whoever confirmed it was deleted since: nobody, who has no privilege.
  return owner.slackId === null
    ? { kind: 'system', name: owner.email }
    : { kind: 'user', userId: 0, email: owner.email, slackId: owner.slackId };
}

async function applyChunk(
  ctx: Context,
  batch: Batch,
  people: readonly BatchPerson[],
  operationId: number,
): Promise<void> {
  try {
    await inTransaction(ctx, async (tx) => {
      // The privilege as it is after waiting for whoever may be taking it away.
      await oneAtATime(tx);
      await requireAdmin(tx);
      await advance(tx, batch.id, people);
      await recordResults(tx, operationId, await applyBatch(tx, batch, people, operationId));
    });
  } catch (error) {
    if (error instanceof TakenOver || isDatabaseDown(error) || isClash(error)) throw error;
    // Without the privilege nothing more is done for anybody; else the one who spoils it is found by trying each.
    if (people.length === 1 || isAppError(error, 'not_admin')) return leaveOut(ctx, batch, people, operationId, error);
    for (const person of people) await applyChunk(ctx, batch, [person], operationId);
  }
}

async function advance(tx: TxContext, id: number, people: readonly BatchPerson[]): Promise<void> {
  const from = people[0]?.position ?? 0;
  if (!(await advanceBatch(tx.db, id, from, from + people.length, tx.clock.now()))) throw new TakenOver();
}

async function leaveOut(
  ctx: Context,
  batch: Batch,
  people: readonly BatchPerson[],
  operationId: number,
  error: unknown,
): Promise<void> {
  const reason = reasonFor(ctx, error, batch);
  await inTransaction(ctx, async (tx) => {
    await advance(tx, batch.id, people);
    const there = new Set(
      (
        await findUsers(
          tx,
          people.flatMap(({ userId }) => userId ?? []),
        )
      ).map(({ id }) => id),
    );
    await recordResults(
      tx,
      operationId,
      people.map(({ userId, email }) => ({
        userId: userId !== null && there.has(userId) ? userId : null,
        subject: email,
        outcome: 'failed' as const,
        reason,
      })),
    );
  });
}

/** Why nothing was done for somebody: a word of the results' reasons, or a sentence. */
function reasonFor(ctx: Context, error: unknown, { id }: Batch): string {
  if (isAppError(error, 'seats_exhausted')) return 'seats';
  if (isAppError(error, 'not_admin')) return 'not_admin';
  if (isAppError(error)) return shorten(error.message, 500);
  const errorId = randomUUID();
  ctx.log.error({ err: error, errorId, batchId: id }, 'batch failed for a person');
  return `something unexpected went wrong; it stands in the log as ${errorId}`;
}

async function finish(ctx: Context, batch: Batch, operationId: number): Promise<BatchReport> {
  const counts = await inTransaction(ctx, async (tx) => {
    if (!(await moveBatch(tx.db, batch.id, ['running'], 'done', tx.clock.now()))) throw new TakenOver();
    const ended = await outcomesOf(tx, operationId);
    await closeOperation(tx, operationId, ended);
    if (batch.action === 'export') {
      await recordAudit(tx, [
        {
          action: 'users.exported',
          subjectType: 'user',
          subjectId: null,
          subjectLabel: `${ended.done} people`,
          after: { people: ended.done },
          operationId,
        },
      ]);
    }
    return ended;
  });
  await ctx.announce({ kind: 'users_changed' });
  return { batch: { ...batch, state: 'done' }, operationId, counts };
}

/** How a batch that is done ended; null while it is not. */
export async function batchReport(ctx: Context, batch: Batch): Promise<BatchReport | null> {
  if (batch.state !== 'done' || batch.operationId === null) return null;
  return { batch, operationId: batch.operationId, counts: await outcomesOf(ctx, batch.operationId) };
}

/**
 * Announces the batches whose worker died: those that are to go on where they stopped, and those that ended and of which
 * nobody was told.
 */
export async function resumeBatches(ctx: Context): Promise<{ resumed: number; untold: number }> {
  const now = ctx.clock.now();
  const still = await selectStill(ctx.db, addTime(now, -stillFor), 20);
  const untold = await selectUntold(
    ctx.db,
    { createdAfter: addTime(now, -toldFor), movedBefore: addTime(now, -stillFor) },
    20,
  );
  for (const batchId of [...still, ...untold]) await ctx.announce({ kind: 'batch_confirmed', batchId });
  return { resumed: still.length, untold: untold.length };
}

/** How a batch ended of which nobody was told, for one worker at a time; null where there is nothing left to tell. */
export async function takeUntold(ctx: Context, id: number): Promise<BatchReport | null> {
  const now = ctx.clock.now();
  if (!(await claimTelling(ctx.db, id, addTime(now, -stillFor), now))) return null;
  const batch = await selectBatch(ctx.db, id);
  return batch === null ? null : batchReport(ctx, batch);
}

/** The open links that a batch brought about, a page at a time, for the acting admin only. */
export async function batchLinks(
  ctx: Context,
  batch: Batch,
  offset: number,
  limit: number,
): Promise<{ sent: SentLink[]; next: number; total: number }> {
  await requireAdmin(ctx);
  const { action, operationId } = batch;
  if (operationId === null || !['activate', 'resend', 'reset_passwords'].includes(action))
    return { sent: [], next: 0, total: 0 };
  const again = action === 'activate' ? await usersWithReason(ctx, operationId, 'invited_again') : null;
  const { ids, total } =
    again === null
      ? await usersDone(ctx, operationId, offset, limit)
      : { ids: again.slice(offset, offset + limit), total: again.length };
  const links = await openLinks(ctx, ids, action === 'reset_passwords' ? 'reset' : 'activation');
  const users = new Map((await findUsers(ctx, ids)).map((user) => [user.id, user]));
  const sent = ids.flatMap((id) => {
    const [user, link] = [users.get(id), links.get(id)];
    return user && link ? [{ user, link: linkUrl(ctx, link) }] : [];
  });
  return { sent, next: offset + ids.length, total };
}
