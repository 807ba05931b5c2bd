import type { KnownBlock } from '@slack/types';
import { count, listOf } from '../../lib/plain-text';
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
import type {
  EarlierImport,
  ImportPerson,
  ImportPreview,
  ImportProgress,
  PreviewDifference,
  PreviewFailure,
} from './imports.types';

/** The Slack user id in `TEAM/USER`. */
const slackIdOf = (account: string | null) => account?.split('/')[1] ?? null;
const person = (who: ImportPerson | null): Piece => {
  const id = slackIdOf(who?.slackId ?? null);
  return id ? slackUser(id) : (who?.label ?? 'somebody');
};

export function checkingMessage(fileName: string): SlackMessage {
  return message(`Checking ${fileName}…`, paragraph(emoji('hourglass_flowing_sand'), ` Checking ${fileName}…`));
}

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
    preview: 'is waiting for a decision',
    refused: 'was refused',
    running: 'is being imported right now',
    reporting: 'was imported',
    done: 'was imported',
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
    ...(earlier.decidedBy ? [' (', person(earlier.decidedBy), ')'] : []),
    '.',
  ];
}

/** Differences of one row on one line: `Row 3, ada@x.org  Status: Active → Disabled · Last Name: King`. */
function differenceLines(differences: readonly PreviewDifference[]): Piece[][] {
  const rows = new Map<number, PreviewDifference[]>();
  for (const difference of differences) rows.set(difference.row, [...(rows.get(difference.row) ?? []), difference]);
  // The list ends after ten differences: a row that it may have cut in the middle is left to the workbook.
  const whole = [...rows.values()].slice(0, differences.length < 10 || rows.size === 1 ? rows.size : -1);
  return whole.map((row): Piece[] => [
    bold(`Row ${row[0]?.row}, ${row[0]?.email}`),
    ...row.flatMap(({ field, old, new: after }): Piece[] => [
      `\n${field}: ${old === '' ? '' : `${oneLined(old)} → `}${after === '' ? '(empty)' : oneLined(after)}`,
    ]),
  ]);
}

function failureLine({ row, email, problems }: PreviewFailure): Piece[] {
  return [
    bold(`Row ${row}`),
    email === '' ? ': ' : `, ${email}: `,
    problems
      .map(({ field, sentence }) => (field === null || sentence.startsWith(field) ? sentence : `${field}: ${sentence}`))
      .join(' '),
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
  for (const warning of preview.warnings.slice(0, 8)) lines.push([emoji('warning'), ` ${warning.slice(0, 300)}`]);
  return lines.length > 0 ? [list(lines)] : [];
}

export const isApplicable = (preview: ImportPreview) =>
  preview.counts.invite + preview.counts.update > 0 && preview.seats.needed <= preview.seats.free;

/** What the file would do, with Confirm and Cancel while nobody has decided. */
export function previewMessage(preview: ImportPreview, changed = false): SlackMessage {
  if (preview.state === 'refused') return refusedMessage(preview);
  const { counts } = preview;
  const title = `${count(counts.invite, 'person', 'people')} to invite, ${counts.update} to update, ${counts.unchanged} unchanged, ${counts.fail} failing`;
  const differences = fitting(
    preview.differences,
    10,
    (item) => item.email.length + item.old.length + item.new.length + 30,
    4000,
  );
  const failures = fitting(preview.failures, 10, (item) => JSON.stringify(item).length, 3500);
  const nothing = counts.invite + counts.update === 0;
  return message(
    `${preview.fileName}: ${title}`,
    header(preview.fileName.slice(0, 150)),
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
      bold(String(counts.invite)),
      ' to invite · ',
      bold(String(counts.update)),
      ' to update · ',
      bold(String(counts.unchanged)),
      ' unchanged · ',
      bold(String(counts.fail)),
      ' failing',
    ),
    ...preview.earlier.slice(0, 1).map((earlier) => paragraph(...earlierLine(earlier))),
    ...consequences(preview),
    ...(differences.shown.length > 0
      ? [paragraph(bold('First changes')), list(differenceLines(differences.shown))]
      : []),
    ...(failures.shown.length > 0
      ? [
          paragraph(bold('Failing rows'), '  (they are left out and come back as a workbook)'),
          list(failures.shown.map(failureLine)),
        ]
      : []),
    ...decision(preview, nothing),
  );
}

function decision(preview: ImportPreview, nothing: boolean): KnownBlock[] {
  if (preview.state === 'cancelled')
    return [paragraph(emoji('no_entry_sign'), ' Cancelled by ', person(preview.decidedBy), '. Nothing was changed.')];
  if (preview.state === 'expired')
    return [paragraph(emoji('hourglass'), ' Nobody decided within a week. Nothing was changed; drop the file again.')];
  if (preview.state !== 'preview')
    return [paragraph(emoji('white_check_mark'), ' Confirmed by ', person(preview.decidedBy), '.')];
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
    buttons(
      'import-decision',
      applicable
        ? button({
            actionId: 'import-confirm',
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

/** The one message of a running import. */
export function progressMessage(progress: ImportProgress): SlackMessage {
  const { outcomes, total } = progress;
  const done = total - outcomes.pending;
  const share = total === 0 ? 1 : done / total;
  const bar = `${'█'.repeat(Math.floor(share * 20))}${'░'.repeat(20 - Math.floor(share * 20))}`;
  return message(
    `Importing ${progress.fileName}: ${done} of ${total} rows`,
    header(progress.fileName.slice(0, 150)),
    paragraph(bar, `  ${done.toLocaleString('en-US')} of ${count(total, 'row')}`),
    paragraph(outcomesLine(progress)),
    paragraph('Confirmed by ', person(progress.decidedBy), '.'),
  );
}

function outcomesLine({ outcomes }: ImportProgress): string {
  const parts = [
    outcomes.invited > 0 ? `${outcomes.invited} invited` : '',
    outcomes.updated > 0 ? `${outcomes.updated} updated` : '',
    outcomes.unchanged > 0 ? `${outcomes.unchanged} unchanged` : '',
    outcomes.failed > 0 ? `${outcomes.failed} failed` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? listOf(parts) : 'Starting…';
}

/** What became of every row. */
export function summaryMessage(progress: ImportProgress): SlackMessage {
  const title = `Imported ${progress.fileName}: ${outcomesLine(progress)}`;
  return message(
    title,
    header(progress.fileName.slice(0, 150)),
    paragraph(
      emoji('white_check_mark'),
      ' ',
      bold(`Done: ${outcomesLine(progress)}.`),
      `  ${count(progress.total, 'row')} in all.`,
    ),
    ...(progress.outcomes.invited > 0
      ? [paragraph('A mail with an activation link is on its way to everybody who was invited.')]
      : []),
    ...(progress.outcomes.failed > 0
      ? [
          paragraph(
            'The failing rows are in the workbook below: correct them there and drop it again. Only they will run.',
          ),
        ]
      : []),
    paragraph(
      'Confirmed by ',
      person(progress.decidedBy),
      progress.finishedAt ? ', ended ' : '',
      ...(progress.finishedAt ? [moment(progress.finishedAt)] : []),
      '.',
    ),
  );
}

/** Tells the person who uploaded the file, in its thread. */
export function endedNotice(progress: ImportProgress): SlackMessage {
  const slackId = slackIdOf(progress.uploaderSlackId);
  return message(
    `${progress.fileName} is imported.`,
    paragraph(
      ...(slackId ? [slackUser(slackId), ' '] : []),
      `${progress.fileName} is imported: ${outcomesLine(progress)}.`,
    ),
  );
}

export function importsMessage(imports: readonly ImportProgress[]): SlackMessage {
  if (imports.length === 0)
    return message(
      'No imports yet',
      paragraph('Nobody has imported a spreadsheet yet. Drop one into the import channel, or use /users import.'),
    );
  const states: Readonly<Record<ImportProgress['state'], string>> = {
    preview: 'waiting for an admin',
    refused: 'refused',
    running: 'running',
    reporting: 'ending',
    done: 'done',
    cancelled: 'cancelled',
    expired: 'expired',
  };
  const fitted = fitting(imports, 20, (item) => item.fileName.length + 150);
  return message(
    'Latest imports',
    paragraph(bold('Latest imports')),
    list(
      fitted.shown.map((item): Piece[] => [
        bold(item.fileName),
        '  ',
        moment(item.createdAt),
        `  ${states[item.state]}`,
        item.state === 'done' ? `: ${outcomesLine(item)}` : '',
      ]),
    ),
  );
}
