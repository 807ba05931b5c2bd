import { purge } from '../src/features/purge/purge.service';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Deletes what is past its keep time: ended sessions, used links, delivered mail and the like; never the audit trail. */
export const purgeJob = defineJob({
  name: 'purge',
  cron: '30 3 * * *',
  leaseSeconds: 120,
  run: (ctx, { signal }) => purge(ctx, signal),
});
