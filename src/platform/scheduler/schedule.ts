import { CronExpressionParser } from 'cron-parser';

/** True for a cron expression of five fields, or of six with seconds first. */
export function isCron(cron: string): boolean {
  // The parser fills in missing fields by itself, so they are counted here.
  const fields = cron.trim().split(/\s+/).length;
  if (fields !== 5 && fields !== 6) return false;
  try {
    CronExpressionParser.parse(cron);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first moment after `after` that a schedule names. A time of day that summer time leaves out comes an hour later on
 * that day, and one that comes twice counts once; what runs every few minutes or hours just goes on.
 */
export function nextSlot(cron: string, timeZone: string, after: Date): Date {
  return CronExpressionParser.parse(cron, { currentDate: after, tz: timeZone }).next().toDate();
}
