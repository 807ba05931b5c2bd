import { nameKey } from '../../lib/plain-text';
import { noticeModal, option } from '../../platform/slack/blocks';
import type { SlackEdge } from '../../platform/slack/definitions';
import { oneAddress } from '../../platform/slack/one-address';
import { readId } from '../../platform/slack/values';
import { readCatalogue } from '../access/access.service';
import { checkEditForm, editCallback, editModal, profileSuggestions, readEditForm, siteDefault } from './edit.modals';
import { editForm, editFormByEmail, editUser } from './edit-user.service';
import { editedBlocks } from './edits.text';

/** `/users edit`: one person's names, status, privilege, way of signing in, default profile and groups. */
export const editsEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'edit',
      access: 'admin',
      usage: 'EMAIL',
      summary: 'Opens a form with one person’s names, status, sign-in, default profile and groups',
      example: '/users edit ada@example.com',
      options: [],
      opensModal: () => 'Edit person',
      handle: async (ctx, call) =>
        call.showModal(editModal(await editFormByEmail(ctx, oneAddress(call.line, '/users edit EMAIL')))),
    },
  ],
  actions: [
    {
      id: 'edit-user',
      access: 'admin',
      opensModal: () => 'Edit person',
      handle: async (ctx, call) => call.showModal(editModal(await editForm(ctx, readId(call.value)))),
    },
  ],
  submissions: [
    {
      callbackId: editCallback,
      access: 'admin',
      check: checkEditForm,
      async handle(ctx, call) {
        const { round, ...edit } = readEditForm(call.values, call.metadata);
        const result = await editUser(ctx, { ...edit, idempotencyKey: call.requestId });
        if (result.kind !== 'again') return noticeModal('Edit person', ...editedBlocks(result));
        return { errors: result.problems, view: editModal(result.form, result, round + 1) };
      },
    },
  ],
  suggestions: [
    {
      actionId: profileSuggestions,
      access: 'admin',
      async suggest(ctx, typed) {
        const { profiles } = await readCatalogue(ctx);
        return [siteDefault, ...profiles.map(({ id, name }) => option(name, String(id)))].filter(({ text }) =>
          nameKey(text.text).includes(nameKey(typed)),
        );
      },
    },
  ],
};
