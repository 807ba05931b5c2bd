import { randomBytes } from 'node:crypto';
import { shorten } from '../../lib/plain-text';
import type { Context } from '../context';
import { isDatabaseDown } from '../db/transaction';
import { databaseUnavailable, type ErrorKind, isAppError } from '../errors';
import { emoji, message, type Piece, paragraph, type SlackMessage } from './blocks';
import { isUnreadable, outOfDate } from './values';

// Every kind of error has its sign, so that a new kind is not forgotten here.
const signs = {
  not_admin: 'no_entry',
  not_found: 'mag',
  invalid_input: 'warning',
  seats_exhausted: 'warning',
  email_taken: 'warning',
  last_admin: 'no_entry',
  link_void: 'warning',
  conflict: 'information_source',
  database_unavailable: 'hourglass_flowing_sand',
  busy: 'hourglass_flowing_sand',
  slack_account_refused: 'no_entry',
} as const satisfies Record<ErrorKind, string>;

/** What a person is told about an error. An unknown one goes to the log under an id, and only the id is told. */
export function errorMessage(ctx: Context, error: unknown): SlackMessage {
  const known = isUnreadable(error)
    ? outOfDate()
    : isDatabaseDown(error) && !isAppError(error)
      ? databaseUnavailable()
      : error;
  if (isUnreadable(error)) ctx.log.warn({ err: error }, 'a value did not fit');
  if (isAppError(known)) {
    if (known.kind === 'database_unavailable')
      ctx.log.warn({ code: (error as { code?: string }).code }, 'database unavailable');
    return say(signs[known.kind], known.message);
  }
  const id = randomBytes(4).toString('hex');
  ctx.log.error({ errorId: id, err: error }, 'request failed');
  return say(
    'boom',
    `Something went wrong on Usher’s side. Try again; if it happens again, tell your operator the number ${id}.`,
  );
}

// What a person reads of an error; a list of many problems ends there.
const longestError = 2500;

function say(sign: string, whole: string): SlackMessage {
  const sentence = shorten(whole, longestError);
  const pieces: Piece[] = [emoji(sign), ` ${sentence}`];
  return message(sentence, paragraph(...pieces));
}
