import type { KnownBlock, PlainTextOption } from '@slack/types';
import { z } from 'zod';
import {
  button,
  buttons,
  emoji,
  type ModalView,
  modal,
  noticeModal,
  option,
  paragraph,
  plain,
} from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import type { User } from '../users/users.types';
import { nameAndAddress, planBlocks, reportBlocks } from './deletion.text';
import { type Candidate, type DeletionPlan, needsReplacement, needsTyping } from './deletion.types';

export const deletionCallback = 'delete-user';
export const deletionTitle = 'Delete this person?';
export const replacementSelect = 'deletion-replacement';
export const leftOverButton = 'deletion-left-over';

const metadataSchema = z.object({ userId: z.number().int().positive(), digest: z.string().max(64) });

/** Of whom a modal speaks, and which numbers it shows. Everything is read again before anything happens. */
export function readDeletionMetadata(metadata: unknown): { readonly userId: number; readonly digest: string } {
  return metadataSchema.parse(metadata);
}

/** The picker of whoever takes over; a choice counts anew. */
export function replacementPicker(actionId: string, replacement: User | null, isNeeded: boolean): KnownBlock {
  return {
    type: 'input',
    block_id: 'replacement',
    optional: !isNeeded,
    dispatch_action: true,
    label: plain('Who takes over?'),
    hint: plain('Any active person; those in the projects of the open work come first.'),
    element: {
      type: 'external_select',
      action_id: actionId,
      min_query_length: 0,
      placeholder: plain('Search by name or address'),
      ...(replacement ? { initial_option: option(nameAndAddress(replacement), String(replacement.id)) } : {}),
    },
  };
}

/** How many an external select shows. */
export const mostCandidates = 100;

/** What the picker offers, the nearest first. */
export function candidateOptions(found: {
  readonly near: readonly Candidate[];
  readonly others: readonly Candidate[];
}): PlainTextOption[] {
  return [
    ...found.near.map((person) => option(nameAndAddress(person), String(person.id), 'In these projects already')),
    ...found.others.map((person) => option(nameAndAddress(person), String(person.id))),
  ];
}

/** Who was chosen in it. A value that is no id counts as nobody. */
export function readReplacement(values: ViewValues, actionId: string): number | null {
  const chosen = Number(values.replacement?.[actionId]?.selected_option?.value ?? '');
  return Number.isSafeInteger(chosen) && chosen > 0 ? chosen : null;
}

/** What deletion would do, with a picker for whoever takes over. `problem` stands at the top. */
export function deletionModal(plan: DeletionPlan, problem: string | null = null): ModalView {
  const { user, replacement } = plan;
  const typing: KnownBlock = {
    type: 'input',
    block_id: 'typed',
    label: plain(`Type ${user.email} to confirm`.slice(0, 2000)),
    hint: plain('More than 50 things move, and there is no way back.'),
    element: { type: 'plain_text_input', action_id: 'typed', max_length: 300 },
  };
  const leftOver = button({
    actionId: leftOverButton,
    text: `Send me the ${plan.casesLeft.toLocaleString('en-US')} left over`,
    value: String(user.id),
  });
  return modal({
    callbackId: deletionCallback,
    title: deletionTitle,
    submit: 'Delete',
    close: 'Cancel',
    metadata: { userId: user.id, digest: plan.digest },
    blocks: [
      ...(problem === null ? [] : [paragraph(emoji('warning'), ` ${problem}`)]),
      ...planBlocks(plan),
      ...(replacement !== null && plan.casesLeft > 0 ? [buttons('left-over', leftOver)] : []),
      replacementPicker(replacementSelect, replacement, needsReplacement(plan)),
      ...(needsTyping(plan) && (replacement !== null || !needsReplacement(plan)) ? [typing] : []),
    ],
  });
}

/** Who was chosen and what was typed. */
export function readDeletionForm(values: ViewValues): {
  readonly replacementId: number | null;
  readonly typed: string;
} {
  return {
    replacementId: readReplacement(values, replacementSelect),
    typed: values.typed?.typed?.value ?? '',
  };
}

/** How it ended. */
export function deletedModal(plan: DeletionPlan): ModalView {
  return noticeModal('Deleted', ...reportBlocks(plan));
}
