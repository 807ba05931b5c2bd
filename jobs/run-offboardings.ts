import { runOffboardings } from '../src/features/offboarding/run-offboardings.service';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Reminds of planned deletions the day before, and carries out those that are due. */
export const runOffboardingsJob = defineJob({
  name: 'run-offboardings',
  cron: '*/5 * * * *',
  leaseSeconds: 240,
  run: (ctx, { signal }) => runOffboardings(ctx, signal),
});
