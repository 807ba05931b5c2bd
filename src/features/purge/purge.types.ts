/** For how many days what has ended is kept, by the word under which a run counts it. */
export const keepDays = {
  /** From their end; whoever comes back with one is told until then why it ended. */
  sessions: 30,
  /** From their end; their pages tell until then what became of them. */
  links: 90,
  messages: 30,
  /** Messages that were given up. */
  'dead-messages': 90,
  /** Slack repeats a delivery within an hour. */
  deliveries: 2,
  /** The newest success and the newest failure of each job stay for ever. */
  'job-runs': 30,
  /** From the end of their import, which itself stays. */
  'import-rows': 30,
  /** From the end of their approval, which itself stays. */
  'approval-cards': 30,
  'batch-people': 30,
  'sign-in-counters': 1,
} as const;

export type Kept = keyof typeof keepDays;
