import { isoDay } from './text/slack-date';

/** Slack's ts is Unix seconds with a counter behind the point. */
export function dateOfTs(ts: string): Date {
  return new Date(Number.parseFloat(ts) * 1000);
}

export function clockTime(at: Date): string {
  return new Intl.DateTimeFormat('en-US', { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** `Today`, `Yesterday`, or `Wednesday, February 18`. */
export function dayName(at: Date, now = new Date()): string {
  const days = Math.round((Date.parse(isoDay(at)) - Date.parse(isoDay(now))) / 86_400_000);
  if (days === 0) return 'Today';
  if (days === -1) return 'Yesterday';
  const isThisYear = at.getFullYear() === now.getFullYear();
  const options = { weekday: 'long', month: 'long', day: 'numeric' } as const;
  return new Intl.DateTimeFormat('en-US', isThisYear ? options : { ...options, year: 'numeric' }).format(at);
}

export function longTime(at: Date): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'full', timeStyle: 'medium' }).format(at);
}
