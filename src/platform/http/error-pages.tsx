import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { minute, second } from '../../lib/duration';
import { count } from '../../lib/plain-text';
import type { Context } from '../context';
import { isDatabaseDown } from '../db/transaction';
import { databaseUnavailable, type ErrorKind, isAppError } from '../errors';
import { errorStatuses } from './error-statuses';
import { Message, type Page, sendPage } from './page-layout';

const headings: Readonly<Record<ErrorKind, string>> = {
  not_admin: 'Only admins may do that',
  not_found: 'There is nothing here',
  invalid_input: 'Something needs another look',
  seats_exhausted: 'There are not enough seats',
  email_taken: 'That address is taken',
  last_admin: 'Somebody must stay admin',
  link_void: 'This link does not work',
  conflict: 'Somebody else was faster',
  database_unavailable: 'Please try again in a minute',
  busy: 'Please try again in a minute',
  slack_account_refused: 'That Slack account cannot be used',
};

const sentencePage = (heading: string, sentence: string, sign: 'warn' | 'bad' = 'warn'): Page => ({
  title: heading,
  content: (
    <Message sign={sign} heading={heading}>
      <p class="lead">{sentence}</p>
    </Message>
  ),
});

/** For an address that leads nowhere. */
export const notFoundPage = sentencePage(
  'There is nothing here',
  'This address leads nowhere. If you followed a link from a mail, copy the whole address from there and try again.',
);

function failurePage(errorId: string): Page {
  const heading = 'Something went wrong on our side';
  return {
    title: heading,
    content: (
      <Message sign="bad" heading={heading}>
        <p class="lead">
          Nothing that you entered was at fault. Please try again; if it happens once more, tell one of your admins this
          number:
        </p>
        <p>
          <span class="detail">{errorId}</span>
        </p>
      </Message>
    ),
  };
}

const clientErrors: Readonly<Record<number, readonly [heading: string, sentence: string]>> = {
  403: [
    'Please open the page once more',
    'We could not tell whether this form came from our own page, so nothing was changed. Allow cookies for this site, open the page again (from your mail, if a link there led to it) and send the form once more.',
  ],
  404: ['There is nothing here', 'This address leads nowhere.'],
  413: ['That was too much', 'What you sent is larger than this page takes. Nothing was changed.'],
  415: ['That was no form', 'This page only takes its own form. Nothing was changed.'],
};
const otherClientError = [
  'We did not understand that',
  'What your browser sent could not be read. Nothing was changed. Go back, open the page again and try once more.',
] as const;

/** Too many requests from one address. */
export class TooManyRequests extends Error {
  readonly statusCode = 429;
  /** Whole seconds until the next one is taken. */
  readonly seconds: number;
  constructor(milliseconds: number) {
    super('too many requests from one address');
    this.name = 'TooManyRequests';
    this.seconds = Math.max(1, Math.ceil(milliseconds / second));
  }
}

function tooManyPage(seconds: number): Page {
  return sentencePage(
    'One moment, please',
    `Too many requests came from your network in a short time. Please try again in ${count(seconds, 'second')}. Nothing was changed.`,
  );
}

/**
 * Turns whatever a route threw into a page. A known error says its sentence; an unknown one says an id that stands in
 * the log, and nothing more.
 */
export function sendErrorPage(
  ctx: Context,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (error instanceof TooManyRequests) {
    void reply.header('retry-after', error.seconds);
    return sendPage(reply, 429, tooManyPage(error.seconds));
  }
  const known = isDatabaseDown(error) && !isAppError(error) ? databaseUnavailable() : error;
  if (isAppError(known)) {
    if (errorStatuses[known.kind] === 503) void reply.header('retry-after', minute / second);
    if (known.kind === 'database_unavailable') {
      ctx.log.warn({ code: (error as { code?: string }).code }, 'page without database');
    }
    return sendPage(reply, errorStatuses[known.kind], sentencePage(headings[known.kind], known.message));
  }
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return sendPage(reply, status, sentencePage(...(clientErrors[status] ?? otherClientError)));
  }
  const errorId = randomBytes(6).toString('hex');
  // Without the address: what stands behind its question mark opens accounts.
  ctx.log.error({ err: error, errorId, method: request.method, route: request.routeOptions.url }, 'page failed');
  return sendPage(reply, 500, failurePage(errorId));
}
