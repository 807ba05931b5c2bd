import { nameKey } from '../../lib/plain-text';
import { noticeModal, option } from '../../platform/slack/blocks';
import type { SlackEdge } from '../../platform/slack/definitions';
import { oneAddress } from '../../platform/slack/one-address';
import { readId } from '../../platform/slack/values';
import { readCatalogue } from '../access/access.service';
import { accessCallback, accessModal, choiceSuggestions, readAccessForm, words } from './access.modals';
import { accessSavedBlocks } from './access.text';
import { accessForm, accessFormByEmail, saveAccess } from './edit-access.service';

const title = 'Projects and profiles';

/** `/users access`: one person's projects, and one profile in each. */
export const accessEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'access',
      access: 'admin',
      usage: 'EMAIL',
      summary: 'Opens a form with one person’s projects and their profile in each',
      example: '/users access ada@example.com',
      options: [],
      opensModal: () => title,
      handle: async (ctx, call) =>
        call.showModal(accessModal(await accessFormByEmail(ctx, oneAddress(call.line, '/users access EMAIL')))),
    },
  ],
  actions: [
    {
      id: 'edit-access',
      access: 'admin',
      opensModal: () => title,
      handle: async (ctx, call) => call.showModal(accessModal(await accessForm(ctx, readId(call.value)))),
    },
    {
      id: 'access-draft',
      access: 'admin',
      async handle(ctx, call) {
        const { userId, page, round, ...edit } = readAccessForm(call.values, call.view?.metadata);
        await call.showModal(accessModal(await accessForm(ctx, userId, edit, true), page, round + 1));
      },
    },
    {
      id: 'access-page:',
      access: 'admin',
      async handle(ctx, call) {
        const { userId, round, ...edit } = readAccessForm(call.values, call.view?.metadata);
        // In the same round, so that the inputs keep what is in them.
        await call.showModal(
          accessModal(await accessForm(ctx, userId, edit), Math.max(0, Number(call.value) || 0), round),
        );
      },
    },
  ],
  submissions: [
    {
      callbackId: accessCallback,
      access: 'admin',
      async handle(ctx, call) {
        const { page, round, ...edit } = readAccessForm(call.values, call.metadata);
        const result = await saveAccess(ctx, { ...edit, idempotencyKey: call.requestId });
        if (result.kind === 'again') return accessModal(result.form, page, round + 1);
        return noticeModal(title, ...accessSavedBlocks(result));
      },
    },
  ],
  suggestions: [
    {
      actionId: choiceSuggestions,
      access: 'admin',
      async suggest(ctx, typed) {
        const { profiles } = await readCatalogue(ctx);
        return [...profiles.map(({ id, name }) => option(name, String(id))), ...words].filter(({ text }) =>
          nameKey(text.text).includes(nameKey(typed)),
        );
      },
    },
  ],
};
