import { oneLine, shorten } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput, notAdmin } from '../../platform/errors';
import type { RenderedChat } from '../../platform/mail/delivery.types';
import { enqueue } from '../../platform/mail/outbox';
import { oneAtATime } from '../licences/licences.service';
import { findUsers, requireAdmin } from '../users/users.service';
import { auditApproval } from './approvals.service';
import { decidePending, endApproved, selectApproval, selectApprovalByKey } from './approvals.store';
import type { Approval, ApprovalState } from './approvals.types';

/** An approval after a click, and whether this click decided it; another one, or time, may have been faster. */
export interface Decided {
  readonly approval: Approval;
  readonly byThis: boolean;
}

/**
 * Approves what another admin asked for. Both privileges are read now, one demotion or disabling at a time. An approval
 * whose requester is no admin any more, or whose day is over, ends as that instead.
 * @throws AppError `not_admin`; `invalid_input` for one's own request
 */
export async function approve(ctx: Context, id: number): Promise<Decided> {
  const decided = await decide(ctx, id, async (tx, approval, ownRequest) => {
    if (ownRequest) {
      throw invalidInput('You asked for this yourself, so somebody else has to approve it. Nothing was changed.');
    }
    return { state: (await isAdminStill(tx, approval.requester.userId)) ? 'approved' : 'void', reason: null };
  });
  if (decided.byThis && decided.approval.state === 'approved') {
    await ctx.announce({ kind: 'approval_given', approvalId: id });
  }
  return decided;
}

/**
 * Refuses what another admin asked for; the reason is told to them.
 * @throws AppError `not_admin`; `invalid_input` for one's own request, or without a reason
 */
export async function refuse(ctx: Context, id: number, reason: string): Promise<Decided> {
  const said = shorten(oneLine(reason), 500);
  if (said === '') throw invalidInput('Say in a few words why, so that the other admin knows what to do.', 'reason');
  return decide(ctx, id, async (_tx, _approval, ownRequest) => {
    if (ownRequest) throw invalidInput('You asked for this yourself: call it off instead of refusing it.');
    return { state: 'refused', reason: said };
  });
}

/**
 * Takes one's own request back.
 * @throws AppError `not_admin`; `invalid_input` for somebody else's request
 */
export async function callOff(ctx: Context, id: number): Promise<Decided> {
  return decide(ctx, id, async (_tx, approval, ownRequest) => {
    if (ownRequest) return { state: 'called_off', reason: null };
    throw invalidInput(`Only ${approval.requester.email}, who asked for it, can call it off. You can refuse it.`);
  });
}

/**
 * Ends a request that waits still, because what it asks for was called off another way; in the caller's transaction. The
 * caller announces `approval_changed` for it after the commit.
 * @param reason why, in a sentence, where nobody called it off but time did
 * @returns the approval's id; null when none waits under this key
 */
export async function withdrawRequest(
  tx: TxContext,
  idempotencyKey: string,
  reason: string | null,
): Promise<number | null> {
  const approval = await selectApprovalByKey(tx.db, idempotencyKey);
  if (approval?.state !== 'pending') return null;
  return (await close(tx, approval, { state: 'called_off', reason })) ? approval.id : null;
}

/** Ends an approval whose day is over; false when it was decided, or ended, before. */
export async function expire(ctx: Context, id: number): Promise<boolean> {
  const ended = await inTransaction(ctx, async (tx) => {
    const approval = await selectApproval(tx.db, id);
    if (approval === null || approval.expiresAt > tx.clock.now()) return false;
    return close(tx, approval, { state: 'expired', reason: null });
  });
  if (ended) await ctx.announce({ kind: 'approval_changed', approvalId: id });
  return ended;
}

/**
 * Writes how it went, once, and tells whoever asked for it.
 * @param said the result as a message; for `failed` also the reason in one sentence
 */
export async function finishApproval(
  ctx: Context,
  id: number,
  ended: { readonly state: 'done' | 'failed'; readonly reason: string | null; readonly said: RenderedChat | null },
): Promise<void> {
  const isNew = await inTransaction(ctx, async (tx) => {
    const approval = await selectApproval(tx.db, id);
    const reason = ended.reason === null ? null : shorten(ended.reason, 500);
    if (approval === null || !(await endApproved(tx.db, id, ended.state, reason))) return false;
    await auditApproval(tx, approval, `approval.${ended.state}`, { state: ended.state, ...(reason ? { reason } : {}) });
    await tellRequester(tx, approval, ended.said);
    return true;
  });
  if (isNew) await ctx.announce({ kind: 'approval_changed', approvalId: id });
}

type Choice = { readonly state: Exclude<ApprovalState, 'pending' | 'done' | 'failed'>; readonly reason: string | null };

async function decide(
  ctx: Context,
  id: number,
  choose: (tx: TxContext, approval: Approval, ownRequest: boolean) => Promise<Choice>,
): Promise<Decided> {
  const { actor } = ctx;
  if (actor.kind !== 'user') throw notAdmin();
  const decided = await inTransaction(ctx, async (tx) => {
    // Before anything is read: whoever is demoted at this moment is demoted, and of two clicks the second sees the first.
    await oneAtATime(tx);
    await requireAdmin(tx);
    const approval = await selectApproval(tx.db, id);
    if (approval === null) throw invalidInput('This request does not exist any more.');
    if (approval.state !== 'pending') return { approval, byThis: false };
    const choice =
      approval.expiresAt <= tx.clock.now()
        ? ({ state: 'expired', reason: null } as const)
        : await choose(tx, approval, approval.requester.userId === actor.userId);
    const closed = await close(tx, approval, choice);
    return { approval, byThis: closed && choice.state !== 'expired' };
  });
  // Read after the commit: what a transaction reads may be older than what another one decided meanwhile.
  const approval = (await selectApproval(ctx.db, id)) ?? decided.approval;
  await ctx.announce({ kind: 'approval_changed', approvalId: id });
  return { approval, byThis: decided.byThis };
}

/** The change itself, with its audit line and the news for the requester. */
async function close(tx: TxContext, approval: Approval, choice: Choice): Promise<boolean> {
  const { actor } = tx;
  const byPerson = choice.state !== 'expired' && actor.kind === 'user';
  const changed = await decidePending(tx.db, approval.id, {
    ...choice,
    deciderUserId: byPerson ? actor.userId : null,
    deciderLabel: byPerson ? actor.email : null,
    decidedAt: tx.clock.now(),
  });
  if (!changed) return false;
  const { state, reason } = choice;
  await auditApproval(tx, approval, `approval.${state}`, { state, ...(reason === null ? {} : { reason }) });
  const byRequester = actor.kind === 'user' && actor.userId === approval.requester.userId;
  if (state === 'refused' || state === 'expired' || state === 'void' || (state === 'called_off' && !byRequester)) {
    await tellRequester(tx, approval, null);
  }
  return true;
}

async function tellRequester(tx: TxContext, approval: Approval, said: RenderedChat | null): Promise<void> {
  await enqueue(tx, [
    {
      kind: 'chat',
      template: 'approval-ended',
      recipient: `person:${approval.requester.email}`,
      payload: { approvalId: approval.id, said },
      dedupKey: `approval-ended:${approval.id}`,
    },
  ]);
}

async function isAdminStill(ctx: Context, userId: number | null): Promise<boolean> {
  const [user] = userId === null ? [] : await findUsers(ctx, [userId]);
  return user?.isAdmin === true && user.status === 'active';
}
