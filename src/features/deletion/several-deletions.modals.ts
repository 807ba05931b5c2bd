import type { KnownBlock } from '@slack/types';
import { z } from 'zod';
import { button, buttons, type ModalView, modal, plain } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { phraseFor } from '../approvals/approvals.service';
import { leftOverButton, readReplacement, replacementPicker } from './deletion.modals';
import { countsOf, type DeletionCounts, needsReplacement } from './deletion.types';
import { severalBlocks } from './several-deletions.text';
import {
  lacksReplacement,
  needsPhrase,
  type SeveralPlan,
  type ShownDeletion,
  severalLimit,
  totalOf,
} from './several-deletions.types';

export const severalCallback = 'delete-several';
export const severalTitle = 'Delete these people?';
export const severalReplacementSelect = 'several-deletions-replacement';

const number = z.number().int().min(0);
/** `[user, digest, [numbers]]`: names would not fit for twenty people into what a view carries along. */
const shownPerson = z.tuple([
  number,
  z.string().max(64),
  z.tuple([number, number, number, number, number, number, number]),
]);
const metadataSchema = z.object({ people: z.array(shownPerson).max(severalLimit), unknown: z.string().max(500) });

const asTuple = (counts: DeletionCounts) => {
  const { runs, casesMoved, casesLeft, projects, sessions, tokens, seats } = counts;
  return [runs, casesMoved, casesLeft, projects, sessions, tokens, seats];
};

/** Of whom a modal speaks, and which numbers it shows of each. Everything is read again before anything happens. */
export function readSeveralMetadata(metadata: unknown): {
  readonly shown: readonly ShownDeletion[];
  readonly unknown: string;
} {
  const { people, unknown } = metadataSchema.parse(metadata);
  return {
    unknown,
    shown: people.map(([userId, digest, [runs, casesMoved, casesLeft, projects, sessions, tokens, seats]]) => ({
      userId,
      digest,
      counts: { runs, casesMoved, casesLeft, projects, sessions, tokens, seats },
    })),
  };
}

/** What deleting these would do, with a picker for whoever takes over. */
export function severalModal(
  plan: SeveralPlan,
  beside: { readonly above: readonly KnownBlock[]; readonly leftOut: string; readonly unknown: string },
): ModalView {
  const { plans, replacement, need } = plan;
  const phrase = phraseFor('delete_users', plans.length);
  const typing: KnownBlock = {
    type: 'input',
    block_id: 'typed',
    label: plain(`Type “${phrase}” to go on`),
    hint: plain(
      need === 'phrase'
        ? 'There is no second admin to ask, and no way back.'
        : 'More than 50 things move, and there is no way back.',
    ),
    element: { type: 'plain_text_input', action_id: 'typed', max_length: 200 },
  };
  const { casesLeft } = totalOf(plans);
  const leftOver = button({
    actionId: leftOverButton,
    text: `Send me the ${casesLeft.toLocaleString('en-US')} left over`,
    value: plans.map(({ user }) => user.id).join(','),
  });
  return modal({
    callbackId: severalCallback,
    title: severalTitle,
    submit: 'Delete',
    close: 'Cancel',
    metadata: {
      people: plans.map((one) => [one.user.id, one.digest, asTuple(countsOf(one))]),
      unknown: beside.unknown,
    },
    blocks: [
      ...beside.above,
      ...severalBlocks(plan, beside.leftOut),
      ...(replacement !== null && casesLeft > 0 ? [buttons('left-over', leftOver)] : []),
      replacementPicker(severalReplacementSelect, replacement, plans.some(needsReplacement)),
      ...(needsPhrase(plan) && !lacksReplacement(plan) ? [typing] : []),
    ],
  });
}

/** Who was chosen and what was typed. A value that is no id counts as nobody. */
export function readSeveralForm(values: ViewValues): { readonly replacementId: number | null; readonly typed: string } {
  return {
    replacementId: readReplacement(values, severalReplacementSelect),
    typed: values.typed?.typed?.value ?? '',
  };
}
