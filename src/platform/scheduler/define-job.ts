import type { Job } from './job.types';
import { isCron } from './schedule';

/** A job as `jobs/` declares it, checked when the program starts. @throws Error that names what is wrong */
export function defineJob(job: Job): Job {
  if (!/^[a-z][a-z-]{0,39}$/.test(job.name)) throw new Error(`job name ${job.name}: expected kebab-case`);
  if (!isCron(job.cron)) throw new Error(`job ${job.name}: ${job.cron} is no cron expression of five or six fields`);
  // A fail-over of a database cluster takes several seconds; a shorter lease would be lost without a reason.
  if (job.leaseSeconds < 30) throw new Error(`job ${job.name}: a lease is at least 30 seconds long`);
  return Object.freeze(job);
}
