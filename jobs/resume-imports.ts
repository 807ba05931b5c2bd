import { resumeImports } from '../src/features/imports/run-import.service';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Takes up imports whose worker died, and ends previews that nobody decided on. */
export const resumeImportsJob = defineJob({
  name: 'resume-imports',
  cron: '* * * * *',
  leaseSeconds: 60,
  run: (ctx, { signal }) => resumeImports(ctx, signal),
});
