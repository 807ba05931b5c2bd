import { z } from 'zod';
import { count, nameKey } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { type ModalView, noticeModal, option, paragraph } from '../../platform/slack/blocks';
import type { SlackEdge } from '../../platform/slack/definitions';
import { readCatalogue } from './access.service';
import { archiveProfile } from './archive-profile.service';
import { listNames } from './managed.types';
import { profileList } from './managed-list.text';
import {
  archiveProfileCallback,
  archiveProfileMetadata,
  archiveProfileModal,
  checkProfileForm,
  newProfileForm,
  type ProfileSubject,
  profileArchived,
  profileCallback,
  profileMetadata,
  profileModal,
  profileSaved,
  readProfileForm,
  readReplacement,
  replacementSuggestions,
  subjectOf,
  writableCallback,
  writableMetadata,
  writableModal,
} from './profiles.modals';
import {
  changeProfile,
  createProfile,
  hasReadOnlyProfile,
  listProfiles,
  makeSiteDefault,
  type ProfileForm,
  showProfile,
} from './profiles.service';
import { changedMeanwhile, type FormAgain, orFormAgain } from './stale-form';
import { readSubject, searchText, theOne } from './subject-line';

const usage = '/usher profiles edit NAME';
const pageValue = z.object({ text: z.string(), page: z.int().min(0) });
const menuValue = z
  .string()
  .regex(/^(edit|default|archive):\d+$/)
  .transform((value) => ({ entry: value.split(':')[0] ?? '', id: Number(value.split(':')[1]) }));

async function newForm(ctx: Context, name: string): Promise<ModalView> {
  const hasReadOnly = await hasReadOnlyProfile(ctx);
  const subject = { id: null, version: 0, offersReadOnly: !hasReadOnly, offersDefault: true };
  return profileModal(subject, newProfileForm(name, hasReadOnly));
}

async function editForm(ctx: Context, id: number): Promise<ModalView> {
  const { profile, hasReadOnly } = await showProfile(ctx, id);
  const { name, permissions } = profile;
  return profileModal(subjectOf(profile, hasReadOnly), { name, permissions, isReadOnly: false, makeDefault: false });
}

async function archiveForm(ctx: Context, id: number): Promise<ModalView> {
  return archiveProfileModal((await showProfile(ctx, id)).profile);
}

/** Saves an edit and says how it went: done, a warning first, or the form again beside what somebody else saved. */
async function save(
  ctx: Context,
  subject: ProfileSubject & { readonly id: number },
  form: ProfileForm,
  warnedOf: number | null,
  requestId: string,
): Promise<ModalView | FormAgain> {
  const change = { id: subject.id, version: subject.version, form, warnedOf };
  const result = await orFormAgain(
    () => changeProfile(ctx, change, requestId),
    () => profileModal(subject, form),
  );
  if ('errors' in result) return result;
  const { profile } = result;
  switch (result.kind) {
    case 'done':
      return profileSaved(profile, 'is saved.');
    case 'unchanged':
      return profileSaved(profile, 'is as it was; nothing had to be saved.');
    case 'warning':
      return writableModal(result, subject, form);
    case 'stale': {
      const now = `its name is “${profile.name}”, with ${count(profile.permissions.length, 'permission')}`;
      const fresh = subjectOf(profile, await hasReadOnlyProfile(ctx));
      return { errors: { name: changedMeanwhile(now) }, view: profileModal(fresh, form) };
    }
  }
}

/** `/usher profiles`: what people may do in projects. */
export const profilesEdge: SlackEdge = {
  verbs: [
    {
      command: '/usher',
      verb: 'profiles',
      access: 'admin',
      usage: '[new/edit/archive NAME, or text]',
      summary: 'Lists the profiles, what people may do in projects; makes, changes and archives them',
      example: '/usher profiles new Read Only',
      options: [],
      opensModal: (line) => (readSubject(line.rest).verb === 'list' ? null : 'Profile'),
      async handle(ctx, call) {
        const { verb, name } = readSubject(call.line.rest);
        if (verb === 'list')
          return call.reply(profileList(await listProfiles(ctx, { text: searchText(name), page: 0 })));
        if (verb === 'new') return call.showModal(await newForm(ctx, name));
        const { id } = theOne('Profile', (await readCatalogue(ctx)).profiles, name, usage);
        return call.showModal(await (verb === 'edit' ? editForm(ctx, id) : archiveForm(ctx, id)));
      },
    },
  ],
  actions: [
    {
      id: listNames.profile.pageAction,
      access: 'admin',
      handle: async (ctx, call) =>
        call.replace(profileList(await listProfiles(ctx, pageValue.parse(JSON.parse(call.value))))),
    },
    {
      id: listNames.profile.newAction,
      access: 'admin',
      opensModal: () => 'Profile',
      handle: async (ctx, call) => call.showModal(await newForm(ctx, '')),
    },
    {
      id: listNames.profile.menuAction,
      access: 'admin',
      opensModal: () => 'Profile',
      async handle(ctx, call) {
        const { entry, id } = menuValue.parse(call.value);
        if (entry === 'edit') return call.showModal(await editForm(ctx, id));
        if (entry === 'archive') return call.showModal(await archiveForm(ctx, id));
        const { profile, kind } = await makeSiteDefault(ctx, id, call.requestId);
        return call.showModal(
          kind === 'stale'
            ? noticeModal('Profile', paragraph('Somebody changed it at this moment. Nothing was done; try again.'))
            : profileSaved(profile, 'is the site default.'),
        );
      },
    },
  ],
  submissions: [
    {
      callbackId: profileCallback,
      access: 'admin',
      check: checkProfileForm,
      async handle(ctx, call) {
        const subject = profileMetadata.parse(call.metadata);
        const form = readProfileForm(call.values);
        const { id } = subject;
        if (id !== null) return save(ctx, { ...subject, id }, form, null, call.requestId);
        const created = await orFormAgain(
          () => createProfile(ctx, form, call.requestId),
          () => profileModal(subject, form),
        );
        return 'errors' in created ? created : profileSaved(created, 'is there now.');
      },
    },
    {
      callbackId: writableCallback,
      access: 'admin',
      async handle(ctx, call) {
        const { subject, form, holders } = writableMetadata.parse(call.metadata);
        return save(ctx, subject, form, holders, call.requestId);
      },
    },
    {
      callbackId: archiveProfileCallback,
      access: 'admin',
      async handle(ctx, call) {
        const seen = archiveProfileMetadata.parse(call.metadata);
        const replacementId = readReplacement(call.values);
        const result = await archiveProfile(ctx, { ...seen, replacementId }, call.requestId);
        if (result.kind === 'done') return profileArchived(result.profile, result.replacement);
        const changed = 'The profile or its holders changed while this was open. Nothing was done; here it is anew.';
        return { errors: { replacement: changed }, view: archiveProfileModal(result.profile) };
      },
    },
  ],
  suggestions: [
    {
      actionId: replacementSuggestions,
      access: 'admin',
      async suggest(ctx, typed, metadata) {
        const { id } = archiveProfileMetadata.parse(metadata);
        const { profiles } = await readCatalogue(ctx);
        return profiles
          .filter((profile) => profile.id !== id && nameKey(profile.name).includes(nameKey(typed)))
          .slice(0, 100)
          .map((profile) => option(profile.name, String(profile.id)));
      },
    },
  ],
};
