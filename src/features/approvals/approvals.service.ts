import { addTime, day, minute } from '../../lib/duration';
import { count as counted, nameKey, shorten } from '../../lib/plain-text';
import type { Context, TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput, notAdmin } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import type { AuditAction } from '../audit/audit-actions.types';
import { disabledBy } from '../operations/operations.service';
import { activeAdmins, requireAdmin } from '../users/users.service';
import { insertApproval, selectApproval, selectApprovalByKey } from './approvals.store';
import {
  type Approval,
  type ApprovalKind,
  type ApprovalNeed,
  type ApprovalRequest,
  freeDeletions,
  freeDisablings,
} from './approvals.types';

/** How long somebody may take to decide. */
const approvalLife = 1 * day;

/** Disablings are added up over so long. */
const disablingsAddUp = 10 * minute;

/**
 * What is needed before `count` people are deleted, disabled or made admins: nothing for one deletion or up to ten
 * disablings within ten minutes; else a second admin, or a typed phrase where there is no second one.
 * @throws AppError `not_admin`
 */
export async function approvalNeed(ctx: Context, kind: ApprovalKind, count: number): Promise<ApprovalNeed> {
  await requireAdmin(ctx);
  const before = kind === 'disable_users' ? await disabledLately(ctx) : 0;
  if (before + count <= freely[kind]) return 'none';
  return (await activeAdmins(ctx)).length > 1 ? 'second_admin' : 'phrase';
}
const freely: Readonly<Record<ApprovalKind, number>> = {
  delete_users: freeDeletions,
  disable_users: freeDisablings,
  grant_admin: 0,
};

/**
 * How many people the acting admin disabled alone within the last ten minutes who still are disabled: what a second
 * admin agreed to, and what was undone, does not count.
 */
export async function disabledLately(ctx: Context): Promise<number> {
  const { actor } = ctx;
  return actor.kind === 'user' ? disabledBy(ctx, actor.userId, addTime(ctx.clock.now(), -disablingsAddUp)) : 0;
}

/**
 * Why so many people more cannot be disabled at once, where nothing can be confirmed: a sentence that says what to do.
 * @throws AppError `not_admin`
 */
export async function disablingProblem(ctx: Context, count: number): Promise<string | null> {
  if ((await approvalNeed(ctx, 'disable_users', count)) === 'none') return null;
  const before = await disabledLately(ctx);
  const why = before > 0 ? `You disabled ${counted(before, 'person', 'people')} in the last ten minutes. ` : '';
  return `${why}More than ${freeDisablings} need a second admin. Nothing was changed; use /users disable with the address, which asks one.`;
}

/** What the only admin types instead of asking a second one: `delete 3 people`. */
export function phraseFor(kind: ApprovalKind, count: number): string {
  const people = counted(count, 'person', 'people');
  switch (kind) {
    case 'delete_users':
      return `delete ${people}`;
    case 'disable_users':
      return `disable ${people}`;
    case 'grant_admin':
      return `make ${people} admin`;
  }
}

/** Whether this is the phrase, in any case and with any blanks. */
export function isPhrase(kind: ApprovalKind, count: number, typed: string): boolean {
  return nameKey(typed) === nameKey(phraseFor(kind, count));
}

/**
 * Takes the phrase of a site's only admin and writes into the audit that there was no second one. Call it in the same
 * transaction as what it allows (`inTransaction` around both), so that neither stands without the other.
 * @throws AppError `not_admin`; `invalid_input` when it is another text, or when there is a second admin by now
 */
export async function acceptPhrase(
  ctx: Context,
  given: { readonly kind: ApprovalKind; readonly count: number; readonly typed: string; readonly summary: string },
): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    const need = await approvalNeed(tx, given.kind, given.count);
    if (need === 'second_admin') {
      throw invalidInput('Somebody else became an admin meanwhile, so ask them to approve. Nothing was changed.');
    }
    if (!isPhrase(given.kind, given.count, given.typed)) {
      throw invalidInput(`Type “${phraseFor(given.kind, given.count)}” to go on. Nothing was changed.`, 'phrase');
    }
    await recordAudit(tx, [
      {
        action: 'approval.phrase_typed',
        subjectType: 'approval',
        subjectId: null,
        subjectLabel: shorten(given.summary, 250),
        after: { phrase: phraseFor(given.kind, given.count), why: 'typed the phrase, no second admin' },
      },
    ]);
  });
}

/**
 * Asks the other admins. The card goes to the admin channel, or to each of them where there is none.
 * @returns the approval that now waits; the one that waits already for the same key
 * @throws AppError `not_admin`; `invalid_input` when nobody else could approve
 */
export async function requestApproval(ctx: Context, request: ApprovalRequest): Promise<Approval> {
  const { approval, isNew } = await inTransaction(ctx, (tx) => insertRequest(tx, request)).catch(
    async (error: unknown) => {
      // The same request twice at once: the other one's approval is this one's.
      const known = isDuplicate(error) ? await selectApprovalByKey(ctx.db, request.idempotencyKey) : null;
      if (known === null) throw error;
      return { approval: known, isNew: false };
    },
  );
  if (isNew) await ctx.announce({ kind: 'approval_changed', approvalId: approval.id });
  return approval;
}

/**
 * Writes a request down together with what must not stand without it. The caller announces `approval_changed` after the
 * commit when it is new; until then nobody sees it.
 * @throws AppError `not_admin`; `invalid_input` when nobody else could approve, with nothing written
 */
export async function insertRequest(
  tx: TxContext,
  request: ApprovalRequest,
): Promise<{ readonly approval: Approval; readonly isNew: boolean }> {
  const { actor } = tx;
  if (actor.kind !== 'user') throw notAdmin();
  await requireAdmin(tx);
  const known = await selectApprovalByKey(tx.db, request.idempotencyKey);
  if (known !== null) return { approval: known, isNew: false };
  if (!(await activeAdmins(tx)).some(({ id }) => id !== actor.userId)) {
    throw invalidInput('There is no second admin who could approve this. Nothing was changed; try again.');
  }
  const requestedAt = tx.clock.now();
  const id = await insertApproval(tx.db, {
    ...request,
    summary: shorten(request.summary, 500),
    details: (request.details ?? []).slice(0, 24).map((line) => shorten(line, 300)),
    requesterUserId: actor.userId,
    requesterLabel: actor.email,
    requesterSlackId: actor.slackId,
    requestedAt,
    expiresAt: addTime(requestedAt, approvalLife),
  });
  const made = await selectApproval(tx.db, id);
  if (made === null) throw new Error(`approval ${id} is not there`);
  await auditApproval(tx, made, 'approval.requested', { kind: request.kind, expires: made.expiresAt.toISOString() });
  return { approval: made, isNew: true };
}

/** The request that was made under this key; null when there is none. No privilege is asked: Usher itself looks. */
export async function approvalByKey(ctx: Context, idempotencyKey: string): Promise<Approval | null> {
  return selectApprovalByKey(ctx.db, idempotencyKey);
}

/** An audit line about an approval. */
export async function auditApproval(
  tx: TxContext,
  approval: Approval,
  action: AuditAction,
  after: Readonly<Record<string, unknown>>,
): Promise<void> {
  await recordAudit(tx, [
    {
      action,
      subjectType: 'approval',
      subjectId: approval.id,
      subjectLabel: shorten(approval.summary, 250),
      before: { state: approval.state },
      after,
    },
  ]);
}
