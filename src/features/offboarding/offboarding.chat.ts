import { z } from 'zod';
import { isAppError } from '../../platform/errors';
import type { ChatTemplate } from '../../platform/mail/delivery.types';
import { planDeletion } from '../deletion/plan-deletion.service';
import { findUsers } from '../users/users.service';
import { findOffboarding } from './offboarding.service';
import { doneChat, failedChat, reminderChat } from './offboarding.text';
import { isActiveAdmin } from './offboarding.types';

const payloadSchema = z.object({
  id: z.int(),
  event: z.enum(['reminder', 'done', 'failed']),
  outcome: z.object({ runs: z.int(), casesMoved: z.int(), casesLeft: z.int() }).nullable(),
  /** Whom it goes to; null for the admin channel, and for what was written before this was. */
  userId: z.int().nullable().default(null),
});

/** Tells admins of a planned deletion: the day before, with the numbers of that moment, and how it ended. */
export const offboardingChat: ChatTemplate = {
  kind: 'chat',
  name: 'offboarding',
  async render(ctx, payload) {
    const { id, event, outcome, userId } = payloadSchema.parse(payload);
    const [reader] = userId === null ? [] : await findUsers(ctx, [userId]);
    // No admin any more since this was written.
    if (userId !== null && (reader === undefined || !isActiveAdmin(reader))) return null;
    const offboarding = await findOffboarding(ctx, id);
    if (offboarding === null) return null;
    if (event === 'done') return outcome === null ? null : doneChat(offboarding, outcome);
    if (event === 'failed') return failedChat(offboarding);
    // Called off, or deleted by hand, since this was written.
    if (offboarding.state !== 'planned' || offboarding.userId === null) return null;
    const { timeZone } = ctx.config;
    if (offboarding.replacementEmail !== null && offboarding.replacementId === null)
      return reminderChat(offboarding, null, `${offboarding.replacementEmail} was deleted meanwhile.`, timeZone);
    try {
      const plan = await planDeletion(ctx, offboarding.userId, offboarding.replacementId);
      return reminderChat(offboarding, plan, null, timeZone);
    } catch (error) {
      if (!isAppError(error) || error.kind === 'database_unavailable') throw error;
      return reminderChat(offboarding, null, error.message, timeZone);
    }
  },
};
