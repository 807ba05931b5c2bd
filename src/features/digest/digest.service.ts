import { DateTime } from 'luxon';
import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { deadMails, enqueue } from '../../platform/mail/outbox';
import { failedRuns } from '../../platform/scheduler/job-runs';
import { timesDone } from '../audit/audit.service';
import { importsEnded } from '../imports/ended-imports.service';
import { pendingInvites } from '../invites/reminders.service';
import { seats } from '../licences/licences.service';
import { idleEnds } from '../sessions/expire-idle.service';
import type { Digest } from './digest.types';

/**
 * Writes the digest of a week to the admin channel, beside which nothing else changes. On its schedule that is once for
 * each week of the site’s calendar, however often and on however many replicas it runs; by hand it is each time.
 * @param slot the moment for which it runs. The week is the one before it; after a downtime of weeks, the last whole one
 * @returns how many messages were written; none where no admin channel is set
 */
export async function writeDigest(ctx: Context, slot: Date, cause: 'schedule' | 'hand'): Promise<{ written: number }> {
  if (!ctx.config.slack?.adminChannel) {
    ctx.log.debug('no admin channel for the digest');
    return { written: 0 };
  }
  const zone = ctx.config.timeZone;
  let to = DateTime.fromJSDate(slot, { zone });
  while (to.plus({ weeks: 1 }).toMillis() <= ctx.clock.now().getTime()) to = to.plus({ weeks: 1 });
  const digest = await readDigest(ctx, to.minus({ weeks: 1 }).toJSDate(), to.toJSDate());
  const written = await inTransaction(ctx, (tx) =>
    enqueue(tx, [
      {
        kind: 'chat',
        template: 'digest',
        recipient: 'admin-channel',
        payload: digest,
        dedupKey: cause === 'schedule' ? `digest:${to.toFormat("kkkk-'W'WW")}` : `digest:by-hand:${to.toMillis()}`,
      },
    ]),
  );
  return { written };
}

/** What happened from one moment on and before another, and how things are now. */
async function readDigest(ctx: Context, from: Date, to: Date): Promise<Digest> {
  const { used, total } = await seats(ctx);
  return {
    from: from.getTime(),
    to: to.getTime(),
    seats: { used, total },
    pending: await pendingInvites(ctx),
    idleEnds: await idleEnds(ctx, from, to),
    imports: await importsEnded(ctx, from, to),
    deletions: await timesDone(ctx, 'user.deleted', from, to),
    deadMails: await deadMails(ctx, from, to),
    failedJobs: [...(await failedRuns(ctx, from, to))],
  };
}
