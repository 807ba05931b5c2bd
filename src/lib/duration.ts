export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

/** The moment `milliseconds` after `from` (before it, when negative). */
export function addTime(from: Date, milliseconds: number): Date {
  return new Date(from.getTime() + milliseconds);
}
