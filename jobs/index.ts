import type { Job } from '../src/platform/scheduler/job.types';
import { deliverMail } from './deliver-mail';
import { digestJob } from './digest';
import { expireApprovalsJob } from './expire-approvals';
import { expireIdleSessionsJob } from './expire-idle-sessions';
import { expireInvitesJob } from './expire-invites';
import { purgeJob } from './purge';
import { remindPendingInvitesJob } from './remind-pending-invites';
import { resumeBatchesJob } from './resume-batches';
import { resumeImportsJob } from './resume-imports';
import { runOffboardingsJob } from './run-offboardings';

/** Every job of this program. One that is not listed here does not run. */
export const jobs: readonly Job[] = [
  deliverMail,
  expireIdleSessionsJob,
  remindPendingInvitesJob,
  expireInvitesJob,
  expireApprovalsJob,
  resumeImportsJob,
  resumeBatchesJob,
  runOffboardingsJob,
  purgeJob,
  digestJob,
];
