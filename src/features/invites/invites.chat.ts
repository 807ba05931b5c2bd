import { z } from 'zod';
import type { ChatTemplate } from '../../platform/mail/delivery.types';
import { findWorkingLink } from '../credentials/links.service';
import { findUsers } from '../users/users.service';
import { inviterName } from './invites.service';
import { selectInvites } from './invites.store';
import { expiredChat, reminderChat } from './invites.text';

/** Reminds somebody in Slack of the invitation in their mail; not any more once it is over. */
export const inviteReminderChat: ChatTemplate = {
  kind: 'chat',
  name: 'invite-reminder',
  async render(ctx, payload) {
    const found = await findWorkingLink(ctx, z.object({ linkId: z.int() }).parse(payload).linkId);
    if (found === null) return null;
    const [invite] = await selectInvites(ctx.db, [found.user.id]);
    const inviterId = invite?.invitedByUserId ?? null;
    const [inviter] = inviterId === null ? [] : await findUsers(ctx, [inviterId]);
    return reminderChat(inviterName(inviter));
  },
};

/** Tells the admin channel which invitations have expired; those sent again meanwhile are left out. */
export const invitesExpiredChat: ChatTemplate = {
  kind: 'chat',
  name: 'invites-expired',
  async render(ctx, payload) {
    const { userIds } = z.object({ userIds: z.array(z.int()) }).parse(payload);
    const expired = new Set(
      (await selectInvites(ctx.db, userIds)).filter(({ state }) => state === 'expired').map(({ userId }) => userId),
    );
    const users = (await findUsers(ctx, [...expired])).filter(({ status }) => status === 'invited');
    return users.length === 0 ? null : expiredChat(users);
  },
};
