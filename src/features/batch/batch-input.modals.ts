import type { KnownBlock, PlainTextOption } from '@slack/types';
import { z } from 'zod';
import { count } from '../../lib/plain-text';
import { emoji, type ModalView, modal, option, paragraph, plain } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import type { Catalogue } from '../access/access.service';
import { type BatchInput, batchInput } from './batch.types';

export const assignCallback = 'batch-assign';
export const updateCallback = 'batch-update';
export const projectsSuggestions = 'batch-projects';
export const groupsSuggestions = 'batch-groups';

/** A choice that leaves things as they are, and one that takes the usual. */
const asIs = 'as-is';
const usual = 'usual';

interface Step {
  readonly batchId: number;
  readonly total: number;
  readonly catalogue: Catalogue;
  readonly remarks: readonly string[];
}

const people = (total: number) => count(total, 'person', 'people');

function choice(blockId: string, label: string, options: readonly PlainTextOption[], hint?: string): KnownBlock {
  const [first] = options;
  return {
    type: 'input',
    block_id: blockId,
    label: plain(label),
    ...(hint === undefined ? {} : { hint: plain(hint) }),
    element: {
      type: 'static_select',
      action_id: blockId,
      options: [...options],
      ...(first === undefined ? {} : { initial_option: first }),
    },
  };
}

function several(blockId: string, label: string, actionId: string, placeholder: string, optional: boolean): KnownBlock {
  return {
    type: 'input',
    block_id: blockId,
    optional,
    label: plain(label),
    element: {
      type: 'multi_external_select',
      action_id: actionId,
      min_query_length: 0,
      max_selected_items: 100,
      placeholder: plain(placeholder),
    },
  };
}

const remarkBlocks = ({ remarks }: Step): KnownBlock[] =>
  remarks.map((remark) => paragraph(emoji('warning'), ` ${remark}`));
const profileOptions = ({ catalogue }: Step, most: number) =>
  catalogue.profiles.slice(0, most).map(({ id, name }) => option(name, String(id)));

/** Second step of Assign projects. */
export function assignModal(step: Step): ModalView {
  return modal({
    callbackId: assignCallback,
    title: 'Assign projects',
    submit: 'Next',
    close: 'Cancel',
    metadata: { batchId: step.batchId },
    blocks: [
      paragraph(`For ${people(step.total)}.`),
      ...remarkBlocks(step),
      several('projects', 'Projects', projectsSuggestions, 'Choose projects', false),
      choice(
        'profile',
        'Profile',
        [option('Default profile of each person', usual), ...profileOptions(step, 99)],
        'Whoever is in one of the projects already keeps their profile there.',
      ),
    ],
  });
}

/** Second step of Update users. */
export function updateModal(step: Step): ModalView {
  return modal({
    callbackId: updateCallback,
    title: 'Update users',
    submit: 'Next',
    close: 'Cancel',
    metadata: { batchId: step.batchId },
    blocks: [
      paragraph(`For ${people(step.total)}. What you leave as it is stays so.`),
      ...remarkBlocks(step),
      choice('default-profile', 'Default profile', [
        option('Leave as it is', asIs),
        option('Default of the site', usual),
        ...profileOptions(step, 98),
      ]),
      choice('groups-mode', 'What to do with groups', [
        option('Leave as they are', asIs),
        option('Add the groups below', 'add'),
        option('Replace by the groups below', 'replace'),
        option('Take the groups below away', 'remove'),
      ]),
      several('groups', 'Groups', groupsSuggestions, 'Choose groups', true),
      choice('auth', 'Signs in by', [
        option('Leave as it is', asIs),
        option('Internal (password)', 'internal'),
        option('LDAP', 'ldap'),
        option('SSO', 'sso'),
      ]),
      choice(
        'licence',
        'Licence',
        [option('Leave as it is', asIs), option('Read Only in all their projects', 'read-only')],
        'Read Only takes a seat like any other.',
      ),
    ],
  });
}

const ids = z.array(z.coerce.number().int().positive());
const selectedIds = (values: ViewValues, block: string, actionId: string) =>
  ids.parse((values[block]?.[actionId]?.selected_options ?? []).map(({ value }) => value));
const selected = (values: ViewValues, block: string) => values[block]?.[block]?.selected_option?.value ?? asIs;

export function readAssignForm(values: ViewValues): BatchInput {
  const profile = selected(values, 'profile');
  return batchInput.parse({
    projectIds: selectedIds(values, 'projects', projectsSuggestions),
    profileId: profile === asIs || profile === usual ? null : Number(profile),
  });
}

export function readUpdateForm(values: ViewValues): BatchInput {
  const profile = selected(values, 'default-profile');
  const mode = selected(values, 'groups-mode');
  const auth = selected(values, 'auth');
  return batchInput.parse({
    ...(profile === asIs ? {} : { defaultProfileId: profile === usual ? null : Number(profile) }),
    ...(mode === asIs ? {} : { groups: { mode, groupIds: selectedIds(values, 'groups', groupsSuggestions) } }),
    ...(auth === asIs ? {} : { authSystem: auth }),
    readOnly: selected(values, 'licence') === 'read-only',
  });
}

/** What is wrong with the second step of Update as it stands, by block. */
export function checkUpdateForm(values: ViewValues): Record<string, string> | null {
  const input = readUpdateForm(values);
  const chosen = selectedIds(values, 'groups', groupsSuggestions);
  if (input.groups === undefined && chosen.length > 0)
    return { 'groups-mode': 'Say what to do with the groups that you chose below.' };
  if (input.groups !== undefined && input.groups.mode !== 'replace' && chosen.length === 0)
    return { groups: 'Choose at least one group.' };
  const nothing =
    input.defaultProfileId === undefined &&
    input.groups === undefined &&
    input.authSystem === undefined &&
    !input.readOnly;
  return nothing ? { 'default-profile': 'Choose at least one thing to update.' } : null;
}
