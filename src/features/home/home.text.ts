import type { KnownBlock } from '@slack/types';
import { count, listOf } from '../../lib/plain-text';
import type { JobOverview } from '../../platform/scheduler/job-overview';
import {
  bold,
  button,
  buttons,
  code,
  divider,
  emoji,
  type HomeView,
  header,
  list,
  message,
  moment,
  note,
  type Piece,
  paragraph,
  type SlackMessage,
  section,
} from '../../platform/slack/blocks';
import { licenceBlocks, licenceButtons } from '../directory/directory.text';
import type { HomeFacts } from './home.service';

const invitedFilter = JSON.stringify({
  words: { statuses: ['invited'], project: null, group: null, text: '' },
  page: 0,
});

function pendingBlocks({ pending }: HomeFacts): KnownBlock[] {
  const total = pending.fresh + pending.waiting + pending.old + pending.expired;
  const ages = [
    pending.fresh > 0 ? `${pending.fresh} in the last 3 days` : '',
    pending.waiting > 0 ? `${pending.waiting} up to a week ago` : '',
    pending.old > 0 ? `${pending.old} longer ago` : '',
    pending.expired > 0 ? `${pending.expired} with an expired link` : '',
  ].filter((part) => part !== '');
  return [
    section(
      total === 0
        ? 'Pending invitations\nNobody is waiting to accept one.'
        : `Pending invitations: ${total}\n${listOf(ages)}`,
      ...(total > 0
        ? [button({ actionId: 'list-users', text: 'Show', value: invitedFilter, label: 'Show pending invitations' })]
        : [undefined]),
      'pending',
    ),
  ];
}

function importBlocks({ openImports, openImportsTotal }: HomeFacts): KnownBlock[] {
  const showAll = button({ actionId: 'show-imports', text: 'Show all', label: 'Show all imports' });
  if (openImports.length === 0) return [section('Imports\nNone is running or waiting.', showAll, 'imports')];
  return [
    section(`Imports: ${openImportsTotal.toLocaleString('en-US')} open`, showAll, 'imports'),
    list(
      openImports.map((item): Piece[] => [
        bold(item.fileName),
        item.state === 'preview'
          ? '  waits for an admin'
          : `  ${(item.total - item.outcomes.pending).toLocaleString('en-US')} of ${count(item.total, 'row')} done`,
      ]),
    ),
  ];
}

const outcomeSigns = {
  running: 'hourglass_flowing_sand',
  done: 'white_check_mark',
  failed: 'x',
  lost: 'warning',
  stopped: 'warning',
} as const;

function jobLine(job: JobOverview): Piece[] {
  const [last] = job.lastRuns;
  if (!last) return [code(job.name), '  has not run yet, next ', moment(job.nextRunAt)];
  return [code(job.name), '  ', ...runPieces(last)];
}

/** How one run went: when, and its counts or its problem. */
function runPieces(last: JobOverview['lastRuns'][number]): Piece[] {
  const counts = Object.entries(last.counts ?? {})
    .filter(([, number]) => number > 0)
    .map(([word, number]) => `${number} ${word}`);
  return [
    emoji(outcomeSigns[last.outcome]),
    ' ',
    moment(last.startedAt),
    last.outcome === 'done' ? (counts.length > 0 ? `: ${counts.join(', ')}` : ': nothing to do') : ` ${last.outcome}`,
    last.problem !== null ? ` (${last.problem.slice(0, 120)})` : '',
  ];
}

/** The Home of an admin; `planned` are the blocks of deletions to come. */
export function adminHome(
  facts: HomeFacts,
  jobs: readonly JobOverview[],
  planned: readonly KnownBlock[] = [],
): HomeView {
  return {
    type: 'home',
    blocks: [
      ...licenceBlocks(facts.licence),
      licenceButtons(),
      divider,
      ...pendingBlocks(facts),
      divider,
      ...importBlocks(facts),
      divider,
      ...(planned.length > 0 ? [...planned, divider] : []),
      section(
        `Active sessions: ${facts.sessions.toLocaleString('en-US')}`,
        button({ actionId: 'show-sessions', text: 'Show', label: 'Show active sessions' }),
        'sessions',
      ),
      divider,
      section(
        'Jobs\nWhat runs by itself, and how it went last.',
        button({ actionId: 'show-jobs', text: 'Show all runs' }),
        'jobs',
      ),
      list(jobs.map(jobLine)),
      note('Everything here can be written, too: /users help and /usher help.'),
    ],
  };
}

/**
 * The Home of everybody else: what they may do, and whom to ask for the rest.
 * @param sessions how many open sessions they have; null for somebody who is nobody on the platform
 */
export function memberHome(admins: readonly string[], sessions: number | null): HomeView {
  return {
    type: 'home',
    blocks: [
      header('Usher looks after the people of the test-management platform'),
      paragraph(
        sessions !== null
          ? 'You can hand in a spreadsheet of people: it is checked at once, and an admin decides on it.'
          : 'Your Slack e-mail address belongs to nobody on the platform yet. You can still hand in a spreadsheet of people: it is checked at once, and an admin decides on it.',
      ),
      buttons('member-buttons', button({ actionId: 'import-people', text: 'Hand in a spreadsheet', style: 'primary' })),
      ...(sessions === null
        ? []
        : [
            section(
              `Your sessions: ${sessions === 0 ? 'you are not signed in anywhere right now' : sessions.toLocaleString('en-US')}`,
              button({ actionId: 'show-own-sessions', text: 'Show', label: 'Show your sessions' }),
              'own-sessions',
            ),
          ]),
      paragraph(
        admins.length > 0
          ? `For everything else, ask ${listOf(admins, 'or')}.`
          : 'There is no active admin yet. Whoever runs Usher can make one with ADMIN_EMAILS.',
      ),
    ],
  };
}

/** `/usher jobs`. */
export function jobsMessage(jobs: readonly JobOverview[]): SlackMessage {
  return message(
    'Jobs',
    paragraph(bold('Jobs')),
    ...jobs.flatMap((job) => [
      paragraph(
        bold(job.name),
        '  ',
        code(job.cron),
        job.running ? '  running now' : '  next ',
        job.running ? '' : moment(job.nextRunAt),
      ),
      ...(job.lastRuns.length > 0 ? [list(job.lastRuns.slice(0, 3).map(runPieces))] : []),
    ]),
    note('Run one now with /usher jobs run NAME.'),
  );
}

/** What the process knows of itself. */
export interface StatusFacts {
  readonly version: string;
  readonly startedAt: Date;
  readonly database: string;
  readonly slack: string;
  readonly mail: string;
  readonly outboxWaiting: number;
  readonly outboxDead: number;
}

/** `/usher status`. */
export function statusMessage(facts: StatusFacts): SlackMessage {
  const dead = facts.outboxDead > 0 ? `, ${count(facts.outboxDead, 'message')} given up` : '';
  return message(
    'Status',
    paragraph(bold(`Usher ${facts.version}`), '  running since ', moment(facts.startedAt)),
    list([
      [bold('Database'), `  ${facts.database}`],
      [bold('Slack'), `  ${facts.slack}`],
      [bold('Mail'), `  ${facts.mail}; ${count(facts.outboxWaiting, 'message')} waiting${dead}`],
    ]),
  );
}
