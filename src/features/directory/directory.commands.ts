import { z } from 'zod';
import { oneLine } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { sentence } from '../../platform/slack/blocks';
import type { CommandLine } from '../../platform/slack/command-text';
import type { SlackEdge } from '../../platform/slack/definitions';
import { oneAddress } from '../../platform/slack/one-address';
import { readId } from '../../platform/slack/values';
import { openDeletion } from '../deletion/open-deletion';
import { accessModal } from '../edits/access.modals';
import { editModal } from '../edits/edit.modals';
import { accessForm } from '../edits/edit-access.service';
import { editForm } from '../edits/edit-user.service';
import { statusModal } from '../invites/invites.modals';
import { resendInvites } from '../invites/invites.service';
import { resendReport } from '../invites/invites.text';
import { findUsers, relinkSlackAccounts } from '../users/users.service';
import type { User } from '../users/users.types';
import { directoryPage, licenceCard, userCard } from './directory.service';
import { cardMessage, licenceMessage, listMessage } from './directory.text';
import { type FilterWords, parseStatuses } from './filter-words.service';

/** Rows of one page: with header and navigation far below the 50 blocks of a message. */
export const usersPerPage = 10;

const listValue = z.object({
  words: z.object({
    statuses: z.array(z.enum(['invited', 'active', 'disabled'])),
    project: z.string().nullable(),
    group: z.string().nullable(),
    text: z.string(),
  }),
  page: z.number().int().min(0),
});

/** `status:new,disabled project:Apollo ada` in words. @throws AppError `invalid_input` with "did you mean" */
export function readFilter(line: CommandLine): FilterWords {
  const single = (name: string) => {
    const values = line.options.get(name) ?? [];
    if (values.length > 1) throw invalidInput(`Name one ${name} only.`, name);
    return values[0] ?? null;
  };
  const text = oneLine(line.rest);
  if (text.length > 200) throw invalidInput('Look for a shorter text, of 200 characters at most.');
  const statuses = parseStatuses(line.options.get('status') ?? []);
  return { statuses, project: single('project'), group: single('group'), text };
}

async function oneUser(ctx: Context, id: number): Promise<User> {
  const [user] = await findUsers(ctx, [id]);
  if (!user) throw invalidInput('This person was deleted meanwhile. Open the list again.');
  return user;
}

/** What a chosen entry of a user's menu names: `show:12`. */
function menuEntry(value: string): { entry: string; id: number } {
  const [entry = '', id = ''] = value.split(':');
  return { entry, id: Number(id) };
}

/** `/users`, `/users list` and `/users show`: looking people up. */
export const directoryEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: '',
      access: 'admin',
      usage: '',
      summary: 'Seats, and how many people there are in each status',
      example: '/users',
      options: [],
      handle: async (ctx, call) => call.reply(licenceMessage(await licenceCard(ctx))),
    },
    {
      command: '/users',
      verb: 'list',
      access: 'admin',
      usage: '[status:NAME project:NAME group:NAME text]',
      summary: 'Lists people page by page, each with a menu; disabled ones only when asked for',
      example: '/users list status:invited project:"Apollo One" ada',
      options: ['status', 'project', 'group'],
      async handle(ctx, call) {
        const words = readFilter(call.line);
        await call.reply(listMessage(await directoryPage(ctx, words, 0, usersPerPage), words));
      },
    },
    {
      command: '/users',
      verb: 'show',
      access: 'admin',
      usage: 'EMAIL',
      summary: 'Shows everything known about one person',
      example: '/users show ada@example.com',
      options: [],
      handle: async (ctx, call) =>
        call.reply(cardMessage(await userCard(ctx, oneAddress(call.line, '/users show EMAIL')))),
    },
  ],
  actions: [
    {
      id: 'list-users',
      access: 'admin',
      async handle(ctx, call) {
        const { words, page } = listValue.parse(JSON.parse(call.value));
        await call.reply(listMessage(await directoryPage(ctx, words, page, usersPerPage), words));
      },
    },
    {
      id: 'list-users:',
      access: 'admin',
      async handle(ctx, call) {
        const { words, page } = listValue.parse(JSON.parse(call.value));
        await call.replace(listMessage(await directoryPage(ctx, words, page, usersPerPage), words));
      },
    },
    {
      id: 'relink-slack',
      access: 'admin',
      async handle(ctx, call) {
        const user = await relinkSlackAccounts(ctx, readId(call.value));
        await call.reply(
          sentence(`The Slack account of ${user.email} is accepted with the address it has at its next use.`),
        );
      },
    },
    {
      id: 'user-menu',
      access: 'admin',
      opensModal: (value) => (/^(activate|disable|delete|edit|access):/.test(value) ? 'One moment' : null),
      async handle(ctx, call) {
        const { entry, id } = menuEntry(call.value);
        const user = await oneUser(ctx, id);
        switch (entry) {
          case 'resend':
            return call.reply(resendReport(await resendInvites(ctx, [id], call.requestId)));
          case 'activate':
          case 'disable':
            return call.showModal(statusModal(entry, user));
          case 'edit':
            return call.showModal(editModal(await editForm(ctx, id)));
          case 'access':
            return call.showModal(accessModal(await accessForm(ctx, id)));
          case 'delete':
            return call.showModal(await openDeletion(ctx, id, null));
          default:
            return call.reply(cardMessage(await userCard(ctx, user.email)));
        }
      },
    },
  ],
};
