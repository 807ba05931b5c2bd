import { count, listOf } from '../../lib/plain-text';
import { shortSiteTime } from '../../platform/mail/site-time';
import {
  bold,
  code,
  emoji,
  list,
  message,
  type Piece,
  paragraph,
  type SlackMessage,
} from '../../platform/slack/blocks';
import type { Digest } from './digest.types';

const number = (value: number) => value.toLocaleString('en-US');
const counted = (parts: readonly (readonly [number: number, words: string])[]) =>
  parts.filter(([value]) => value > 0).map(([value, words]) => `${number(value)} ${words}`);

function pendingLine({ fresh, waiting, old, expired }: Digest['pending']): Piece[] {
  const ages = counted([
    [fresh, 'for up to 3 days'],
    [waiting, 'for up to a week'],
    [old, 'for longer'],
    [expired, 'with an expired link'],
  ]);
  const total = fresh + waiting + old + expired;
  return [
    bold('Pending invitations'),
    total === 0 ? '  none' : `  ${number(total)}: ${listOf(ages)}. Send them again with /users resend EMAILS.`,
  ];
}

function importsLine({ imports, invited, updated, failed }: Digest['imports']): Piece[] {
  const outcomes = counted([
    [invited, 'invited'],
    [updated, 'updated'],
    [failed, failed === 1 ? 'row failed' : 'rows failed'],
  ]);
  return [bold('Imports'), `  ${number(imports)}${outcomes.length > 0 ? `: ${listOf(outcomes)}` : ''}`];
}

/** Job by job; the rest is counted. */
const jobsNamed = 5;

function failureLines({ deadMails, failedJobs }: Digest): Piece[][] {
  const named = failedJobs.slice(0, jobsNamed);
  const rest = failedJobs.length - named.length;
  return [
    ...(deadMails > 0
      ? [[emoji('warning'), ` ${count(deadMails, 'mail was', 'mails were')} given up; each was told here.`]]
      : []),
    ...named.map(({ name, times }): Piece[] => [
      emoji('warning'),
      ' ',
      code(name),
      ` failed ${times === 1 ? 'once' : `${number(times)} times`}. /usher jobs tells why.`,
    ]),
    ...(rest > 0 ? [[emoji('warning'), ` ${count(rest, 'more job')} failed.`]] : []),
  ];
}

/** The week, a line for each thing that happened; a quiet one in a sentence. */
export function digestMessage(digest: Digest, timeZone: string): SlackMessage {
  const { seats, pending, idleEnds, imports, deletions } = digest;
  const failures = failureLines(digest);
  const seatsTaken = `${number(seats.used)} of ${count(seats.total, 'seat')} taken`;
  const waiting = pending.fresh + pending.waiting + pending.old + pending.expired;
  if (waiting + idleEnds + imports.imports + deletions + failures.length === 0) {
    const quiet = `A quiet week: ${seatsTaken}, nobody is waiting to accept an invitation, and nothing failed.`;
    return message(quiet, paragraph(emoji('white_check_mark'), ` ${quiet}`));
  }
  const free = Math.max(0, seats.total - seats.used);
  const day = (moment: number) => shortSiteTime(new Date(moment), timeZone);
  return message(
    `The week on the platform: ${seatsTaken}`,
    paragraph(bold('The week on the platform'), `  ${day(digest.from)} to ${day(digest.to)}`),
    list([
      [bold('Seats'), `  ${seatsTaken}, ${number(free)} free`],
      pendingLine(pending),
      ...(idleEnds > 0 ? [[bold('Sessions'), `  ${number(idleEnds)} ended because they were idle`]] : []),
      ...(imports.imports > 0 ? [importsLine(imports)] : []),
      ...(deletions > 0 ? [[bold('Deletions'), `  ${count(deletions, 'person', 'people')}`]] : []),
      ...failures,
    ]),
    ...(failures.length === 0 ? [paragraph(emoji('white_check_mark'), ' Nothing failed.')] : []),
  );
}
