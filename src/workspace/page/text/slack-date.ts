/** Where and when a `<!date^…>` is read. */
export interface DateReader {
  readonly now: Date;
  readonly locale: string;
  /** IANA name; undefined is the browser's own. */
  readonly timeZone?: string | undefined;
}

/**
 * Slack's date tokens (`{date}`, `{date_short_pretty}`, `{time}` …) filled in for the reader's zone. Unknown tokens stay.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 * @param seconds Unix time
 */
export function formatSlackDate(seconds: number, format: string, reader: DateReader): string {
  const at = new Date(seconds * 1000);
  const parts = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(reader.locale, { timeZone: reader.timeZone, ...options }).format(at);
  const month = (length: 'long' | 'short') => parts({ month: length });
  const day = Number(new Intl.DateTimeFormat('en-US', { timeZone: reader.timeZone, day: 'numeric' }).format(at));
  const year = parts({ year: 'numeric' });
  const tokens: Record<string, () => string> = {
    date_num: () => isoDay(at, reader.timeZone),
    date: () => `${month('long')} ${ordinal(day)}, ${year}`,
    date_slash: () => parts({ year: 'numeric', month: '2-digit', day: '2-digit' }),
    date_short: () => `${month('short')} ${day}, ${year}`,
    date_long: () => `${parts({ weekday: 'long' })}, ${month('long')} ${ordinal(day)}, ${year}`,
    time: () => parts({ hour: 'numeric', minute: '2-digit' }),
    time_secs: () => parts({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
    ago: () => ago(at, reader),
  };
  for (const name of ['date', 'date_short', 'date_long'] as const) {
    tokens[`${name}_pretty`] = () => relativeDay(at, reader) ?? tokens[name]?.() ?? '';
  }
  return format.replace(/\{(\w+)\}/g, (token, name: string) => tokens[name]?.() ?? token);
}

/** `2026-02-18` in the zone. */
export function isoDay(at: Date, timeZone?: string): string {
  const options = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  return new Intl.DateTimeFormat('en-CA', options).format(at);
}

/** today, yesterday, tomorrow, or null for any other day. */
export function relativeDay(at: Date, reader: DateReader): string | null {
  const days = (dayNumber(at, reader.timeZone) - dayNumber(reader.now, reader.timeZone)) as number;
  if (days === 0) return 'today';
  if (days === -1) return 'yesterday';
  return days === 1 ? 'tomorrow' : null;
}

function dayNumber(at: Date, timeZone?: string): number {
  return Math.round(Date.parse(`${isoDay(at, timeZone)}T00:00:00Z`) / 86_400_000);
}

function ordinal(day: number): string {
  const last = day % 10;
  if (Math.floor(day / 10) === 1) return `${day}th`;
  return `${day}${last === 1 ? 'st' : last === 2 ? 'nd' : last === 3 ? 'rd' : 'th'}`;
}

function ago(at: Date, reader: DateReader): string {
  const seconds = Math.round((at.getTime() - reader.now.getTime()) / 1000);
  const units = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const;
  const words = new Intl.RelativeTimeFormat(reader.locale, { numeric: 'auto' });
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return words.format(Math.trunc(seconds / length), unit);
  }
  return words.format(seconds, 'second');
}
