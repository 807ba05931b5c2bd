import type { KnownBlock, PlainTextOption } from '@slack/types';
import { parseRecipients, type Recipients } from '../../lib/email';
import { type ModalView, modal, note, option, paragraph, plain } from '../../platform/slack/blocks';
import { typedText } from '../../platform/slack/command-text';
import type { ViewValues } from '../../platform/slack/definitions';
import type { Catalogue } from '../access/access.service';
import { displayName, type User } from '../users/users.types';
import { invitationLimit } from './invites.types';

export const inviteCallback = 'invite';
export const projectSuggestions = 'invite-projects';
export const groupSuggestions = 'invite-groups';
const noProfile = 'none';
/** As many as a form can be given back with. */
const mostChoices = 100;

/** What the form for invitations holds. */
export interface InviteForm {
  readonly emails: string;
  readonly profileId: number | null;
  readonly groupIds: readonly number[];
  readonly projectIds: readonly number[];
}

const emptyForm: InviteForm = { emails: '', profileId: null, groupIds: [], projectIds: [] };

/** The form; filled in again after something was wrong. */
export function inviteModal(catalogue: Catalogue, form: InviteForm = emptyForm): ModalView {
  const siteDefault = catalogue.profiles.find(({ isDefault }) => isDefault);
  const noneOption = option(`Site default${siteDefault ? ` (${siteDefault.name})` : ''}`, noProfile);
  const profileOptions = [
    noneOption,
    ...catalogue.profiles.slice(0, 99).map(({ id, name }) => option(name, String(id))),
  ];
  const chosenProfile = profileOptions.find(({ value }) => value === String(form.profileId)) ?? noneOption;
  const chosen = (items: readonly { id: number; name: string }[], ids: readonly number[]): PlainTextOption[] =>
    items
      .filter(({ id }) => ids.includes(id))
      .slice(0, mostChoices)
      .map(({ id, name }) => option(name, String(id)));
  const external = (
    blockId: string,
    label: string,
    actionId: string,
    placeholder: string,
    initial: PlainTextOption[],
  ): KnownBlock => ({
    type: 'input',
    block_id: blockId,
    optional: true,
    label: plain(label),
    element: {
      type: 'multi_external_select',
      action_id: actionId,
      min_query_length: 0,
      max_selected_items: mostChoices,
      placeholder: plain(placeholder),
      ...(initial.length > 0 ? { initial_options: initial } : {}),
    },
  });
  return modal({
    callbackId: inviteCallback,
    title: 'Invite people',
    submit: 'Invite',
    close: 'Cancel',
    blocks: [
      {
        type: 'input',
        block_id: 'emails',
        label: plain('E-mail addresses'),
        hint: plain(
          `Typed or pasted, up to ${invitationLimit}: from a mail, a list, or a spreadsheet. Names beside them are taken along.`,
        ),
        element: {
          type: 'plain_text_input',
          action_id: 'emails',
          multiline: true,
          max_length: 3000,
          focus_on_load: true,
          placeholder: plain('ada@example.com, Grace Hopper <grace@example.com>'),
          ...(form.emails !== '' ? { initial_value: form.emails } : {}),
        },
      },
      {
        type: 'input',
        block_id: 'profile',
        label: plain('Profile'),
        hint: plain('What they may do in the projects below, and in those they are added to later.'),
        element: {
          type: 'static_select',
          action_id: 'profile',
          options: profileOptions,
          initial_option: chosenProfile,
        },
      },
      external(
        'projects',
        'Projects',
        projectSuggestions,
        'Choose projects',
        chosen(catalogue.projects, form.projectIds),
      ),
      external('groups', 'Groups', groupSuggestions, 'Choose groups', chosen(catalogue.groups, form.groupIds)),
      note(
        'Everybody also gets the sample project. More than 3,000 characters? Drop a spreadsheet instead: /users import.',
      ),
    ],
  });
}

const selected = (values: ViewValues, block: string, action: string) =>
  (values[block]?.[action]?.selected_options ?? []).map(({ value }) => Number(value)).filter(Number.isInteger);

/** What was filled in. */
export function readInviteForm(values: ViewValues): InviteForm {
  const profile = values.profile?.profile?.selected_option?.value ?? noProfile;
  return {
    emails: values.emails?.emails?.value ?? '',
    profileId: profile === noProfile ? null : Number(profile),
    groupIds: selected(values, 'groups', groupSuggestions),
    projectIds: selected(values, 'projects', projectSuggestions),
  };
}

/** The people in the form's text, which may hold what Slack makes of addresses when a message is pasted. */
export function formRecipients(form: InviteForm): Recipients {
  return parseRecipients(typedText(form.emails));
}

/** What is wrong with the addresses as they stand, by block. */
export function checkInviteForm(values: ViewValues): Record<string, string> | null {
  const { recipients, bad } = formRecipients(readInviteForm(values));
  if (recipients.length > invitationLimit) {
    return {
      emails: `That is ${recipients.length} addresses; one submission takes up to ${invitationLimit}. Drop a spreadsheet with all of them instead.`,
    };
  }
  if (recipients.length > 0) return null;
  const [first] = bad;
  return {
    emails: first
      ? `“${first.text.slice(0, 60)}” ${first.reason}. Write at least one address, such as ada@example.com.`
      : 'Write at least one e-mail address, such as ada@example.com.',
  };
}

export const statusCallback = 'change-status';
export type StatusAction = 'activate' | 'disable';

/** Asks before one person's status changes (R30). */
export function statusModal(action: StatusAction, user: User): ModalView {
  const name = displayName(user);
  return modal({
    callbackId: statusCallback,
    title: action === 'activate' ? 'Activate this person?' : 'Disable this person?',
    submit: action === 'activate' ? 'Activate' : 'Disable',
    close: 'Cancel',
    metadata: { action, userId: user.id },
    blocks: [
      paragraph(
        action === 'activate'
          ? `${name} (${user.email}) takes a seat and can sign in again. Somebody who never accepted an invitation gets a new one by mail.`
          : `${name} (${user.email}) cannot sign in any more: sessions end at once, API tokens and open links are void. Assigned work stays assigned, and you can activate the account again at any time.`,
      ),
    ],
  });
}
