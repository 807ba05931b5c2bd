import { DateTime } from 'luxon';
import { day } from '../../lib/duration';
import { invalidInput } from '../../platform/errors';

/** When no time is written: the end of a working day. */
const usualHour = 18;
const daysAhead = 366;

const shape = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2})[:.](\d{2}))?$/;

/**
 * The moment that `2026-12-01 18:00` means in a time zone; without a time, 18:00.
 * @throws AppError `invalid_input` for what is no date, has passed, is more than a year away, or is left out when the
 *   clocks go forward
 */
export function readDueTime(text: string, timeZone: string, now: Date): Date {
  const found = shape.exec(text.trim());
  if (found === null)
    throw invalidInput(
      text.trim() === ''
        ? 'When? Write on:2026-12-01 18:00. Nothing was planned.'
        : `“${text.slice(0, 40)}” is no date and time. Write them as on:2026-12-01 18:00. Nothing was planned.`,
      'on',
    );
  const [year, month, date, hour, minute] = found
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part)));
  const wanted = { year, month, day: date, hour: hour ?? usualHour, minute: minute ?? 0 } as const;
  const due = DateTime.fromObject(wanted as Parameters<typeof DateTime.fromObject>[0], { zone: timeZone });
  if (!due.isValid)
    throw invalidInput(`There is no such day or time as ${text.slice(0, 40)}. Nothing was planned.`, 'on');
  if (due.hour !== wanted.hour || due.minute !== wanted.minute)
    throw invalidInput(
      `${text.slice(0, 40)} does not exist in ${timeZone}: the clocks go forward then. Choose an hour later. Nothing was planned.`,
      'on',
    );
  const moment = due.toJSDate();
  if (moment.getTime() <= now.getTime())
    throw invalidInput(
      `${text.slice(0, 40)} has passed already. To delete somebody now, use /users delete. Nothing was planned.`,
      'on',
    );
  if (moment.getTime() > now.getTime() + daysAhead * day)
    throw invalidInput('Plan at most a year ahead. Nothing was planned.', 'on');
  return moment;
}
