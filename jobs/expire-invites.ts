import { expireInvites } from '../src/features/invites/reminders.service';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Marks invitations whose time is over, and tells the admin channel which. */
export const expireInvitesJob = defineJob({
  name: 'expire-invites',
  cron: '0 3 * * *',
  leaseSeconds: 120,
  run: (ctx, { signal }) => expireInvites(ctx, signal),
});
