import type { KnownBlock, PlainTextOption } from '@slack/types';
import { DateTime } from 'luxon';
import { count, listOf, shorten } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  confirmation,
  emoji,
  message,
  moment,
  note,
  option,
  paragraph,
  plain,
  type SlackMessage,
  section,
} from '../../platform/slack/blocks';
import type { EndedSession } from './end-sessions.service';
import type { ListedSession, Session, SessionColumn, SessionCounts, SessionKind, SessionPage } from './sessions.types';

/** What the list is narrowed to and how it is sorted: everything that its buttons have to remember. */
export interface ListState {
  /** A login e-mail or a part of it; 200 characters at most. */
  readonly email: string;
  readonly sort: SessionColumn;
  readonly direction: 'asc' | 'desc';
  readonly page: number;
}

/** The longest that a filter may be: it travels in the id of a select, which takes 255 characters. */
export const longestFilter = 200;

/** By what times are told: the site's time zone, and the moment in which it was looked. */
export interface Times {
  readonly now: Date;
  readonly timeZone: string;
}

const kindNames: Readonly<Record<SessionKind, string>> = { web: 'Web', api: 'API', explorer: 'Explorer' };

const orders: readonly (readonly [SessionColumn, ListState['direction'], string])[] = [
  ['last_seen', 'desc', 'Last request, latest first'],
  ['last_seen', 'asc', 'Last request, longest ago first'],
  ['started', 'desc', 'Started, latest first'],
  ['started', 'asc', 'Started, earliest first'],
  ['email', 'asc', 'E-mail, A to Z'],
  ['email', 'desc', 'E-mail, Z to A'],
  ['client', 'asc', 'Client, A to Z'],
  ['client', 'desc', 'Client, Z to A'],
  ['kind', 'asc', 'Kind, API first'],
  ['kind', 'desc', 'Kind, web first'],
  ['ip', 'asc', 'IP address, ascending'],
  ['ip', 'desc', 'IP address, descending'],
];

/** A moment as a line of plain text takes it: 21 Nov 2026, 23:40. */
function siteMoment(date: Date, { timeZone }: Times): string {
  return DateTime.fromJSDate(date, { zone: timeZone }).setLocale('en-GB').toFormat('d LLL yyyy, HH:mm');
}

function ago(date: Date, { now }: Times): string {
  const minutes = Math.floor((now.getTime() - date.getTime()) / 60_000);
  if (minutes < 1) return 'just now';
  return DateTime.fromJSDate(date).toRelative({ base: DateTime.fromJSDate(now), locale: 'en' }) ?? '';
}

const clientOf = ({ clientName }: Session) => (clientName === '' ? 'unnamed client' : shorten(clientName, 60));

/** `Firefox on Windows  ·  Web  ·  192.0.2.7`. */
export const placeOf = (session: Session) =>
  [clientOf(session), kindNames[session.kind], session.ip ?? 'address unknown'].join('  ·  ');

function timesOf(session: Session, times: Times): string {
  const { startedAt, lastSeenAt } = session;
  return `Started ${siteMoment(startedAt, times)}  ·  last request ${siteMoment(lastSeenAt, times)} (${ago(lastSeenAt, times)})`;
}

/** An address as a row has room for it. */
const shownEmail = (email: string) => shorten(email, 80);

function sessionRow(session: ListedSession, state: ListState, times: Times): KnownBlock {
  const { id } = session;
  const email = shownEmail(session.email);
  return section(
    `${email}\n${placeOf(session)}\n${timesOf(session, times)}  ·  no. ${id}`,
    button({
      actionId: 'end-session',
      text: 'End',
      value: JSON.stringify({ id, state }),
      label: `End session ${id} of ${email}`,
      confirm: confirmation(
        'End this session?',
        `${email} is signed out of ${clientOf(session)} and told that an administrator ended the session.`,
        'End it',
      ),
    }),
    `session-${id}`,
  );
}

const sortOption = ([sort, direction, name]: (typeof orders)[number]): PlainTextOption =>
  option(name, `${sort}.${direction}`);

function sortAndRefresh(state: ListState): KnownBlock {
  const current = orders.find(([sort, direction]) => sort === state.sort && direction === state.direction);
  const show = (actionId: string, text: string, to: ListState) =>
    button({ actionId: `list-sessions:${actionId}`, text, value: JSON.stringify(to) });
  return {
    type: 'actions',
    block_id: 'sessions-order',
    elements: [
      {
        type: 'static_select',
        action_id: `sort-sessions:${state.email}`,
        placeholder: plain('Sort by'),
        options: orders.map(sortOption),
        ...(current ? { initial_option: sortOption(current) } : {}),
      },
      show('refresh', 'Refresh', state),
      ...(state.email === '' ? [] : [show('all', 'Show everybody', { ...state, email: '', page: 0 })]),
    ],
  };
}

function navigation({ page, pages, sessions }: SessionPage, state: ListState): KnownBlock[] {
  const turn = (actionId: string, text: string, to: number) =>
    button({ actionId: `list-sessions:${actionId}`, text, value: JSON.stringify({ ...state, page: to }) });
  const people = [...new Map(sessions.map(({ userId, email }) => [userId, email]))];
  const turns = [
    ...(page > 0 ? [turn('previous', '← Previous', page - 1)] : []),
    ...(page < pages - 1 ? [turn('next', 'Next →', page + 1)] : []),
  ];
  if (people.length === 0) return [];
  return [
    {
      type: 'actions',
      block_id: 'sessions-navigation',
      elements: [
        ...turns,
        {
          type: 'static_select',
          action_id: 'end-user-sessions',
          placeholder: plain('End all sessions of…'),
          options: people.map(([id, email]) => option(email, String(id))),
        },
      ],
    },
  ];
}

const lookAlike = /[\p{Script=Cyrillic}\p{Script=Greek}]/u;

/** Why nobody was found, where the letters themselves may be the reason. */
function nobodySentence({ email }: ListState): string {
  if (email === '') return 'Nobody is signed in right now.';
  const odd = lookAlike.exec(email)?.[0];
  const doubt =
    odd !== undefined && /[a-z]/i.test(email)
      ? ` It mixes Latin letters with others that may look the same, such as “${odd}”: type it yourself instead of pasting it.`
      : '';
  return `Nobody whose address holds “${email}” is signed in.${doubt}`;
}

/** The list's blocks below its heading, as a message and a modal have them in common. */
export function listBlocks(page: SessionPage, asked: ListState, times: Times): KnownBlock[] {
  const state = { ...asked, page: page.page };
  return [
    sortAndRefresh(state),
    ...(page.sessions.length === 0
      ? [paragraph(nobodySentence(state))]
      : page.sessions.map((session) => sessionRow(session, state, times))),
    ...navigation(page, state),
    ...(!page.isCounted && page.page === page.pages - 1
      ? [note('The list ends here, though there are more. Look for an address to find them.')]
      : []),
    note(`Sessions of the explorer are not listed. Times are ${times.timeZone}.`),
  ];
}

/** How many there are, of whom, and when that was. */
export function listHeading(page: SessionPage, { email }: ListState, { now }: Times): KnownBlock {
  return paragraph(
    bold(foundSentence(page)),
    email === '' ? '' : `  with “${email}”`,
    page.pages > 1 ? `  ·  page ${page.page + 1} of ${page.pages}` : '',
    '  ·  as of ',
    moment(now),
  );
}

const foundSentence = ({ total, isCounted }: SessionPage) =>
  isCounted ? count(total, 'active session') : `More than ${count(total - 1, 'active session')}`;

/** The list as a message; `remark` tells what was just done. */
export function sessionsMessage(
  page: SessionPage,
  state: ListState,
  times: Times,
  remark: string | null,
): SlackMessage {
  return message(
    foundSentence(page),
    ...remarkBlocks(remark),
    listHeading(page, state, times),
    {
      type: 'input',
      // Another id for another filter: else Slack would keep what was typed before.
      block_id: `sessions-filter:${state.email}`,
      dispatch_action: true,
      optional: true,
      label: plain('Filter by e-mail'),
      element: {
        type: 'plain_text_input',
        action_id: `filter-sessions:${state.sort}.${state.direction}`,
        placeholder: plain('An address or a part of it, then Enter'),
        max_length: longestFilter,
        ...(state.email === '' ? {} : { initial_value: state.email }),
      },
    },
    ...listBlocks(page, state, times),
  );
}

/** What was just done, above a list that shows how it is since. */
export const remarkBlocks = (remark: string | null): KnownBlock[] =>
  remark === null ? [] : [paragraph(emoji('information_source'), ` ${remark}`)];

/** What became of ending one session. */
export function endedSentence({ outcome, session, email }: EndedSession, own = false): string {
  const whose = own ? 'your session' : `the session of ${email}`;
  return outcome === 'done'
    ? `Ended ${whose}: ${placeOf(session)}.`
    : `Nothing was changed: ${whose} (${placeOf(session)}) had ended already.`;
}

/** `2 web, 1 API`; those of the explorer are named apart. */
export function countsSentence({ web, api, explorer }: SessionCounts): string {
  const parts = [
    ...(web > 0 ? [`${web.toLocaleString('en-US')} web`] : []),
    ...(api > 0 ? [`${api.toLocaleString('en-US')} API`] : []),
    ...(explorer > 0 ? [`${explorer.toLocaleString('en-US')} of the explorer`] : []),
  ];
  return parts.length === 0 ? 'none' : listOf(parts);
}

// A message holds 50 blocks; whoever has more signs out of some and looks again.
const mostOwn = 20;

/** A person's own sessions, each with a button that ends it. */
export function ownSessionsMessage(sessions: readonly Session[], times: Times, remark: string | null): SlackMessage {
  const shown = sessions.slice(0, mostOwn);
  const title =
    sessions.length === 0 ? 'You are not signed in anywhere right now.' : `Your sessions: ${sessions.length}`;
  return message(
    title,
    ...remarkBlocks(remark),
    paragraph(bold(title)),
    ...shown.map((session) =>
      section(
        `${placeOf(session)}\n${timesOf(session, times)}  ·  no. ${session.id}`,
        button({
          actionId: 'end-own-session',
          text: 'End',
          value: String(session.id),
          label: `End session ${session.id}`,
          confirm: confirmation('End this session?', `You are signed out of ${clientOf(session)}.`, 'End it'),
        }),
        `session-${session.id}`,
      ),
    ),
    buttons('own-sessions', button({ actionId: 'refresh-own-sessions', text: 'Refresh' })),
    note(
      `${sessions.length > mostOwn ? `The ${mostOwn} with the latest requests are shown. ` : ''}Do you not know one of them? End it and change your password. Times are ${times.timeZone}.`,
    ),
  );
}
