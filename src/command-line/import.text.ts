import type {
  EarlierImport,
  ImportPreview,
  ImportProgress,
  PreviewDifference,
} from '../features/imports/imports.types';
import { problemLines } from '../features/imports/problem-lines';
import { count, shorten } from '../lib/plain-text';
import { people } from './screen';

const number = (value: number) => value.toLocaleString('en-US');
const flat = (value: string, most = 200) => shorten(value.replace(/\n/g, ', '), most);

/** What a file would do, line by line. */
export function previewLines(preview: ImportPreview): string[] {
  const { counts, fileName } = preview;
  return [
    `${fileName}: ${people(counts.invite)} to invite, ${number(counts.update)} to update, ${number(counts.unchanged)} unchanged, ${number(counts.fail)} failing`,
    ...preview.earlier.slice(0, 1).map(earlierLine),
    ...consequences(preview),
    ...listed('First changes', differenceLines(preview.differences)),
    ...listed('Failing rows, which are left out', failureLines(preview)),
  ];
}

const listed = (title: string, lines: readonly string[]) =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)];

function earlierLine({ state, uploadedAt }: EarlierImport): string {
  const became: Readonly<Record<EarlierImport['state'] | 'reading', string>> = {
    reading: 'is being read',
    preview: 'waits for a decision',
    refused: 'was refused',
    running: 'is being imported right now',
    paused: 'is paused in the middle of its import',
    reporting: 'was imported',
    done: 'was imported',
    stopped: 'was stopped before its last row',
    cancelled: 'was cancelled',
    expired: 'was never decided on',
  };
  return `The same file came before, on ${uploadedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC; it ${became[state]}.`;
}

function consequences({ seats, adminsGranted, usersDisabled, projectsLost, warnings }: ImportPreview): string[] {
  return [
    ...(seats.needed > 0 ? [`${count(seats.needed, 'seat')} needed, ${number(seats.free)} free.`] : []),
    ...(adminsGranted > 0 ? [`${people(adminsGranted)} will become admin.`] : []),
    ...(usersDisabled > 0 ? [`${people(usersDisabled)} will be disabled; their sessions end at once.`] : []),
    ...(projectsLost > 0
      ? [`${count(projectsLost, 'membership')} will end; open work in these projects becomes unassigned.`]
      : []),
    ...warnings.slice(0, 8).map((warning) => `Note: ${flat(warning, 300)}`),
  ];
}

function differenceLines(differences: readonly PreviewDifference[]): string[] {
  return differences.flatMap(({ row, email, field, old, new: after }, index) => [
    ...(differences[index - 1]?.row === row ? [] : [`row ${row}, ${flat(email)}`]),
    `  ${field}: ${old === '' ? '' : `${flat(old)} → `}${after === '' ? '(empty)' : flat(after)}`,
  ]);
}

function failureLines({ failures, counts }: ImportPreview): string[] {
  const more = counts.fail - failures.length;
  return [
    ...failures.map(
      ({ row, email, problems }) =>
        `row ${row}${email === '' ? '' : `, ${flat(email)}`}: ${flat(problemLines(problems).join(' '), 600)}`,
    ),
    ...(more > 0 ? [`… and ${number(more)} more`] : []),
  ];
}

export const seatsShort = ({ seats }: ImportPreview): string =>
  `The file needs ${count(seats.needed, 'seat')} and ${number(seats.free)} ${seats.free === 1 ? 'is' : 'are'} free, so nothing was done. Take people out of it, disable somebody, or get more seats.`;

export const summaryLine = ({ fileName, outcomes }: ImportProgress): string =>
  `${fileName}: ${number(outcomes.invited)} invited, ${number(outcomes.updated)} updated, ${number(outcomes.unchanged)} unchanged, ${number(outcomes.failed)} failed${outcomes.pending === 0 ? '' : `, ${number(outcomes.pending)} not run, for it was stopped`}.`;

export const letGo = ({ outcomes, state, total }: ImportProgress): string =>
  `Stopped after ${number(total - outcomes.pending)} of ${number(total)} rows; these stay done. ` +
  (state === 'paused'
    ? 'The rest is paused: an admin lets it go on, or stops it, from /usher imports in Slack.'
    : 'A running server goes on with the rest within a minute; without one, run: npm run usher -- job resume-imports');
