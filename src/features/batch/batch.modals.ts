import type { KnownBlock, PlainTextOption } from '@slack/types';
import { z } from 'zod';
import { parseRecipients } from '../../lib/email';
import { type ModalView, modal, note, option, paragraph, plain } from '../../platform/slack/blocks';
import { typedText } from '../../platform/slack/command-text';
import type { ViewValues } from '../../platform/slack/definitions';
import type { UserStatus } from '../users/users.types';
import { batchPlanBlocks } from './batch.text';
import { type BatchAction, type BatchPlan, batchActionNames, batchActions, batchLimit } from './batch.types';
import type { Choice } from './find-people.service';

export const peopleCallback = 'batch-people';
export const peopleSuggestions = 'batch-people';
export const projectSuggestions = 'batch-project';
export const groupSuggestions = 'batch-group';
export const planCallback = 'batch-plan';

const title = 'Change many people';

const statusOptions: readonly PlainTextOption[] = [
  option('Invited', 'invited'),
  option('Active', 'active'),
  option('Disabled', 'disabled'),
];

/** First step: what to do, and with whom. */
export function peopleModal(): ModalView {
  const optional = (blockId: string, label: string, element: object, hint?: string) =>
    ({
      type: 'input',
      block_id: blockId,
      optional: true,
      label: plain(label),
      ...(hint === undefined ? {} : { hint: plain(hint) }),
      element,
    }) as KnownBlock;
  return modal({
    callbackId: peopleCallback,
    title,
    submit: 'Next',
    close: 'Cancel',
    blocks: [
      {
        type: 'input',
        block_id: 'action',
        label: plain('What to do'),
        element: {
          type: 'static_select',
          action_id: 'action',
          placeholder: plain('Choose one'),
          options: batchActions.map((action) => option(batchActionNames[action], action)),
        },
      },
      optional('people', 'People', {
        type: 'multi_external_select',
        action_id: peopleSuggestions,
        min_query_length: 1,
        max_selected_items: 100,
        placeholder: plain('Type a name or an address'),
      }),
      optional('pasted', 'Or paste addresses', {
        type: 'plain_text_input',
        action_id: 'pasted',
        multiline: true,
        max_length: 3000,
        placeholder: plain('ada@example.com, Grace Hopper <grace@example.com>'),
      }),
      paragraph(`Or everybody who matches all of this, up to ${batchLimit.toLocaleString('en-US')}:`),
      optional('statuses', 'Status', { type: 'checkboxes', action_id: 'statuses', options: [...statusOptions] }),
      optional(
        'days',
        'Invited for this many days or longer',
        { type: 'number_input', action_id: 'days', is_decimal_allowed: false, min_value: '0', max_value: '3650' },
        'Takes only people who have not accepted yet.',
      ),
      optional('project', 'Project', {
        type: 'external_select',
        action_id: projectSuggestions,
        min_query_length: 0,
        placeholder: plain('Any project'),
      }),
      optional('group', 'Group', {
        type: 'external_select',
        action_id: groupSuggestions,
        min_query_length: 0,
        placeholder: plain('Any group'),
      }),
      note('Without a status, disabled people are left out. You see the whole plan before anything changes.'),
    ],
  });
}

const id = z.coerce.number().int().positive();
const days = z.coerce.number().int().min(0).max(3650);
const statuses = z.array(z.enum(['invited', 'active', 'disabled']));

interface PeopleForm {
  readonly action: BatchAction | null;
  readonly userIds: readonly number[];
  readonly pasted: string;
  readonly statuses: readonly UserStatus[];
  readonly days: number | null;
  readonly badDays: boolean;
  readonly projectId: number | null;
  readonly groupId: number | null;
}

function readForm(values: ViewValues): PeopleForm {
  const action = z.enum(batchActions).safeParse(values.action?.action?.selected_option?.value);
  const picked = values.people?.[peopleSuggestions]?.selected_options ?? [];
  const typedDays = values.days?.days?.value ?? '';
  const number = days.safeParse(typedDays);
  const one = (block: string, actionId: string) => {
    const parsed = id.safeParse(values[block]?.[actionId]?.selected_option?.value);
    return parsed.success ? parsed.data : null;
  };
  return {
    action: action.success ? action.data : null,
    userIds: picked.flatMap(({ value }) => {
      const parsed = id.safeParse(value);
      return parsed.success ? [parsed.data] : [];
    }),
    pasted: values.pasted?.pasted?.value ?? '',
    statuses: statuses.parse((values.statuses?.statuses?.selected_options ?? []).map(({ value }) => value)),
    days: typedDays !== '' && number.success ? number.data : null,
    badDays: typedDays !== '' && !number.success,
    projectId: one('project', projectSuggestions),
    groupId: one('group', groupSuggestions),
  };
}

const isNamed = (form: PeopleForm) => form.userIds.length > 0 || form.pasted.trim() !== '';
const isFiltered = (form: PeopleForm) =>
  form.statuses.length > 0 || form.days !== null || form.projectId !== null || form.groupId !== null;

/** What is wrong with the first step as it stands, by block. */
export function checkPeopleForm(values: ViewValues): Record<string, string> | null {
  const form = readForm(values);
  if (form.action === null) return { action: 'Choose what to do.' };
  if (form.badDays) return { days: 'Write a whole number of days, from 0 to 3650.' };
  if (isNamed(form) && isFiltered(form))
    return { pasted: 'Name people, or describe them by status, days, project or group; not both at once.' };
  if (!isNamed(form) && !isFiltered(form)) return { people: 'Choose people, paste addresses, or describe them below.' };
  if (form.days !== null && form.statuses.some((status) => status !== 'invited'))
    return { days: 'Only invited people wait. Choose no other status, or leave the days empty.' };
  const pasted = parseRecipients(typedText(form.pasted));
  if (form.userIds.length === 0 && !isFiltered(form) && pasted.recipients.length === 0)
    return { pasted: 'No e-mail address was found here. Write at least one, such as ada@example.com.' };
  return null;
}

/** What was chosen in the first step. */
export function readPeopleForm(values: ViewValues): { readonly action: BatchAction; readonly choice: Choice } {
  const form = readForm(values);
  const action = z.enum(batchActions).parse(form.action);
  return {
    action,
    choice: isNamed(form)
      ? { kind: 'named', userIds: form.userIds, pasted: parseRecipients(typedText(form.pasted)) }
      : {
          kind: 'filter',
          filter: {
            statuses: form.statuses,
            projectId: form.projectId,
            groupId: form.groupId,
            invitedDays: form.days,
          },
        },
  };
}

/** What the later steps carry along. */
export const batchMetadata = z.object({ batchId: z.number().int().positive() });

/** Last step: the plan, to be confirmed. */
export function planModal(plan: BatchPlan, remarks: readonly string[] = []): ModalView {
  const blocks = batchPlanBlocks(plan, remarks);
  if (plan.refusal !== null) return modal({ callbackId: 'notice', title, blocks });
  const phrase: KnownBlock[] =
    plan.phrase === null
      ? []
      : [
          {
            type: 'input',
            block_id: 'phrase',
            label: plain(`There is no second admin to ask. Type “${plan.phrase}” to go on.`),
            element: { type: 'plain_text_input', action_id: 'phrase', max_length: 200 },
          },
        ];
  return modal({
    callbackId: planCallback,
    title,
    submit: 'Confirm',
    close: 'Cancel',
    metadata: { batchId: plan.batch.id },
    blocks: [...blocks, ...phrase],
  });
}

export function readPhrase(values: ViewValues): string {
  return values.phrase?.phrase?.value ?? '';
}
