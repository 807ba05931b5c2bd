import type { KnownBlock } from '@slack/types';
import { count, listOf, shorten } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  emoji,
  list,
  message,
  type Piece,
  paragraph,
  type SlackMessage,
} from '../../platform/slack/blocks';
import { type ResultLine, type Results, resultBlocks, resultMessage } from '../operations/operations.text';
import { reasonText } from '../operations/reasons.types';
import { accountLines, nameAndAddress, workLines } from './deletion.text';
import { countsOf, type DeletionCounts, type DeletionPlan } from './deletion.types';
import {
  type ChangedDeletion,
  type DeletedPerson,
  type LeftOut,
  lacksReplacement,
  type SeveralPlan,
  totalOf,
} from './several-deletions.types';

/** Shows a deletion that was not carried out as it would be now. */
export const lookAgainButton = 'delete-several-again';

const people = (number: number) => count(number, 'person', 'people');

const words: Readonly<Record<keyof DeletionCounts, readonly [one: string, many: string]>> = {
  runs: ['test run', 'test runs'],
  casesMoved: ['run case', 'run cases'],
  casesLeft: ['left over', 'left over'],
  projects: ['project gained', 'projects gained'],
  sessions: ['session ended', 'sessions ended'],
  tokens: ['API token revoked', 'API tokens revoked'],
  seats: ['seat freed', 'seats freed'],
};
const inOrder = Object.keys(words) as (keyof DeletionCounts)[];

/** `1 test run, 3 run cases, 1 project gained, …` without what is none: before as what happens, after as what did. */
function numbers(counts: DeletionCounts): string {
  const some = inOrder.filter((key) => counts[key] > 0);
  return some.length === 0 ? 'nothing to move' : some.map((key) => count(counts[key], ...words[key])).join(', ');
}

function personNumbers(plan: DeletionPlan, isReplacementMissing: boolean): string {
  if (!isReplacementMissing) return numbers(countsOf(plan));
  return `${count(plan.runs, 'open test run')}, ${count(plan.openCases, 'open run case')}`;
}

/** What differs, a sentence for each person. */
function changeSentence({ subject, before, after }: ChangedDeletion): string {
  if (after === null) return `${subject} was deleted meanwhile, or cannot be deleted any more.`;
  const changes = inOrder
    .filter((key) => before[key] !== after[key])
    .map((key) => `${words[key][1]} ${before[key]} → ${after[key]}`);
  return `${subject}: ${changes.length > 0 ? changes.join(', ') : 'other projects, profiles, cases or addresses'}.`;
}

/** What was typed and is nobody here, for leftOutSentence; short enough to be carried along by the modal. */
export function unknownWords(addresses: readonly string[], bad: readonly string[]): string {
  const named = addresses.map((address) => `${address} (nobody here has this address)`);
  return shorten([...named, ...bad.map((text) => `“${shorten(text, 100)}” (no address)`)].join(', '), 500);
}

/** Who is not deleted and why, in one line; empty when nobody is left out. */
export function leftOutSentence(leftOut: readonly LeftOut[], unknown: string): string {
  const named = leftOut.map(({ subject, reason }) => `${subject} (${reasonText(reason)})`);
  const all = [...named, ...(unknown === '' ? [] : [unknown])];
  return all.length === 0 ? '' : `Left out: ${all.join(', ')}.`;
}

/** A problem at the top of a modal; nothing where there is none. */
export function problemBlocks(text: string): KnownBlock[] {
  return text === '' ? [] : [paragraph(emoji('warning'), ` ${text}`)];
}

/** What deleting these would do: all together, then person by person. */
export function severalBlocks(plan: SeveralPlan, leftOut: string): KnownBlock[] {
  const { plans, replacement } = plan;
  const totals = { ...totalOf(plans), people: plans.length };
  const work = {
    ...totals,
    replacement,
    openCases: plans.reduce((sum, one) => sum + one.openCases, 0),
    gains: plans.flatMap(({ gains }) => gains),
  };
  return [
    ...problemBlocks(leftOut),
    paragraph(
      bold(people(plans.length)),
      ' will be deleted for good: the accounts, their memberships, and every way in. Finished work stays, under the name ',
      bold('Deleted user #…'),
      ' of each. All together:',
    ),
    list([...workLines(work, false), ...accountLines(totals, false)].map((line): Piece[] => [line])),
    paragraph('Person by person:'),
    list(
      plans.map((one): Piece[] => [
        bold(nameAndAddress(one.user)),
        `: ${personNumbers(one, lacksReplacement(plan))}${one.casesLeft > 0 && replacement !== null ? ' (more than the 100 that move)' : ''}`,
      ]),
    ),
    ...(plan.need === 'second_admin'
      ? [paragraph('A second admin is asked to agree. Nothing happens before that.')]
      : []),
  ];
}

/** Nothing was done, and why. */
export function changedBlocks(changed: readonly ChangedDeletion[]): KnownBlock[] {
  return [
    paragraph(
      emoji('warning'),
      ' Something changed since these numbers were counted, so nothing was done. What changed:',
    ),
    list(changed.map((one): Piece[] => [changeSentence(one)])),
    paragraph('Here they are anew; press Delete again if they are right.'),
  ];
}

/** Nobody of those who were named can be deleted. */
export function nobodyBlocks(leftOut: string): KnownBlock[] {
  return [
    paragraph(emoji('information_source'), ' There is nobody to delete. Nothing was changed.'),
    ...problemBlocks(leftOut),
  ];
}

/** A second admin was asked. */
export function askedBlocks({ plans }: SeveralPlan): KnownBlock[] {
  return [
    paragraph(emoji('busts_in_silhouette'), ' ', bold(`Deleting ${people(plans.length)} needs a second admin.`)),
    paragraph(
      'The other admins were asked. Nothing has changed yet; it happens when one of them agrees within 24 hours and the work is still as you saw it. You hear of it in our direct conversation.',
    ),
  ];
}

/** What a second admin is asked for, in a sentence. */
export function summaryOf({ plans, replacement }: SeveralPlan): string {
  const named = plans.slice(0, 5).map(({ user }) => user.email);
  const more = plans.length - named.length;
  const who = `${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const { runs, casesMoved } = totalOf(plans);
  const taken =
    replacement === null || runs + casesMoved === 0
      ? ''
      : `; ${replacement.email} takes over ${count(runs, 'test run')} and ${count(casesMoved, 'run case')}`;
  return `Delete ${people(plans.length)}: ${who}${taken}`;
}

/** The same for each person, a line each. */
export function detailsOf({ plans, replacement }: SeveralPlan): string[] {
  const gains = plans.flatMap((one) => one.gains).map(({ project, profile }) => `${project} as ${profile}`);
  return [
    ...plans.map((one) => `${one.user.email}: ${numbers(countsOf(one))}`),
    ...(replacement === null || gains.length === 0 ? [] : [`${replacement.email} enters ${listOf(gains)}`]),
  ];
}

function resultsOf(ended: readonly DeletedPerson[]): Results {
  const results = ended.map(
    ({ subject, outcome, reason, counts }): ResultLine => ({
      subject,
      outcome,
      reason: counts === null ? reason : numbers(counts),
    }),
  );
  return { operationId: 0, title: 'Deletion', results, undoable: false };
}

/** How it ended for each, where somebody waits for it. */
export function deletedBlocks(ended: readonly DeletedPerson[]): KnownBlock[] {
  return resultBlocks(resultsOf(ended));
}

/** How it ended for each, as a message. */
export function deletedMessage(ended: readonly DeletedPerson[]): SlackMessage {
  return resultMessage(resultsOf(ended));
}

/** Why what a second admin agreed to was not done. */
export function movedSentence(changed: readonly ChangedDeletion[]): string {
  return `Nobody was deleted, because something changed after the numbers were shown. ${changed.map(changeSentence).join(' ')}`;
}

/** The same for whoever asked, with the way on. */
export function movedMessage(changed: readonly ChangedDeletion[], value: string): SlackMessage {
  return message(
    'Nobody was deleted.',
    list(changed.map((one): Piece[] => [changeSentence(one)])),
    buttons('look-again', button({ actionId: lookAgainButton, text: 'Look at it anew', value })),
  );
}
