import { z } from 'zod';
import { count, listOf } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import type { ModalView } from '../../platform/slack/blocks';
import type { SlackEdge } from '../../platform/slack/definitions';
import { readCatalogue } from './access.service';
import { findMembers, findPeople, peopleOf } from './group-members.service';
import {
  addSuggestions,
  checkGroupForm,
  deleteGroupCallback,
  deleteGroupMetadata,
  deleteGroupModal,
  groupCallback,
  groupDeleted,
  groupMetadata,
  groupModal,
  groupSaved,
  personOption,
  readGroupForm,
  removeSuggestions,
} from './groups.modals';
import {
  changeGroup,
  createGroup,
  deleteGroup,
  type GroupChanged,
  type GroupForm,
  type GroupView,
  listGroups,
  showGroup,
} from './groups.service';
import { listNames } from './managed.types';
import { groupList } from './managed-list.text';
import { changedMeanwhile, orFormAgain } from './stale-form';
import { readSubject, searchText, theOne } from './subject-line';

const usage = '/usher groups edit NAME';
const pageValue = z.object({ text: z.string(), page: z.int().min(0) });
const menuValue = z
  .string()
  .regex(/^(edit|archive):\d+$/)
  .transform((value) => ({ entry: value.split(':')[0] ?? '', id: Number(value.split(':')[1]) }));

const newForm = (name: string) => groupModal(null, { name, permissions: [] });

async function form(ctx: Context, entry: string, id: number): Promise<ModalView> {
  const view = await showGroup(ctx, id);
  return entry === 'edit' ? groupModal(view, view.group) : deleteGroupModal(view);
}

/** The form with everything that was filled in, for the group as it is now. */
async function formAgain(ctx: Context, view: GroupView | null, filled: GroupForm): Promise<ModalView> {
  return groupModal(view, filled, {
    added: await peopleOf(ctx, filled.addedIds),
    removed: await peopleOf(ctx, filled.removedIds),
  });
}

function savedSentence({ kind, added, removed }: GroupChanged): string {
  if (kind === 'unchanged') return 'is as it was; nothing had to be saved.';
  const moves = [
    ...(added > 0 ? [`${count(added, 'person', 'people')} came in`] : []),
    ...(removed > 0 ? [`${count(removed, 'person', 'people')} went out`] : []),
  ];
  return moves.length === 0 ? 'is saved.' : `is saved; ${listOf(moves)}.`;
}

/** `/usher groups`: who may do what on the whole site. */
export const groupsEdge: SlackEdge = {
  verbs: [
    {
      command: '/usher',
      verb: 'groups',
      access: 'admin',
      usage: '[new/edit/delete NAME, or text]',
      summary: 'Lists the groups and what their members may do on the site; makes, changes and deletes them',
      example: '/usher groups new Report readers',
      options: [],
      opensModal: (line) => (readSubject(line.rest).verb === 'list' ? null : 'Group'),
      async handle(ctx, call) {
        const { verb, name } = readSubject(call.line.rest);
        if (verb === 'list') return call.reply(groupList(await listGroups(ctx, { text: searchText(name), page: 0 })));
        if (verb === 'new') return call.showModal(newForm(name));
        const { id } = theOne('Group', (await readCatalogue(ctx)).groups, name, usage);
        return call.showModal(await form(ctx, verb, id));
      },
    },
  ],
  actions: [
    {
      id: listNames.group.pageAction,
      access: 'admin',
      handle: async (ctx, call) =>
        call.replace(groupList(await listGroups(ctx, pageValue.parse(JSON.parse(call.value))))),
    },
    {
      id: listNames.group.newAction,
      access: 'admin',
      opensModal: () => 'Group',
      handle: async (_ctx, call) => call.showModal(newForm('')),
    },
    {
      id: listNames.group.menuAction,
      access: 'admin',
      opensModal: () => 'Group',
      async handle(ctx, call) {
        const { entry, id } = menuValue.parse(call.value);
        await call.showModal(await form(ctx, entry, id));
      },
    },
  ],
  submissions: [
    {
      callbackId: groupCallback,
      access: 'admin',
      check: checkGroupForm,
      async handle(ctx, call) {
        const { id, version } = groupMetadata.parse(call.metadata);
        const filled = readGroupForm(call.values);
        const seen = id === null ? null : await showGroup(ctx, id);
        // A refused form comes back with the version that it was opened on: what changed since must not go unseen.
        const before = seen === null ? null : { ...seen, group: { ...seen.group, version } };
        const again = await formAgain(ctx, before, filled);
        const result = await orFormAgain(
          () =>
            id === null
              ? createGroup(ctx, filled, call.requestId)
              : changeGroup(ctx, { id, version, form: filled }, call.requestId),
          () => again,
        );
        if ('errors' in result) return result;
        const { group } = result.view;
        if (result.kind !== 'stale') return groupSaved(group, id === null ? 'is there now.' : savedSentence(result));
        const now = `its name is “${group.name}”, with ${count(group.permissions.length, 'site permission')}`;
        return { errors: { name: changedMeanwhile(now) }, view: await formAgain(ctx, result.view, filled) };
      },
    },
    {
      callbackId: deleteGroupCallback,
      access: 'admin',
      async handle(ctx, call) {
        const { id, ...seen } = deleteGroupMetadata.parse(call.metadata);
        const { kind, view } = await deleteGroup(ctx, id, seen, call.requestId);
        if (kind === 'done') return groupDeleted(view.group);
        const changed = 'The group or its members changed while this was open. Nothing was done; here it is anew.';
        return { errors: { name: changed }, view: deleteGroupModal(view) };
      },
    },
  ],
  suggestions: [
    {
      actionId: addSuggestions,
      access: 'admin',
      suggest: async (ctx, typed) => (await findPeople(ctx, typed)).map(personOption),
    },
    {
      actionId: removeSuggestions,
      access: 'admin',
      async suggest(ctx, typed, metadata) {
        const { id } = groupMetadata.parse(metadata);
        return id === null ? [] : (await findMembers(ctx, id, typed)).map(personOption);
      },
    },
  ],
};
