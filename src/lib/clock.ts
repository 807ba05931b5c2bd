/** The one source of time for everything a person sees or a rule counts. Leases go by the database's own clock instead. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
