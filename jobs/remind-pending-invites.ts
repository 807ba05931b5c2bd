import { remindPendingInvites } from '../src/features/invites/reminders.service';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Reminds of invitations that nobody took up, after three and after six days. */
export const remindPendingInvitesJob = defineJob({
  name: 'remind-pending-invites',
  cron: '0 9 * * *',
  leaseSeconds: 120,
  run: (ctx, { signal }) => remindPendingInvites(ctx, signal),
});
