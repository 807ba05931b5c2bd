import { addTime, day } from '../../lib/duration';
import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { enqueue } from '../../platform/mail/outbox';
import { openLinks, voidLinks } from '../credentials/links.service';
import { setting } from '../settings/settings.service';
import { findUsers, recordUserChanges } from '../users/users.service';
import {
  claimReminder,
  expireOpenInvites,
  type Invite,
  selectExpiredInvites,
  selectInvitesToRemind,
  selectPendingInvites,
} from './invites.store';

/** Days after the invitation at which it is called to mind; once each. */
const reminderDays = [3, 6] as const;
const quiet = 1 * day;
const batch = 200;

/**
 * Reminds of invitations that nobody took up: by mail, and by a message where the person is in the workspace. Each
 * reminder goes out once, however often and on however many replicas this runs; never within a day of a sending.
 * @returns how many were reminded
 */
export async function remindPendingInvites(ctx: Context, signal: AbortSignal): Promise<{ reminded: number }> {
  if (!(await setting(ctx, 'invites.reminders'))) return { reminded: 0 };
  let reminded = 0;
  // The last reminder first: somebody who is due for both after a long downtime gets one, and the next not before a day.
  for (const number of [2, 1] as const) {
    for (;;) {
      if (signal.aborted) return { reminded };
      const now = ctx.clock.now();
      const due = await selectInvitesToRemind(
        ctx.db,
        number - 1,
        addTime(now, -(reminderDays[number - 1] ?? 0) * day),
        addTime(now, -quiet),
        now,
        batch,
      );
      const sent = await remind(ctx, due, number, now);
      reminded += sent;
      // Those just claimed are not due any more, whether they could be reached or not.
      if (due.length < batch) break;
    }
  }
  return { reminded };
}

async function remind(ctx: Context, due: readonly Invite[], number: 1 | 2, now: Date): Promise<number> {
  if (due.length === 0) return 0;
  return inTransaction(ctx, async (tx) => {
    const claimed: number[] = [];
    for (const { userId } of due) if (await claimReminder(tx.db, userId, number - 1, now)) claimed.push(userId);
    const users = (await findUsers(tx, claimed)).filter(({ status }) => status === 'invited');
    const links = await openLinks(tx, claimed, 'activation');
    const reachable = users.flatMap((user) => {
      const link = links.get(user.id);
      return link === undefined ? [] : [{ user, linkId: link.id }];
    });
    await enqueue(
      tx,
      reachable.flatMap(({ user, linkId }) => [
        {
          kind: 'mail' as const,
          template: 'reminder',
          recipient: user.email,
          payload: { linkId, number },
          dedupKey: `reminder:${linkId}:${number}`,
        },
        {
          kind: 'chat' as const,
          template: 'invite-reminder',
          recipient: `person:${user.email}`,
          payload: { linkId, number },
          dedupKey: `reminder-chat:${linkId}:${number}`,
        },
      ]),
    );
    await recordUserChanges(
      tx,
      reachable.map(({ user }) => ({ action: 'user.reminded', user, before: null, after: { reminder: number } })),
      null,
    );
    return reachable.length;
  });
}

/**
 * Marks invitations whose time is over, ends their links, and tells the admin channel which. The people stay invited
 * and keep their seats until somebody sends the invitation again or disables them.
 */
export async function expireInvites(ctx: Context, signal: AbortSignal): Promise<{ expired: number }> {
  let expired = 0;
  while (!signal.aborted) {
    const now = ctx.clock.now();
    const due = await selectExpiredInvites(ctx.db, now, batch);
    if (due.length === 0) break;
    expired += await inTransaction(ctx, async (tx) => {
      const ids = due.map(({ userId }) => userId);
      // Another replica, or a resending a moment ago, may have changed some: only those that are over now are told of.
      const over = (await selectExpiredInvites(tx.db, now, batch))
        .map(({ userId }) => userId)
        .filter((id) => ids.includes(id));
      const count = await expireOpenInvites(tx.db, over, now);
      await voidLinks(tx, over, 'expired', 'activation');
      const users = (await findUsers(tx, over)).filter(({ status }) => status === 'invited');
      await recordUserChanges(
        tx,
        users.map((user) => ({ action: 'user.invitation_expired', user, before: null, after: null })),
        null,
      );
      if (users.length > 0) {
        await enqueue(tx, [
          {
            kind: 'chat',
            template: 'invites-expired',
            recipient: 'admin-channel',
            payload: { userIds: users.map(({ id }) => id) },
            dedupKey: `invites-expired:${now.getTime()}:${users[0]?.id}`,
          },
        ]);
      }
      return count;
    });
    if (due.length < batch) break;
  }
  if (expired > 0) await ctx.announce({ kind: 'users_changed' });
  return { expired };
}

/** Pending invitations by how long ago they were sent first: up to 3 days, up to 7, longer; and those whose link is dead. */
export interface PendingInvites {
  readonly fresh: number;
  readonly waiting: number;
  readonly old: number;
  readonly expired: number;
}

export async function pendingInvites(ctx: Context): Promise<PendingInvites> {
  const now = ctx.clock.now();
  return selectPendingInvites(ctx.db, addTime(now, -3 * day), addTime(now, -7 * day), now);
}
