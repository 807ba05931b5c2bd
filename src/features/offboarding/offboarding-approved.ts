import { z } from 'zod';
import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput, notAdmin } from '../../platform/errors';
import { siteTime } from '../../platform/mail/site-time';
import { type SlackMessage, sentence } from '../../platform/slack/blocks';
import type { NotCarriedOut } from '../approvals/approvals.commands';
import type { Approval } from '../approvals/approvals.types';
import { deleteApproved } from '../deletion/delete-approved';
import { oneAtATime } from '../licences/licences.service';
import { recordUserChanges, requireAdmin } from '../users/users.service';
import { planAsked, selectOffboarding } from './offboarding.store';

const payloadSchema = z.object({ offboardingId: z.int() });

/** Does what a second admin agreed to: deletes now, or lets a planned deletion run when it comes due. */
export async function deleteOrPlanApproved(
  ctx: Context,
  payload: unknown,
  approval: Approval,
): Promise<SlackMessage | NotCarriedOut> {
  const asked = payloadSchema.safeParse(payload);
  return asked.success ? planApproved(ctx, asked.data.offboardingId) : deleteApproved(ctx, payload, approval);
}

/** @throws AppError `not_admin`; `invalid_input` when it was called off, or its moment has passed */
async function planApproved(ctx: Context, id: number): Promise<SlackMessage> {
  const offboarding = await inTransaction(ctx, async (tx) => {
    await oneAtATime(tx);
    await requireAdmin(tx);
    const asked = await selectOffboarding(tx.db, id);
    if (asked === null || asked.userId === null)
      throw invalidInput('This person was deleted meanwhile. Nothing was planned.');
    if (tx.actor.kind !== 'user' || tx.actor.userId !== asked.requestedByUserId) throw notAdmin();
    // Of a run that was stopped after this, what was done stays done.
    if (asked.state === 'planned') return asked;
    if (asked.dueAt <= tx.clock.now())
      throw invalidInput(`The moment of the deletion of ${asked.userEmail} has passed. Plan it anew.`);
    if (!(await planAsked(tx.db, id)))
      throw invalidInput(`The deletion of ${asked.userEmail} was called off meanwhile. Nothing was planned.`);
    await recordUserChanges(
      tx,
      [
        {
          action: 'user.offboarding_planned',
          user: { id: asked.userId, email: asked.userEmail },
          before: null,
          after: { on: siteTime(asked.dueAt, tx.config.timeZone), replacement: asked.replacementEmail },
        },
      ],
      null,
    );
    return asked;
  });
  await ctx.announce({ kind: 'users_changed' });
  return sentence(`${offboarding.userEmail} will be deleted on ${siteTime(offboarding.dueAt, ctx.config.timeZone)}.`);
}
