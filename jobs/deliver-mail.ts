import { deliverDue } from '../src/platform/mail/dispatcher';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Sends what is due in the outbox. */
export const deliverMail = defineJob({
  name: 'deliver-mail',
  cron: '*/15 * * * * *',
  leaseSeconds: 60,
  run: async (ctx, { signal }) => ({ ...(await deliverDue(ctx, { signal })) }),
});
