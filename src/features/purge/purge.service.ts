import { addTime, day } from '../../lib/duration';
import type { Context } from '../../platform/context';
import { purgeMessages } from '../../platform/mail/outbox';
import { purgeDeliveries } from '../../platform/purge-deliveries';
import type { JobCounts } from '../../platform/scheduler/job.types';
import { purgeRuns } from '../../platform/scheduler/job-runs';
import { purgeSignInFailures } from '../accounts/sign-in/sign-in-failures.service';
import { purgeApprovalCards } from '../approvals/purge-cards.service';
import { purgeBatchPeople } from '../batch/purge-batches.service';
import { purgeLinks } from '../credentials/purge-links.service';
import { purgeImportRows } from '../imports/purge-import-rows.service';
import { purgeSessions } from '../sessions/expire-idle.service';
import { type Kept, keepDays } from './purge.types';

type Purge = (ctx: Context, before: Date, signal: AbortSignal) => Promise<number>;

/** The audit trail is not among them, nor what can still be undone, approved or reported. */
const purges: Readonly<Record<Exclude<Kept, 'dead-messages'>, Purge>> = {
  sessions: purgeSessions,
  links: purgeLinks,
  messages: (ctx, sent, signal) => purgeMessages(ctx, { sent, dead: keptSince(ctx, 'dead-messages') }, signal),
  deliveries: purgeDeliveries,
  'job-runs': purgeRuns,
  'import-rows': purgeImportRows,
  'approval-cards': purgeApprovalCards,
  'batch-people': purgeBatchPeople,
  'sign-in-counters': purgeSignInFailures,
};

const keptSince = (ctx: Context, what: Kept): Date => addTime(ctx.clock.now(), -keepDays[what] * day);

/**
 * Deletes what is past its keep time, kind by kind and in small batches. What `signal` leaves undone is done by the next
 * run, and what is gone is gone, so it may run at any time and as often as one likes.
 * @returns how many of each kind; those of which there was nothing are left out
 */
export async function purge(ctx: Context, signal: AbortSignal): Promise<JobCounts> {
  const counts: Record<string, number> = {};
  for (const [what, run] of Object.entries(purges) as [keyof typeof purges, Purge][]) {
    const deleted = await run(ctx, keptSince(ctx, what), signal);
    if (deleted > 0) counts[what] = deleted;
  }
  return counts;
}
