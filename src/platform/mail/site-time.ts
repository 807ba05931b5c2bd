import { DateTime } from 'luxon';

/** A moment in words, in the site's time zone: `Monday, 9 November 2026 at 10:00 (Europe/Berlin time)`. */
export function siteTime(moment: Date, timeZone: string): string {
  const words = DateTime.fromJSDate(moment, { zone: timeZone }).setLocale('en-GB');
  return `${words.toFormat("cccc, d LLLL yyyy 'at' HH:mm")} (${timeZone === 'UTC' ? 'UTC' : `${timeZone} time`})`;
}

/** A moment in few words, in the site's time zone, for lists that name the zone themselves: `9 Nov 2026, 10:00`. */
export function shortSiteTime(moment: Date, timeZone: string): string {
  return DateTime.fromJSDate(moment, { zone: timeZone }).setLocale('en-GB').toFormat('d LLL yyyy, HH:mm');
}
