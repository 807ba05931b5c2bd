import type { KnownBlock, PlainTextOption } from '@slack/types';
import { z } from 'zod';
import { lengthProblem } from '../../lib/email';
import { oneLine } from '../../lib/plain-text';
import { type ModalView, modal, note, option, paragraph, plain } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { groupSuggestions } from '../invites/invites.modals';
import { displayName, nameLimit, type UserStatus, usernameLimit } from '../users/users.types';
import { meanwhileBlocks } from './edits.text';
import type { EditForm, EditResult, UserEdit, UserFields } from './edits.types';
import { fieldLabels, statusLabels, systemLabels } from './user-fields';

export const editCallback = 'edit-user';
export const profileSuggestions = 'edit-profile';
/** The option that stands for no profile of their own. */
export const siteDefault = option('Site default', 'none');

const fieldsSchema = z.object({
  firstName: z.string(),
  lastName: z.string(),
  status: z.enum(['invited', 'active', 'disabled']),
  isAdmin: z.boolean(),
  authSystem: z.enum(['internal', 'ldap', 'sso']),
  ssoUsername: z.string().nullable(),
  ldapUsername: z.string().nullable(),
  defaultProfileId: z.int().nullable(),
  groupIds: z.array(z.int()),
});
const metadataSchema = z.object({ userId: z.int(), version: z.int(), round: z.int(), shown: fieldsSchema });

const choices: Readonly<Record<UserStatus, readonly UserStatus[]>> = {
  invited: ['invited', 'active', 'disabled'],
  active: ['active', 'disabled'],
  disabled: ['disabled', 'active'],
};

/** The form of one user; drawn again with what was typed when it could not be saved. */
export function editModal(form: EditForm, again?: Extract<EditResult, { kind: 'again' }>, round = 0): ModalView {
  const { user, fields, catalogue, switchedOn, moreGroups } = form;
  const typed = again?.typed ?? fields;
  // Inputs get new names in every round, because Slack keeps what was in inputs of the same name.
  const id = (name: string) => `${name}:${round}`;
  const text = (name: 'firstName' | 'lastName' | 'ssoUsername' | 'ldapUsername', hint?: string): KnownBlock => ({
    type: 'input',
    block_id: id(name),
    optional: true,
    label: plain(fieldLabels[name]),
    ...(hint ? { hint: plain(hint) } : {}),
    element: {
      type: 'plain_text_input',
      action_id: name,
      ...(typed[name] ? { initial_value: typed[name] } : {}),
    },
  });
  const select = (name: 'status' | 'authSystem', options: PlainTextOption[], hint?: string): KnownBlock => {
    const initial = options.find(({ value }) => value === typed[name]) ?? options[0];
    return {
      type: 'input',
      block_id: id(name),
      label: plain(fieldLabels[name]),
      ...(hint ? { hint: plain(hint) } : {}),
      element: { type: 'static_select', action_id: name, options, ...(initial ? { initial_option: initial } : {}) },
    };
  };
  const yes = option('May administer users and this site', 'yes');
  const profile = catalogue.profiles.find(({ id: profileId }) => profileId === typed.defaultProfileId);
  const groups = catalogue.groups
    .filter((group) => typed.groupIds.includes(group.id))
    .slice(0, 100)
    .map((group) => option(group.name, String(group.id)));
  return modal({
    callbackId: editCallback,
    title: 'Edit person',
    submit: 'Save',
    close: 'Cancel',
    metadata: { userId: user.id, version: user.version, round, shown: fields },
    blocks: [
      ...(again?.meanwhile ? meanwhileBlocks(again.meanwhile) : []),
      paragraph(`${displayName(user)} · ${user.email}`),
      text('firstName'),
      text('lastName'),
      select(
        'status',
        choices[user.status].map((status) => option(statusLabels[status], status)),
        user.status === 'disabled'
          ? 'Active takes a seat. Somebody who never accepted an invitation is invited again.'
          : 'Disabled ends their sessions and voids tokens and links; their work stays assigned.',
      ),
      {
        type: 'input',
        block_id: id('isAdmin'),
        optional: true,
        label: plain(fieldLabels.isAdmin),
        element: {
          type: 'checkboxes',
          action_id: 'isAdmin',
          options: [yes],
          ...(typed.isAdmin ? { initial_options: [yes] } : {}),
        },
      },
      ...(again?.phrase ? [phraseBlock(id('phrase'), again.phrase)] : []),
      select(
        'authSystem',
        (['internal', 'ldap', 'sso'] as const).map((system) =>
          option(`${systemLabels[system]}${switchedOn[system] ? '' : ', off for this site'}`, system),
        ),
      ),
      text('ssoUsername', 'Kept when somebody signs in by another system, so that they can be switched back.'),
      text('ldapUsername'),
      {
        type: 'input',
        block_id: id('defaultProfileId'),
        label: plain(fieldLabels.defaultProfileId),
        hint: plain('What they get in projects they are added to from now on.'),
        element: {
          type: 'external_select',
          action_id: profileSuggestions,
          min_query_length: 0,
          placeholder: plain('Choose a profile'),
          initial_option:
            typed.defaultProfileId === null
              ? siteDefault
              : option(profile?.name ?? 'An archived profile', String(typed.defaultProfileId)),
        },
      },
      {
        type: 'input',
        block_id: id('groupIds'),
        optional: true,
        label: plain(fieldLabels.groupIds),
        element: {
          type: 'multi_external_select',
          action_id: groupSuggestions,
          min_query_length: 0,
          placeholder: plain('Choose groups'),
          ...(groups.length > 0 ? { initial_options: groups } : {}),
        },
      },
      ...(moreGroups > 0 ? [note(`They are in ${moreGroups} more groups, which stay as they are.`)] : []),
      note('Nothing changes before you press Save.'),
    ],
  });
}

function phraseBlock(blockId: string, phrase: string): KnownBlock {
  return {
    type: 'input',
    block_id: blockId,
    optional: true,
    label: plain(`Type “${phrase}”`),
    hint: plain('This site has one admin, so nobody else can agree to it.'),
    element: { type: 'plain_text_input', action_id: 'phrase' },
  };
}

/** What an input holds, whatever round its form is in. */
function stateOf(values: ViewValues, name: string, actionId = name) {
  const [, block] = Object.entries(values).find(([blockId]) => blockId.split(':', 1)[0] === name) ?? [];
  return block?.[actionId];
}

const line = (values: ViewValues, name: string) => oneLine(stateOf(values, name)?.value ?? '');

/** What was shown and what was filled in. @throws ZodError for metadata that is not ours */
export function readEditForm(
  values: ViewValues,
  metadata: unknown,
): Omit<UserEdit, 'idempotencyKey'> & { readonly round: number } {
  const { userId, version, round, shown } = metadataSchema.parse(metadata);
  const profile = stateOf(values, 'defaultProfileId', profileSuggestions)?.selected_option?.value;
  const groups = stateOf(values, 'groupIds', groupSuggestions)?.selected_options ?? [];
  const typed: UserFields = fieldsSchema.parse({
    firstName: line(values, 'firstName'),
    lastName: line(values, 'lastName'),
    status: stateOf(values, 'status')?.selected_option?.value ?? shown.status,
    isAdmin: (stateOf(values, 'isAdmin')?.selected_options ?? []).length > 0,
    authSystem: stateOf(values, 'authSystem')?.selected_option?.value ?? shown.authSystem,
    ssoUsername: line(values, 'ssoUsername') || null,
    ldapUsername: line(values, 'ldapUsername') || null,
    defaultProfileId:
      profile === undefined ? shown.defaultProfileId : profile === siteDefault.value ? null : Number(profile),
    groupIds: groups.map(({ value }) => Number(value)),
  });
  return { userId, version, round, shown, typed, phrase: line(values, 'phrase') };
}

/** What is too long, by the blocks as they stand. */
export function checkEditForm(values: ViewValues): Record<string, string> | null {
  const problems: Record<string, string> = {};
  for (const [name, limit] of [
    ['firstName', nameLimit],
    ['lastName', nameLimit],
    ['ssoUsername', usernameLimit],
    ['ldapUsername', usernameLimit],
  ] as const) {
    const blockId = Object.keys(values).find((key) => key.split(':', 1)[0] === name) ?? name;
    const problem = lengthProblem(fieldLabels[name], line(values, name), limit);
    if (problem !== null) problems[blockId] = problem;
  }
  return Object.keys(problems).length > 0 ? problems : null;
}
