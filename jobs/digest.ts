import { writeDigest } from '../src/features/digest/digest.service';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Tells the admin channel on Mondays how the week was. */
export const digestJob = defineJob({
  name: 'digest',
  cron: '0 9 * * 1',
  leaseSeconds: 60,
  run: (ctx, { slot, cause }) => writeDigest(ctx, slot, cause),
});
