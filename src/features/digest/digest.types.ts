import { z } from 'zod';

const number = z.int().nonnegative();

/** What an admin wants to know of a week, as it is kept until it is told. */
export const digestSchema = z.object({
  /** Milliseconds since 1970, UTC: what is counted lies from the one on and before the other. */
  from: z.number(),
  to: z.number(),
  seats: z.object({ used: number, total: number }),
  /** Invitations that nobody accepted yet, by the age of the first one; and those whose link is over. */
  pending: z.object({ fresh: number, waiting: number, old: number, expired: number }),
  idleEnds: number,
  imports: z.object({ imports: number, invited: number, updated: number, failed: number }),
  deletions: number,
  deadMails: number,
  failedJobs: z.array(z.object({ name: z.string(), times: number })),
});
export type Digest = z.infer<typeof digestSchema>;
