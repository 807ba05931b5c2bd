import { addTime, day } from '../../lib/duration';
import { type Actor, actingAs, type Context, type TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { type AppError, invalidInput, isAppError, notAdmin } from '../../platform/errors';
import { enqueue } from '../../platform/mail/outbox';
import { approvalByKey } from '../approvals/approvals.service';
import { withdrawRequest } from '../approvals/decide-approvals.service';
import { deleteCounted } from '../deletion/deletion.service';
import type { DeletionPlan } from '../deletion/deletion.types';
import { oneAtATime } from '../licences/licences.service';
import { findUsers, recordUserChanges, requireAdmin } from '../users/users.service';
import { requestKey } from './offboarding.service';
import { claimReminder, endPlanned, selectAsked, selectDue, selectToRemind } from './offboarding.store';
import { isActiveAdmin, type Offboarding } from './offboarding.types';

const reminderAhead = 1 * day;
const batch = 50;

/** What of a plan a message tells afterwards, when the person is gone. */
export type OffboardingOutcome = Pick<DeletionPlan, 'runs' | 'casesMoved' | 'casesLeft'>;

/** Tells the admin channel, and who planned it while they are an active admin. */
async function tell(
  tx: TxContext,
  offboarding: Offboarding,
  event: 'reminder' | 'done' | 'failed',
  outcome: OffboardingOutcome | null = null,
): Promise<void> {
  const [requester] =
    offboarding.requestedByUserId === null ? [] : await findUsers(tx, [offboarding.requestedByUserId]);
  const to: { readonly recipient: string; readonly userId: number | null }[] = [
    { recipient: 'admin-channel', userId: null },
  ];
  if (requester !== undefined && isActiveAdmin(requester))
    to.push({ recipient: `person:${requester.email}`, userId: requester.id });
  await enqueue(
    tx,
    to.map(({ recipient, userId }, index) => ({
      kind: 'chat' as const,
      template: 'offboarding',
      recipient,
      payload: { id: offboarding.id, event, outcome, userId },
      dedupKey: `offboarding:${offboarding.id}:${event}:${offboarding.dueAt.getTime()}:${index}`,
    })),
  );
}

async function remind(ctx: Context, signal: AbortSignal): Promise<number> {
  const now = ctx.clock.now();
  let reminded = 0;
  for (const offboarding of await selectToRemind(ctx.db, now, addTime(now, reminderAhead), batch)) {
    if (signal.aborted) break;
    const mine = await inTransaction(ctx, async (tx) => {
      if (!(await claimReminder(tx.db, offboarding.id, offboarding.dueAt, now))) return false;
      await tell(tx, offboarding, 'reminder');
      return true;
    });
    if (mine) reminded += 1;
  }
  return reminded;
}

/** Whoever planned it acts again when it runs, so that their privilege is read then. @throws AppError `not_admin` */
function requesterOf(offboarding: Offboarding): Actor {
  const { requestedByUserId: userId, requestedByEmail: email, requestedBySlackId: slackId } = offboarding;
  if (userId === null) throw notAdmin();
  return { kind: 'user', userId, email, slackId };
}

async function carryOut(ctx: Context, offboarding: Offboarding, userId: number): Promise<boolean> {
  const { id, replacementId, replacementEmail } = offboarding;
  if (replacementEmail !== null && replacementId === null)
    throw invalidInput(`${replacementEmail}, who was to take over, was deleted meanwhile.`, 'replacement');
  return inTransaction(actingAs(ctx, requesterOf(offboarding)), async (tx) => {
    // Before anything is read: whoever loses the privilege at this moment has lost it.
    await oneAtATime(tx);
    await requireAdmin(tx);
    const at = tx.clock.now();
    if (!(await endPlanned(tx.db, id, { state: 'done', problem: null, at }, at))) return false;
    const { plan } = await deleteCounted(tx, { userId, replacementId, idempotencyKey: `offboarding:${id}` });
    const { runs, casesMoved, casesLeft } = plan;
    await tell(tx, offboarding, 'done', { runs, casesMoved, casesLeft });
    return true;
  });
}

/** Keeps it as failed, with the reason. False: it ended or was put off meanwhile. */
async function fail(ctx: Context, offboarding: Offboarding, error: AppError): Promise<boolean> {
  const problem =
    error.kind === 'not_admin'
      ? `${offboarding.requestedByEmail}, who planned it, is no active admin any more.`
      : error.message.replace(/ Nothing was changed\.$/, '');
  return inTransaction(ctx, async (tx) => {
    const at = tx.clock.now();
    const end = { state: 'failed' as const, problem: problem.slice(0, 500), at };
    if (!(await endPlanned(tx.db, offboarding.id, end, at))) return false;
    if (offboarding.userId !== null) {
      const user = { id: offboarding.userId, email: offboarding.userEmail };
      await recordUserChanges(
        tx,
        [{ action: 'user.offboarding_failed', user, before: null, after: { problem: end.problem } }],
        null,
      );
    }
    await tell(tx, offboarding, 'failed');
    return true;
  });
}

/** Why somebody's asked deletion is not going to be, or null while a second admin may still agree to it. */
async function whyUnapproved(ctx: Context, { id, userId, dueAt }: Offboarding): Promise<string | null> {
  if (userId === null) return 'The person was deleted before.';
  if (dueAt <= ctx.clock.now()) return 'Its moment passed before a second admin approved it.';
  const request = (await approvalByKey(ctx, requestKey(id)))?.state;
  // What was approved is carried out within moments, or taken up again by the job of approvals.
  return request === 'pending' || request === 'approved' ? null : 'No second admin approved it.';
}

/** Calls off what no second admin agreed to, and closes the request where it is open. */
async function endUnapproved(ctx: Context, signal: AbortSignal): Promise<void> {
  for (let after = 0; !signal.aborted; ) {
    const asked = await selectAsked(ctx.db, after, batch);
    for (const offboarding of asked) {
      after = offboarding.id;
      const problem = await whyUnapproved(ctx, offboarding);
      if (problem !== null) await endAsked(ctx, offboarding, problem);
    }
    if (asked.length < batch) break;
  }
}

async function endAsked(ctx: Context, { id, userId, userEmail }: Offboarding, problem: string): Promise<void> {
  const at = ctx.clock.now();
  const approvalId = await inTransaction(ctx, async (tx) => {
    await oneAtATime(tx);
    if (!(await endPlanned(tx.db, id, { state: 'called_off', problem, at }, null, ['asked']))) return null;
    const change = { action: 'user.offboarding_called_off' as const, before: null, after: { problem } };
    if (userId !== null) await recordUserChanges(tx, [{ ...change, user: { id: userId, email: userEmail } }], null);
    return withdrawRequest(tx, requestKey(id), problem);
  });
  if (approvalId !== null) await ctx.announce({ kind: 'approval_changed', approvalId });
}

async function runOne(ctx: Context, offboarding: Offboarding): Promise<'done' | 'failed' | 'left'> {
  const { id, userId } = offboarding;
  if (userId === null) {
    // Somebody deleted the person by hand meanwhile: there is nothing left to do, and nothing to tell.
    const end = { state: 'called_off' as const, problem: 'The person was deleted before.', at: ctx.clock.now() };
    await inTransaction(ctx, (tx) => endPlanned(tx.db, id, end));
    return 'left';
  }
  try {
    return (await carryOut(ctx, offboarding, userId)) ? 'done' : 'left';
  } catch (error) {
    // What may pass by itself, such as work that changes hands at this moment, is left for the next run.
    if (!isAppError(error) || error.kind === 'database_unavailable' || error.kind === 'conflict') throw error;
    return (await fail(ctx, offboarding, error)) ? 'failed' : 'left';
  }
}

/**
 * Reminds of deletions that are planned for the next day, each once, and carries out those that are due: counted anew,
 * with the privilege of whoever planned them read again. What cannot be done is kept as failed, and the admins are told.
 */
export async function runOffboardings(
  ctx: Context,
  signal: AbortSignal,
): Promise<{ reminded: number; done: number; failed: number }> {
  await endUnapproved(ctx, signal);
  const counts = { reminded: await remind(ctx, signal), done: 0, failed: 0 };
  for (let after = 0; !signal.aborted; ) {
    const due = await selectDue(ctx.db, ctx.clock.now(), after, batch);
    for (const offboarding of due) {
      if (signal.aborted) break;
      after = offboarding.id;
      const outcome = await runOne(ctx, offboarding).catch((error: unknown) => {
        ctx.log.warn({ err: error, offboardingId: offboarding.id }, 'offboarding left for the next run');
        return 'left' as const;
      });
      if (outcome !== 'left') counts[outcome] += 1;
    }
    if (due.length < batch) break;
  }
  if (counts.reminded + counts.done + counts.failed > 0) await ctx.announce({ kind: 'users_changed' });
  return counts;
}
