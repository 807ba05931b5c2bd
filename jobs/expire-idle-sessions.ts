import { expireIdleSessions } from '../src/features/sessions/expire-idle.service';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Ends web sessions that are idle past the setting, in small batches. */
export const expireIdleSessionsJob = defineJob({
  name: 'expire-idle-sessions',
  cron: '* * * * *',
  leaseSeconds: 60,
  run: (ctx, { signal }) => expireIdleSessions(ctx, signal),
});
