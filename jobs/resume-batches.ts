import { resumeBatches } from '../src/features/batch/run-batch.service';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Takes up batches whose worker died, so that every one of them ends and whoever confirmed it is told how. */
export const resumeBatchesJob = defineJob({
  name: 'resume-batches',
  cron: '* * * * *',
  leaseSeconds: 60,
  run: (ctx) => resumeBatches(ctx),
});
