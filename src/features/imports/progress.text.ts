import type { KnownBlock } from '@slack/types';
import { count, listOf } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  confirmation,
  emoji,
  header,
  message,
  moment,
  paragraph,
  type SlackMessage,
  slackUser,
} from '../../platform/slack/blocks';
import type { ImportProgress } from './imports.types';
import { personPiece, slackIdOf } from './preview.text';

const number = (rows: number) => rows.toLocaleString('en-US');

/** What became of rows so far: “1,200 invited, 3 updated and 1 failed”. */
export function outcomesLine({ outcomes, state }: ImportProgress): string {
  const parts = [
    outcomes.invited > 0 ? `${number(outcomes.invited)} invited` : '',
    outcomes.updated > 0 ? `${number(outcomes.updated)} updated` : '',
    outcomes.unchanged > 0 ? `${number(outcomes.unchanged)} unchanged` : '',
    outcomes.failed > 0 ? `${number(outcomes.failed)} failed` : '',
    outcomes.pending > 0 && state !== 'running'
      ? `${number(outcomes.pending)} not run${state === 'paused' ? ' yet' : ''}`
      : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? listOf(parts) : 'Starting…';
}

/** “about 40 seconds”, as nobody needs it any closer. */
function about(seconds: number): string {
  if (seconds < 90) return `about ${count(Math.max(5, Math.ceil(seconds / 5) * 5), 'second')}`;
  if (seconds < 90 * 60) return `about ${count(Math.round(seconds / 60), 'minute')}`;
  return `about ${count(Math.round(seconds / 3600), 'hour')}`;
}

/** The one message of an import that runs or rests, with what an admin can do about it. */
export function progressMessage(progress: ImportProgress, rowsPerSecond: number | null = null): SlackMessage {
  const { outcomes, total, state } = progress;
  const isPaused = state === 'paused';
  const done = total - outcomes.pending;
  const share = total === 0 ? 1 : done / total;
  const bar = `${'█'.repeat(Math.floor(share * 20))}${'░'.repeat(20 - Math.floor(share * 20))}`;
  const pace =
    isPaused || rowsPerSecond === null || rowsPerSecond <= 0
      ? ''
      : ` · ${number(Math.max(1, Math.round(rowsPerSecond)))} a second · ${about(outcomes.pending / rowsPerSecond)} left`;
  return message(
    `${isPaused ? 'Paused' : 'Importing'} ${progress.fileName}: ${number(done)} of ${count(total, 'row')}`,
    header(progress.fileName),
    ...(isPaused
      ? [paragraph(emoji('double_vertical_bar'), ' ', bold('Paused'), ' by ', personPiece(progress.haltedBy), '.')]
      : []),
    paragraph(bar, `  ${number(done)} of ${count(total, 'row')}${pace}`),
    paragraph(outcomesLine(progress)),
    ...controls(progress),
    paragraph(
      'Confirmed by ',
      personPiece(progress.decidedBy),
      isPaused
        ? '. Nothing more happens until an admin lets it go on or stops it.'
        : '. An admin can pause or stop it.',
    ),
  );
}

function controls({ id, state, outcomes }: ImportProgress): KnownBlock[] {
  const value = String(id);
  return [
    buttons(
      'import-controls',
      state === 'paused'
        ? button({ actionId: 'import-continue', text: 'Go on', value, style: 'primary' })
        : button({ actionId: 'import-pause', text: 'Pause', value }),
      button({
        actionId: 'import-stop',
        text: 'Stop',
        value,
        style: 'danger',
        confirm: confirmation(
          'Stop this import?',
          `What is done stays as it is. The rest, ${state === 'paused' ? '' : 'up to '}${count(outcomes.pending, 'row')}, is not run and comes back as a workbook that can be dropped again.`,
          'Stop it',
        ),
      }),
    ),
  ];
}

/** What became of every row. */
export function summaryMessage(progress: ImportProgress): SlackMessage {
  const { haltedBy, outcomes, total } = progress;
  const what = haltedBy === null ? 'Done' : 'Stopped';
  return message(
    `${haltedBy === null ? 'Imported' : 'Stopped'} ${progress.fileName}: ${outcomesLine(progress)}`,
    header(progress.fileName),
    paragraph(
      emoji(haltedBy === null ? 'white_check_mark' : 'octagonal_sign'),
      ' ',
      bold(`${what}: ${outcomesLine(progress)}.`),
      `  ${count(total, 'row')} in all.`,
    ),
    ...(progress.problem === null ? [] : [paragraph(emoji('warning'), ` ${progress.problem}`)]),
    ...(outcomes.invited > 0
      ? [paragraph('A mail with an activation link is on its way to everybody who was invited.')]
      : []),
    ...comesBack(progress),
    paragraph(
      'Confirmed by ',
      personPiece(progress.decidedBy),
      ...(haltedBy === null ? [] : [', stopped by ', personPiece(haltedBy)]),
      progress.finishedAt ? ', ended ' : '',
      ...(progress.finishedAt ? [moment(progress.finishedAt)] : []),
      '.',
    ),
  );
}

function comesBack({ outcomes: { failed, pending } }: ImportProgress): KnownBlock[] {
  if (pending > 0)
    return [
      paragraph(
        `The ${failed > 0 ? 'failing rows and the rows that were' : 'rows that were'} not run are in the workbook below: ${failed > 0 ? 'correct the failing ones there and drop it again' : 'drop it again to import them'}. Only they will run.`,
      ),
    ];
  if (failed > 0)
    return [
      paragraph(
        'The failing rows are in the workbook below: correct them there and drop it again. Only they will run.',
      ),
    ];
  return [];
}

/** Tells the person who uploaded the file, in its thread. */
export function endedNotice(progress: ImportProgress): SlackMessage {
  const slackId = slackIdOf(progress.uploaderSlackId);
  const what = progress.haltedBy === null ? 'is imported' : 'was stopped before its last row';
  return message(
    `${progress.fileName} ${what}.`,
    paragraph(
      ...(slackId ? [slackUser(slackId), ' '] : []),
      `${progress.fileName} ${what}: ${outcomesLine(progress)}.`,
    ),
  );
}
