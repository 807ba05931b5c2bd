import { z } from 'zod';
import { count } from '../../lib/plain-text';
import { bold, emoji, list, type ModalView, modal, note, noticeModal, paragraph } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { displayName } from '../users/users.types';
import { nameProblem } from './access-names';
import { checkboxes, nameInput, nameOf, picked, picker, ticked } from './form-blocks';
import type { ManagedProfile } from './managed.types';
import { isProjectPermission, isViewing, type ProjectPermission, projectPermissions } from './permissions';
import type { ProfileChanged, ProfileForm } from './profiles.service';

export const profileCallback = 'profile';
export const writableCallback = 'profile-writable';
export const archiveProfileCallback = 'profile-archive';
export const replacementSuggestions = 'profile-replacement';

const permissions = Object.keys(projectPermissions).filter(isProjectPermission);
const choices = (wanted: (name: ProjectPermission) => boolean) =>
  permissions.filter(wanted).map((value) => ({ value, text: projectPermissions[value] }));

/** Which profile a form is about; null for a new one. */
export const profileMetadata = z.object({
  id: z.int().nullable(),
  version: z.int(),
  /** Whether the profile of the read-only licence exists beside this one, and whether this one is the site default. */
  offersReadOnly: z.boolean(),
  offersDefault: z.boolean(),
});
export type ProfileSubject = z.infer<typeof profileMetadata>;

export const subjectOf = (profile: ManagedProfile, hasReadOnly: boolean): ProfileSubject => ({
  id: profile.id,
  version: profile.version,
  offersReadOnly: !hasReadOnly,
  offersDefault: !profile.isDefault,
});

/** A new profile of that name; where the site has no read-only profile, that name makes one. */
export function newProfileForm(name: string, hasReadOnly: boolean): ProfileForm {
  const isReadOnly = !hasReadOnly && /^read[ -]?only$/i.test(name);
  return { name, permissions: permissions.filter(isViewing), isReadOnly, makeDefault: false };
}

/** The form; filled in again after something was wrong. */
export function profileModal(subject: ProfileSubject, form: ProfileForm): ModalView {
  const also = [
    ...(subject.offersDefault ? [{ value: 'default', text: 'Site default, for people without one of their own' }] : []),
    ...(subject.offersReadOnly ? [{ value: 'read-only', text: 'Read-only licence: may only view' }] : []),
  ];
  const chosen = [...(form.makeDefault ? ['default'] : []), ...(form.isReadOnly ? ['read-only'] : [])];
  return modal({
    callbackId: profileCallback,
    title: subject.id === null ? 'New profile' : 'Edit profile',
    submit: 'Save',
    close: 'Cancel',
    metadata: subject,
    blocks: [
      nameInput('Name', 'What its holders are in a project, such as Tester. Up to 80 characters.', form.name),
      ...checkboxes('see', 'May look at', choices(isViewing), form.permissions),
      ...checkboxes(
        'do',
        'May change',
        choices((name) => !isViewing(name)),
        form.permissions,
      ),
      ...(also.length > 0 ? checkboxes('also', 'It is also the', also, chosen) : []),
      ...(subject.id === null ? [] : [note('Whoever holds the profile may do what it says as soon as you save.')]),
    ],
  });
}

export function readProfileForm(values: ViewValues): ProfileForm {
  const also = ticked(values, 'also');
  return {
    name: nameOf(values),
    permissions: [...ticked(values, 'see'), ...ticked(values, 'do')],
    isReadOnly: also.includes('read-only'),
    makeDefault: also.includes('default'),
  };
}

export function checkProfileForm(values: ViewValues): Record<string, string> | null {
  const form = readProfileForm(values);
  const problem = nameProblem('profile', form.name);
  if (problem !== null) return { name: problem };
  return form.isReadOnly && form.permissions.some((name) => isProjectPermission(name) && !isViewing(name))
    ? { 'do-0': 'The read-only profile may only look: take these away, or untick “Read-only licence”.' }
    : null;
}

/** What a warning brings back when it is confirmed. */
export const writableMetadata = z.object({
  subject: profileMetadata.extend({ id: z.int() }),
  form: z.object({
    name: z.string(),
    permissions: z.array(z.string()),
    isReadOnly: z.boolean(),
    makeDefault: z.boolean(),
  }),
  holders: z.int(),
});

/** Names whoever would gain the right to write by an edit of the read-only profile (A19). */
export function writableModal(
  { profile, gained, holders }: Extract<ProfileChanged, { kind: 'warning' }>,
  subject: ProfileSubject,
  form: ProfileForm,
): ModalView {
  const more = profile.holders - holders.length;
  return modal({
    callbackId: writableCallback,
    title: 'Make it writable?',
    submit: 'Let them write',
    close: 'Cancel',
    metadata: { subject, form, holders: profile.holders },
    blocks: [
      paragraph(
        emoji('warning'),
        ' ',
        bold(profile.name),
        ` is the read-only profile. With this, ${holders.length === 0 ? 'whoever gets it' : 'its holders'} may also:`,
      ),
      list(gained.map((name) => [projectPermissions[name]])),
      ...(holders.length === 0
        ? [paragraph('Nobody holds it now.')]
        : [
            paragraph(`${count(profile.holders, 'person gains', 'people gain')} that at once:`),
            list([
              ...holders.map((person) => [`${displayName(person)} (${person.email})`]),
              ...(more > 0 ? [[`and ${more.toLocaleString('en-US')} more`]] : []),
            ]),
          ]),
      paragraph(
        'They no longer count as read-only, and the site has no read-only profile until you make another one. Cancel if that is not what you want.',
      ),
    ],
  });
}

export const archiveProfileMetadata = z.object({
  id: z.int(),
  version: z.int(),
  holders: z.int(),
});

/** Asks what takes a profile's place before it is archived. */
export function archiveProfileModal(profile: ManagedProfile): ModalView {
  const { id, version, holders } = profile;
  const needed = holders > 0 || profile.isDefault;
  return modal({
    callbackId: archiveProfileCallback,
    title: 'Archive this profile?',
    submit: 'Archive',
    close: 'Cancel',
    metadata: { id, version, holders },
    blocks: [
      paragraph(
        bold(profile.name),
        holders === 0
          ? ' is held by nobody. '
          : ` is held by ${count(holders, 'person', 'people')}; all of them get the profile that you choose, in the same projects. `,
        profile.isDefault ? 'It is the site default; the chosen one takes its place there too. ' : '',
        profile.isReadOnly ? 'Without it nobody can be given a read-only licence until you make another one.' : '',
      ),
      ...(needed
        ? [picker(replacementSuggestions, 'Gets its place', 'Choose a profile', { several: false, optional: false })]
        : []),
      note('An archived profile can no longer be chosen. Its name is free again.'),
    ],
  });
}

export const readReplacement = (values: ViewValues): number | null => picked(values, replacementSuggestions)[0] ?? null;

export function profileSaved(profile: ManagedProfile, what: string): ModalView {
  return noticeModal(
    'Profile',
    paragraph(emoji('white_check_mark'), ' ', bold(profile.name), ` ${what}`),
    paragraph(
      `It has ${count(profile.permissions.length, 'permission')} and is held by ${count(profile.holders, 'person', 'people')}.` +
        `${profile.isDefault ? ' It is the site default.' : ''}${profile.isReadOnly ? ' Holding it in all one’s projects is a read-only licence.' : ''}`,
    ),
  );
}

export function profileArchived(profile: ManagedProfile, replacement: ManagedProfile | null): ModalView {
  const moved =
    replacement === null || profile.holders === 0
      ? ''
      : ` ${count(profile.holders, 'person has', 'people have')} “${replacement.name}” instead.`;
  return noticeModal(
    'Profile',
    paragraph(
      emoji('white_check_mark'),
      ' ',
      bold(profile.name),
      ` is archived.${moved}${profile.isDefault && replacement !== null ? ` “${replacement.name}” is the site default now.` : ''}`,
    ),
  );
}
