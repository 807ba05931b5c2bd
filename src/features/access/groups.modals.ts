import type { PlainTextOption } from '@slack/types';
import { z } from 'zod';
import { count } from '../../lib/plain-text';
import { bold, emoji, type ModalView, modal, note, noticeModal, option, paragraph } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { displayName } from '../users/users.types';
import { nameProblem } from './access-names';
import { checkboxes, nameInput, nameOf, picked, picker, ticked } from './form-blocks';
import type { GroupForm, GroupView } from './groups.service';
import type { ManagedGroup, NamedPerson } from './managed.types';
import { isSitePermission, sitePermissions } from './permissions';

export const groupCallback = 'group';
export const deleteGroupCallback = 'group-delete';
export const addSuggestions = 'group-add';
export const removeSuggestions = 'group-remove';

const choices = Object.keys(sitePermissions)
  .filter(isSitePermission)
  .map((value) => ({ value, text: sitePermissions[value] }));

/** Which group a form is about; null for a new one. */
export const groupMetadata = z.object({ id: z.int().nullable(), version: z.int() });

export const personOption = (person: NamedPerson): PlainTextOption =>
  option(displayName(person), String(person.id), person.email);

/** The form; filled in again after something was wrong. */
export function groupModal(
  view: GroupView | null,
  form: Pick<GroupForm, 'name' | 'permissions'>,
  chosen: { readonly added: readonly NamedPerson[]; readonly removed: readonly NamedPerson[] } = {
    added: [],
    removed: [],
  },
): ModalView {
  const members = view?.group.members ?? 0;
  const several = { several: true, optional: true };
  return modal({
    callbackId: groupCallback,
    title: view === null ? 'New group' : 'Edit group',
    submit: 'Save',
    close: 'Cancel',
    metadata: { id: view?.group.id ?? null, version: view?.group.version ?? 0 },
    blocks: [
      nameInput('Name', 'Up to 80 characters.', form.name),
      ...checkboxes('site', 'Its members may', choices, form.permissions),
      note('Being in a group never makes anybody an admin.'),
      ...(view === null || members === 0 ? [] : [note(membersSentence(view))]),
      picker(addSuggestions, 'Add people', 'Search by name or address', several, chosen.added.map(personOption)),
      ...(members === 0
        ? []
        : [
            picker(
              removeSuggestions,
              'Take people out',
              'Search the members',
              several,
              chosen.removed.map(personOption),
            ),
          ]),
    ],
  });
}

function membersSentence({ group, members }: GroupView): string {
  const more = group.members - members.length;
  return `${count(group.members, 'member')}: ${members.map(displayName).join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}

export function readGroupForm(values: ViewValues): GroupForm {
  return {
    name: nameOf(values),
    permissions: ticked(values, 'site'),
    addedIds: picked(values, addSuggestions),
    removedIds: picked(values, removeSuggestions),
  };
}

export function checkGroupForm(values: ViewValues): Record<string, string> | null {
  const form = readGroupForm(values);
  const problem = nameProblem('group', form.name);
  if (problem !== null) return { name: problem };
  return form.addedIds.some((id) => form.removedIds.includes(id))
    ? { [removeSuggestions]: 'Somebody is both to be added and to be taken out. Choose one of the two.' }
    : null;
}

export const deleteGroupMetadata = z.object({ id: z.int(), version: z.int(), members: z.int() });

/** Says what ends with a group before it is deleted. */
export function deleteGroupModal({ group, members }: GroupView): ModalView {
  return modal({
    callbackId: deleteGroupCallback,
    title: 'Delete this group?',
    submit: 'Delete',
    close: 'Cancel',
    metadata: { id: group.id, version: group.version, members: group.members },
    blocks: [
      paragraph(
        bold(group.name),
        group.members === 0
          ? ' has no members.'
          : ` has ${count(group.members, 'member')}, who lose what only this group lets them do:`,
      ),
      ...(group.members === 0 ? [] : [note(membersSentence({ group, members }))]),
      note('The people themselves stay, with their projects. A deleted group does not come back.'),
    ],
  });
}

export function groupSaved(group: ManagedGroup, what: string): ModalView {
  return noticeModal(
    'Group',
    paragraph(emoji('white_check_mark'), ' ', bold(group.name), ` ${what}`),
    paragraph(
      `It has ${count(group.members, 'member')} and gives ${count(group.permissions.length, 'site permission')}.`,
    ),
  );
}

export function groupDeleted(group: ManagedGroup): ModalView {
  return noticeModal(
    'Group',
    paragraph(
      emoji('white_check_mark'),
      ' ',
      bold(group.name),
      ` is deleted.${group.members > 0 ? ` ${count(group.members, 'person is', 'people are')} no longer in it.` : ''}`,
    ),
  );
}
