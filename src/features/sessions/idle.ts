import { addTime, minute, second } from '../../lib/duration';

/** The longest that a touch waits to be written, in milliseconds. */
export const touchDelay = 3 * second;

// Another replica may know of a request that it has not written yet: its delay, and the time that writing takes.
const grace = 5 * second;

/**
 * A web session last heard of before this moment is idle (R88).
 * @param minutes the setting; null: sessions never idle out
 */
export function idleBefore(now: Date, minutes: number | null): Date | null {
  return minutes === null ? null : addTime(now, -minutes * minute - grace);
}
