import { tendApprovals } from '../src/features/approvals/approval-cards.service';
import { defineJob } from '../src/platform/scheduler/define-job';

/** Ends requests for a second admin that nobody decided within a day, and takes up those whose process died. */
export const expireApprovalsJob = defineJob({
  name: 'expire-approvals',
  cron: '*/5 * * * *',
  leaseSeconds: 60,
  run: (ctx, { signal }) => tendApprovals(ctx, signal),
});
