import type { KnownBlock } from '@slack/types';
import { count } from '../../lib/plain-text';
import { bold, emoji, list, type Piece, paragraph } from '../../platform/slack/blocks';
import { displayName, type User } from '../users/users.types';
import { countsOf, type DeletionCounts, type DeletionPlan, needsReplacement, type ProjectGain } from './deletion.types';

/** `Ben Okri (ben@example.com)`, or the address alone. */
export function nameAndAddress(user: Pick<User, 'firstName' | 'lastName' | 'email'>): string {
  const name = displayName(user);
  return name === user.email ? name : `${name} (${user.email})`;
}

const gainsShown = 12;

function gainSentence({ project, profile, copied }: ProjectGain): string {
  return `${project} as ${profile}${copied ? '' : ', their own default profile, for there is no membership to copy'}`;
}

type HandedOver = Pick<DeletionPlan, 'replacement' | 'runs' | 'openCases' | 'casesMoved' | 'casesLeft' | 'gains'> & {
  /** How many are deleted, where it is more than one. */
  readonly people?: number;
};

/** What happens to the work, a sentence each: in the future before, in the past after. */
export function workLines(plan: HandedOver, done: boolean): string[] {
  const { replacement, runs, openCases, casesMoved, casesLeft, gains } = plan;
  if (!needsReplacement(plan)) return [`There ${done ? 'was' : 'is'} no open work to hand over.`];
  if (replacement === null) {
    return [
      `${count(runs, 'test run')} below 100 % and ${count(openCases, 'open run case')} need somebody who takes over. Choose one below.`,
    ];
  }
  const [go, become] = done ? ['went', 'became'] : [null, null];
  const whom = nameAndAddress(replacement);
  const lines: string[] = [];
  if (runs > 0) lines.push(`${count(runs, 'test run')} below 100 % ${go ?? (runs === 1 ? 'goes' : 'go')} to ${whom}.`);
  if (openCases > 0) {
    const some =
      casesLeft > 0 ? `${casesMoved} of ${count(openCases, 'open run case')}` : count(casesMoved, 'open run case');
    lines.push(`${some} ${go ?? (openCases === 1 ? 'goes' : 'go')} to ${whom}.`);
  }
  if (casesLeft > 0) {
    lines.push(
      `${count(casesLeft, 'run case')} ${become ?? (casesLeft === 1 ? 'becomes' : 'become')} unassigned: at most 100${(plan.people ?? 1) > 1 ? ' of each person’s' : ''} move, in the order of runs and positions.`,
    );
  }
  if (gains.length === 0) lines.push(`${displayName(replacement)} ${done ? 'entered' : 'enters'} no new project.`);
  for (const gain of gains.slice(0, gainsShown))
    lines.push(`${displayName(replacement)} ${done ? 'is now in' : 'enters'} ${gainSentence(gain)}.`);
  if (gains.length > gainsShown)
    lines.push(`… and ${count(gains.length - gainsShown, 'more project', 'more projects')} in the same way.`);
  return lines;
}

export function accountLines(
  counts: Pick<DeletionCounts, 'sessions' | 'tokens' | 'seats'> & { readonly people?: number },
  done: boolean,
): string[] {
  const { sessions, tokens, seats, people = 1 } = counts;
  const ends = done ? 'ended' : sessions === 1 ? 'ends' : 'end';
  const revoked = `${done ? (tokens === 1 ? 'was' : 'were') : tokens === 1 ? 'is' : 'are'} revoked`;
  return [
    `${count(sessions, 'session')} ${ends}, ${count(tokens, 'API token')} ${revoked}.`,
    seats === 0
      ? `No seat ${done ? 'became' : 'becomes'} free: ${people > 1 ? 'disabled people hold' : 'a disabled person holds'} none.`
      : `${count(seats, 'seat')} ${done ? (seats === 1 ? 'is' : 'are') : seats === 1 ? 'becomes' : 'become'} free${done ? ' now' : ''}.`,
  ];
}

const asList = (lines: readonly string[]): KnownBlock => list(lines.map((line): Piece[] => [line]));

/** What deleting somebody would do. */
export function planBlocks(plan: DeletionPlan): KnownBlock[] {
  return [
    paragraph(
      bold(nameAndAddress(plan.user)),
      ' will be deleted for good: the account, its memberships, and every way in. Finished work stays, under the name ',
      bold(`Deleted user #${plan.user.id}`),
      '.',
    ),
    asList(planSentences(plan)),
  ];
}

/** What it did. */
export function reportBlocks(plan: DeletionPlan): KnownBlock[] {
  return [
    paragraph(emoji('white_check_mark'), ' Deleted ', bold(nameAndAddress(plan.user)), '.'),
    asList([
      ...workLines(plan, true),
      ...accountLines(countsOf(plan), true),
      'The address can be invited again, as a new user that inherits nothing.',
    ]),
  ];
}

/** The plan in sentences, for messages that only name it. */
export function planSentences(plan: DeletionPlan): string[] {
  return [...workLines(plan, false), ...accountLines(countsOf(plan), false)];
}

export const changedSentence =
  'Something changed since these numbers were counted, so nothing was done. Here they are anew; press Delete again if they are right.';
