import type { KnownBlock } from '@slack/types';
import { count, listOf, shorten } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  emoji,
  fitting,
  list,
  message,
  note,
  type Piece,
  paragraph,
  type SlackMessage,
} from '../../platform/slack/blocks';
import type { Outcome } from './operations.service';
import { reasonText } from './reasons.types';

/** The words that plans and results of every operation share: who, what follows, and how it ended for each person. */

/** Somebody as far as a plan names them; a User is one. */
export interface Person {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** How it ended for one person; an OperationResult is one. */
export interface ResultLine {
  readonly subject: string;
  readonly outcome: Outcome;
  /** A short word of `reasonWords`, or a sentence of its own. */
  readonly reason: string | null;
  /** What is only for the eyes of whoever acts: a link to hand over. */
  readonly extra?: readonly Piece[];
}

export interface Plan {
  readonly title: string;
  /** What follows, a sentence each, with exact counts. */
  readonly consequences: readonly string[];
  readonly people: readonly Person[];
  /** How many people there are in all, where `people` holds only the first. */
  readonly total?: number;
}

export interface Results {
  readonly operationId: number;
  readonly title: string;
  /** As many as are known; the rest is told by `counts`. */
  readonly results: readonly ResultLine[];
  /** How it ended in all, where `results` holds only the first. */
  readonly counts?: Readonly<Record<Outcome, number>>;
  /** Sentences between the counts and the people. */
  readonly remarks?: readonly string[];
  /** A button takes it back for ten minutes. */
  readonly undoable?: boolean;
}

// With title and counts far below the 12,000 characters of a message, and short enough to be read.
const peopleShown = 40;
const peopleCharacters = 7000;

/** Whether results are so many that a message does not name all of them. */
export function needsWorkbook(results: number): boolean {
  return results > peopleShown;
}

const named = ({ firstName, lastName, email }: Person) => {
  const name = `${firstName} ${lastName}`.trim();
  return name === '' ? email : `${name} (${email})`;
};

/** The first people of many, one a line, and how many there are besides. */
export function peopleBlocks(people: readonly Person[], total = people.length): KnownBlock[] {
  if (people.length === 0) return [];
  const { shown } = fitting(people, peopleShown, (person) => named(person).length + 20, peopleCharacters);
  const more = total - shown.length;
  return [
    list([
      ...shown.map((person): Piece[] => [named(person)]),
      ...(more > 0 ? [[`… and ${count(more, 'person', 'people')} more`] as Piece[]] : []),
    ]),
  ];
}

/** What will happen, and to whom. */
export function planBlocks(plan: Plan): KnownBlock[] {
  return [
    paragraph(bold(shorten(plan.title, 300))),
    ...(plan.consequences.length > 0 ? [list(plan.consequences.map((sentence) => [shorten(sentence, 600)]))] : []),
    ...peopleBlocks(plan.people, plan.total),
  ];
}

/** A plan as a message, with whatever asks for the decision below it. */
export function planMessage(plan: Plan, ...below: readonly KnownBlock[]): SlackMessage {
  return message(plan.title, ...planBlocks(plan), ...below, note('Nothing has changed yet. Only you see this.'));
}

const outcomes: readonly Outcome[] = ['done', 'unchanged', 'skipped', 'failed'];
const signs: Readonly<Record<Outcome, string>> = {
  done: 'white_check_mark',
  unchanged: 'heavy_minus_sign',
  skipped: 'fast_forward',
  failed: 'x',
};

/** How many results ended in which way. */
export function countOutcomes(results: readonly Pick<ResultLine, 'outcome'>[]): Record<Outcome, number> {
  const counts: Record<Outcome, number> = { done: 0, unchanged: 0, skipped: 0, failed: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

/** `3 done, 1 skipped`. */
export function countsSentence(counts: Readonly<Record<Outcome, number>>): string {
  const parts = outcomes
    .filter((outcome) => counts[outcome] > 0)
    .map((outcome) => `${counts[outcome].toLocaleString('en-US')} ${outcome}`);
  return parts.length === 0 ? 'Nobody was named' : listOf(parts);
}

/** A room for the button that takes an operation back. */
export function undoSlot(operationId: number, undoable: boolean): KnownBlock[] {
  if (!undoable) return [];
  const undo = button({ actionId: 'undo-operation', text: 'Undo', value: String(operationId) });
  return [buttons('undo-operation', undo), note('Undo works for ten minutes and restores exactly what this changed.')];
}

const resultPieces = ({ subject, outcome, reason, extra }: ResultLine): Piece[] => [
  emoji(signs[outcome]),
  ` ${shorten(subject, 254)}: ${outcome}${reason === null ? '' : ` – ${shorten(reasonText(reason), 200)}`}`,
  ...(extra === undefined ? [] : ['  ', ...extra]),
];

const resultSize = (result: ResultLine) =>
  resultPieces(result).reduce(
    (sum, piece) => sum + (typeof piece === 'string' ? piece.length : JSON.stringify(piece).length),
    20,
  );

/** How an operation ended: the counts, then each person, those with a problem first. */
export function resultBlocks(ended: Results): KnownBlock[] {
  const counts = ended.counts ?? countOutcomes(ended.results);
  const total = outcomes.reduce((sum, outcome) => sum + counts[outcome], 0);
  const urgent = [...ended.results].sort(
    (one, other) => outcomes.indexOf(other.outcome) - outcomes.indexOf(one.outcome),
  );
  const { shown } = fitting(urgent, peopleShown, resultSize, peopleCharacters);
  const more = total - shown.length;
  const sign = counts.failed > 0 ? 'warning' : counts.done > 0 ? 'white_check_mark' : 'information_source';
  return [
    paragraph(emoji(sign), ' ', bold(shorten(ended.title, 300))),
    paragraph(`${countsSentence(counts)}.`),
    ...(ended.remarks ?? []).map((remark) => paragraph(shorten(remark, 600))),
    ...(shown.length > 0
      ? [
          list([
            ...shown.map(resultPieces),
            ...(more > 0 ? [[`… and ${count(more, 'person', 'people')} more`] as Piece[]] : []),
          ]),
        ]
      : []),
    ...undoSlot(ended.operationId, ended.undoable ?? false),
  ];
}

/** How an operation ended, as a message. */
export function resultMessage(ended: Results): SlackMessage {
  return message(ended.title, ...resultBlocks(ended));
}
