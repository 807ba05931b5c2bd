import type { KnownBlock } from '@slack/types';
import { count } from '../../lib/plain-text';
import type { RenderedChat } from '../../platform/mail/delivery.types';
import { siteTime } from '../../platform/mail/site-time';
import {
  bold,
  button,
  buttons,
  code,
  confirmation,
  emoji,
  list,
  message,
  note,
  type Piece,
  paragraph,
  type SlackMessage,
  section,
} from '../../platform/slack/blocks';
import { nameAndAddress, planSentences } from '../deletion/deletion.text';
import type { DeletionPlan } from '../deletion/deletion.types';
import type { Offboarding, OffboardingLists, PlannedOffboarding } from './offboarding.types';

/** Ends a planned deletion from the message that tells of it, and from the list. */
export const callOffButton = 'call-off-offboarding';
export const callOffListedButton = 'call-off-listed-offboarding';

function callOff(offboarding: Offboarding, actionId: string) {
  return button({
    actionId,
    text: 'Call off',
    value: String(offboarding.id),
    label: `Call off the deletion of ${offboarding.userEmail}`,
    confirm: confirmation(
      'Call it off?',
      `${offboarding.userEmail} stays as they are, and nothing is deleted.`,
      'Call it off',
    ),
  });
}

const planList = (plan: DeletionPlan): KnownBlock => list(planSentences(plan).map((line): Piece[] => [line]));

/** What a second admin is asked for, and what it would do as things are. */
export function requestWords(
  { userEmail, dueAt, replacementEmail }: Offboarding,
  plan: DeletionPlan,
  timeZone: string,
): { readonly summary: string; readonly details: readonly string[] } {
  const taker = replacementEmail === null ? '' : `; ${replacementEmail} takes over`;
  return {
    summary: `Plan the deletion of ${userEmail} for ${siteTime(dueAt, timeZone)}${taker}`,
    details: ['As things are now; it is counted anew when it runs:', ...planSentences(plan)],
  };
}

/** It waits for a second admin; how that ends is told by the approval. */
function askedMessage({ offboarding, plan }: PlannedOffboarding, timeZone: string): SlackMessage {
  const title = `A second admin was asked, because you have planned a deletion already. When one agrees within 24 hours, ${nameAndAddress(plan.user)} will be deleted on ${siteTime(offboarding.dueAt, timeZone)}.`;
  return message(
    title,
    paragraph(emoji('hourglass'), ` ${title}`),
    paragraph('As things are today:'),
    planList(plan),
    buttons('offboarding', callOff(offboarding, callOffButton)),
    note('Without their approval it never runs. /users offboard lists it until then.'),
  );
}

/** What was planned, and what it would do today. */
export function plannedMessage(planned: PlannedOffboarding, timeZone: string): SlackMessage {
  const { offboarding, plan, before } = planned;
  if (offboarding.state === 'asked') return askedMessage(planned, timeZone);
  const when = siteTime(offboarding.dueAt, timeZone);
  const title = `${nameAndAddress(plan.user)} will be deleted on ${when}.`;
  return message(
    title,
    paragraph(emoji('date'), ' ', bold(nameAndAddress(plan.user)), ' will be deleted on ', bold(when), '.'),
    ...(before === null ? [] : [paragraph(`It was planned for ${siteTime(before, timeZone)} before.`)]),
    paragraph('As things are today:'),
    planList(plan),
    buttons('offboarding', callOff(offboarding, callOffButton)),
    note(
      'It is counted anew when it runs. You and the admin channel are reminded the day before. /users offboard lists what is planned.',
    ),
  );
}

/** How calling off ended. */
export function calledOffSentence(offboarding: Offboarding, calledOff: boolean): string {
  const { userEmail, state } = offboarding;
  if (calledOff) return `Called off: ${userEmail} stays.`;
  switch (state) {
    case 'done':
      return `Too late: ${userEmail} was deleted as planned.`;
    case 'failed':
      return `There is nothing to call off: the deletion of ${userEmail} failed.`;
    case 'called_off':
    case 'asked':
    case 'planned':
      return `The deletion of ${userEmail} was called off before.`;
  }
}

const takerOf = ({ replacementEmail }: Offboarding) =>
  replacementEmail === null ? 'no replacement' : `${replacementEmail} takes over`;

const waiting = ({ state }: Offboarding) =>
  state === 'asked' ? ' · waits for a second admin, and never runs without one' : '';

const more = (total: number, shown: number): KnownBlock[] =>
  total > shown ? [note(`… and ${total - shown} more.`)] : [];

/** `/users offboard` alone. `said` is what a click on it did. */
export function offboardingsMessage(
  lists: OffboardingLists,
  timeZone: string,
  said: string | null = null,
): SlackMessage {
  const { planned, total, failed } = lists;
  const title = total === 0 ? 'No deletion is planned' : count(total, 'planned deletion');
  return message(
    said === null ? title : `${said} ${title}`,
    ...(said === null ? [] : [paragraph(said)]),
    paragraph(bold(title)),
    ...planned.map((offboarding) =>
      section(
        `${offboarding.userEmail}\n${siteTime(offboarding.dueAt, timeZone)} · ${takerOf(offboarding)} · planned by ${offboarding.requestedByEmail}${waiting(offboarding)}`,
        callOff(offboarding, callOffListedButton),
        `offboarding-${offboarding.id}`,
      ),
    ),
    ...more(total, planned.length),
    ...(failed.length === 0
      ? []
      : [
          paragraph(bold('Not done')),
          list(
            failed.map((offboarding): Piece[] => [
              `${offboarding.userEmail}, ${siteTime(offboarding.dueAt, timeZone)}: ${offboarding.problem ?? ''}`,
            ]),
          ),
        ]),
    paragraph('Plan one with ', code('/users offboard EMAIL on:2026-12-01 18:00 replacement:EMAIL'), '.'),
  );
}

/** The Home's block; nothing when nothing is planned. */
export function homeBlocks({ planned, total }: OffboardingLists, timeZone: string): KnownBlock[] {
  if (total === 0) return [];
  const shown = planned.slice(0, 5);
  const show = button({ actionId: 'show-offboardings', text: 'Show', label: 'Show planned deletions' });
  return [
    section(`Planned deletions: ${total}`, show, 'offboardings'),
    list(shown.map((item): Piece[] => [bold(item.userEmail), `  ${siteTime(item.dueAt, timeZone)}${waiting(item)}`])),
    ...more(total, shown.length),
  ];
}

const asChat = ({ text, blocks }: SlackMessage): RenderedChat => ({ text, blocks });

/** The day before. `problem` tells why it would fail as things are. */
export function reminderChat(
  offboarding: Offboarding,
  plan: DeletionPlan | null,
  problem: string | null,
  timeZone: string,
): RenderedChat {
  const title = `${offboarding.userEmail} will be deleted on ${siteTime(offboarding.dueAt, timeZone)}, planned by ${offboarding.requestedByEmail}.`;
  return asChat(
    message(
      title,
      paragraph(emoji('date'), ` ${title}`),
      ...(plan === null ? [] : [paragraph('As things are now:'), planList(plan)]),
      ...(problem === null ? [] : [paragraph(emoji('warning'), ` As things are now it will fail: ${problem}`)]),
      buttons('offboarding', callOff(offboarding, callOffButton)),
    ),
  );
}

/** It happened. */
export function doneChat(
  offboarding: Offboarding,
  outcome: { readonly runs: number; readonly casesMoved: number; readonly casesLeft: number },
): RenderedChat {
  const { runs, casesMoved, casesLeft } = outcome;
  const work =
    runs + casesMoved + casesLeft === 0
      ? 'There was no open work.'
      : `${count(runs, 'test run')} and ${count(casesMoved, 'run case')} went to ${offboarding.replacementEmail ?? 'nobody'}; ${count(casesLeft, 'run case')} became unassigned.`;
  const title = `${offboarding.userEmail} was deleted, as ${offboarding.requestedByEmail} had planned. ${work}`;
  return asChat(message(title, paragraph(emoji('white_check_mark'), ` ${title}`)));
}

/** It did not happen. */
export function failedChat(offboarding: Offboarding): RenderedChat {
  const title = `${offboarding.userEmail} was not deleted as ${offboarding.requestedByEmail} had planned: ${offboarding.problem ?? ''} Nothing was changed.`;
  return asChat(
    message(
      title,
      paragraph(emoji('warning'), ` ${title}`),
      paragraph('Plan it anew with ', code('/users offboard'), ', or delete now with ', code('/users delete'), '.'),
    ),
  );
}
