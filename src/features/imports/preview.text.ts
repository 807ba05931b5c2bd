import type { KnownBlock } from '@slack/types';
import { count, shorten } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  emoji,
  fitting,
  header,
  list,
  message,
  moment,
  note,
  type Piece,
  paragraph,
  type SlackMessage,
  slackUser,
} from '../../platform/slack/blocks';
import type { EarlierImport, ImportPerson, ImportPreview, PreviewDifference, PreviewFailure } from './imports.types';
import { problemLines } from './problem-lines';
import { reasonFor } from './second-admin.service';

/** The Slack user id in `TEAM/USER`. */
export const slackIdOf = (account: string | null) => account?.split('/')[1] ?? null;
/** Somebody who decided. */
export const personPiece = (who: ImportPerson | null): Piece => {
  const id = slackIdOf(who?.slackId ?? null);
  return id ? slackUser(id) : (who?.label ?? 'somebody');
};

/** The file could not be planned at all. */
export function refusedMessage(preview: ImportPreview): SlackMessage {
  const problem = preview.problem ?? 'This file could not be read.';
  return message(
    `${preview.fileName}: ${problem}`,
    paragraph(emoji('warning'), ' ', bold(preview.fileName), `\n${problem}`),
    paragraph('Nothing was changed.'),
  );
}

const oneLined = (value: string) => value.replace(/\n/g, ', ');

function earlierLine(earlier: EarlierImport): Piece[] {
  const states: Readonly<Record<EarlierImport['state'], string>> = {
    reading: 'is being checked right now',
    preview: 'is waiting for a decision',
    refused: 'was refused',
    running: 'is being imported right now',
    paused: 'is paused in the middle of its import',
    reporting: 'was imported',
    done: 'was imported',
    stopped: 'was stopped before its last row',
    cancelled: 'was cancelled',
    expired: 'was never decided on',
  };
  const slackId = slackIdOf(earlier.uploaderSlackId);
  return [
    emoji('information_source'),
    ' The same file came before: ',
    earlier.fileName,
    ', ',
    moment(earlier.uploadedAt),
    ...(slackId ? [' by ', slackUser(slackId)] : []),
    `; it ${states[earlier.state]}`,
    ...(earlier.decidedBy ? [' (', personPiece(earlier.decidedBy), ')'] : []),
    '.',
  ];
}

/** Changes of one row: `Row 3, ada@x.org`, then `Status: Active → Disabled` on a line of its own for each. */
function differenceLine(row: readonly PreviewDifference[]): Piece[] {
  // Even a row that changes in every field has room.
  const most = row.length > 5 ? 100 : 300;
  const told = (value: string) => shorten(oneLined(value), most);
  return [
    bold(`Row ${row[0]?.row}, ${row[0]?.email}`),
    ...row.map(
      ({ field, old, new: after }) =>
        `\n${field}: ${old === '' ? '' : `${told(old)} → `}${after === '' ? '(empty)' : told(after)}`,
    ),
  ];
}

function failureLine({ row, email, problems }: PreviewFailure): Piece[] {
  return [
    bold(`Row ${row}`),
    email === '' ? ': ' : `, ${shorten(email, 254)}: `,
    shorten(problemLines(problems).join(' '), 600),
  ];
}

const lineLength = (pieces: readonly Piece[]) =>
  pieces.reduce((sum, piece) => sum + (typeof piece === 'string' ? piece.length : 300), 20);

/** The first changes, whole rows of them, and whether there are more. */
function firstChanges({ differences, counts }: ImportPreview): KnownBlock[] {
  const rows = new Map<number, PreviewDifference[]>();
  for (const difference of differences) rows.set(difference.row, [...(rows.get(difference.row) ?? []), difference]);
  const lines = [...rows.values()].map(differenceLine);
  const { shown } = fitting(lines, lines.length, lineLength, 4000);
  if (shown.length === 0) return [];
  return [
    paragraph(bold('First changes')),
    list(shown),
    ...(shown.length < counts.invite + counts.update ? [paragraph('… the rest is in the workbook.')] : []),
  ];
}

function firstFailures({ failures, counts }: ImportPreview): KnownBlock[] {
  const { shown } = fitting(failures.map(failureLine), 10, lineLength, 3500);
  if (shown.length === 0) return [];
  return [
    paragraph(bold('Failing rows'), '  (they are left out and come back as a workbook)'),
    list(shown),
    ...(shown.length < counts.fail ? [paragraph('… the rest is in the workbook.')] : []),
  ];
}

function consequences(preview: ImportPreview): KnownBlock[] {
  const lines: Piece[][] = [];
  const { seats } = preview;
  if (seats.needed > 0) {
    lines.push([
      `${count(seats.needed, 'seat')} needed, ${seats.free.toLocaleString('en-US')} free.`,
      seats.needed > seats.free
        ? ' The import cannot start: take people out of the file, disable somebody, or ask whoever runs Usher to raise the number of seats.'
        : '',
    ]);
  }
  if (preview.adminsGranted > 0)
    lines.push([bold(`${count(preview.adminsGranted, 'person', 'people')} will become admin.`)]);
  if (preview.usersDisabled > 0)
    lines.push([`${count(preview.usersDisabled, 'person', 'people')} will be disabled; their sessions end at once.`]);
  if (preview.projectsLost > 0)
    lines.push([
      `${count(preview.projectsLost, 'membership')} will end; open work in these projects becomes unassigned.`,
    ]);
  for (const warning of preview.warnings.slice(0, 8)) lines.push([emoji('warning'), ` ${shorten(warning, 300)}`]);
  return lines.length > 0 ? [list(lines)] : [];
}

export const isApplicable = (preview: ImportPreview) =>
  preview.counts.invite + preview.counts.update > 0 && preview.seats.needed <= preview.seats.free;

export const countsLine = ({ counts }: ImportPreview): string =>
  `${count(counts.invite, 'person', 'people')} to invite, ${counts.update} to update, ${counts.unchanged} unchanged, ${counts.fail} failing`;

/** What the file would do, with Confirm and Cancel while nobody has decided. */
export function previewMessage(preview: ImportPreview, changed = false): SlackMessage {
  if (preview.state === 'refused') return refusedMessage(preview);
  if (preview.state === 'reading') {
    const said = `${preview.fileName} is being checked. What it would do is shown when that is done.`;
    return message(said, paragraph(emoji('hourglass_flowing_sand'), ` ${said}`));
  }
  const { counts } = preview;
  const nothing = counts.invite + counts.update === 0;
  return message(
    `${preview.fileName}: ${countsLine(preview)}`,
    header(preview.fileName),
    ...(changed
      ? [
          paragraph(
            emoji('arrows_counterclockwise'),
            ' ',
            bold('The data changed since this was shown. Look at it again before you confirm.'),
          ),
        ]
      : []),
    paragraph(
      bold(counts.invite.toLocaleString('en-US')),
      ' to invite · ',
      bold(counts.update.toLocaleString('en-US')),
      ' to update · ',
      bold(counts.unchanged.toLocaleString('en-US')),
      ' unchanged · ',
      bold(counts.fail.toLocaleString('en-US')),
      ' failing',
    ),
    ...preview.earlier.slice(0, 1).map((earlier) => paragraph(...earlierLine(earlier))),
    ...consequences(preview),
    ...firstChanges(preview),
    ...firstFailures(preview),
    ...decision(preview, nothing),
  );
}

/** What is asked beside one confirmation, and who gave the first one. */
function secondAdmin(preview: ImportPreview): KnownBlock[] {
  const { need, firstConfirmedBy } = preview;
  if (need === 'none') return [];
  const because = `because ${reasonFor(preview)}`;
  if (need === 'phrase')
    return [
      paragraph(
        emoji('warning'),
        ` This would ask for a second admin, ${because}. There is none, so whoever confirms it types a phrase instead; the audit trail says so.`,
      ),
    ];
  if (firstConfirmedBy === null)
    return [paragraph(emoji('busts_in_silhouette'), ` Two admins confirm this import, ${because}.`)];
  return [
    paragraph(
      emoji('hourglass_flowing_sand'),
      ' Confirmed by ',
      personPiece(firstConfirmedBy),
      `; it needs a second admin, ${because}. Another admin starts it with Confirm.`,
    ),
  ];
}

function decision(preview: ImportPreview, nothing: boolean): KnownBlock[] {
  if (preview.state === 'cancelled')
    return [
      paragraph(emoji('no_entry_sign'), ' Cancelled by ', personPiece(preview.decidedBy), '. Nothing was changed.'),
    ];
  if (preview.state === 'expired')
    return [paragraph(emoji('hourglass'), ' Nobody decided within a week. Nothing was changed; drop the file again.')];
  if (preview.state !== 'preview')
    return [paragraph(emoji('white_check_mark'), ' Confirmed by ', personPiece(preview.decidedBy), '.')];
  const value = String(preview.id);
  if (nothing)
    return [
      paragraph(
        preview.counts.fail > 0
          ? 'No row can be imported as it is.'
          : 'There is nothing to change: everything is like this already.',
      ),
    ];
  const applicable = isApplicable(preview);
  return [
    ...secondAdmin(preview),
    buttons(
      'import-decision',
      applicable
        ? button({
            actionId: preview.need === 'phrase' ? 'import-confirm-alone' : 'import-confirm',
            text: `Confirm ${count(preview.counts.invite + preview.counts.update, 'change')}`,
            value,
            style: 'primary',
          })
        : button({ actionId: 'import-check-again', text: 'Check again', value }),
      button({ actionId: 'import-cancel', text: 'Cancel', value }),
    ),
    note('An admin decides. The whole plan is in the workbook below this message.'),
  ];
}
