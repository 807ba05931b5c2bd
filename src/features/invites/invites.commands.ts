import { z } from 'zod';
import { minute } from '../../lib/duration';
import { parseRecipients } from '../../lib/email';
import { nameKey } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { message, noticeModal, option } from '../../platform/slack/blocks';
import type { SlackEdge } from '../../platform/slack/definitions';
import { readId } from '../../platform/slack/values';
import { lookUpAll, readCatalogue } from '../access/access.service';
import { usersWithReason } from '../operations/operations.service';
import { findUsers } from '../users/users.service';
import {
  checkInviteForm,
  formRecipients,
  groupSuggestions,
  inviteCallback,
  inviteModal,
  projectSuggestions,
  readInviteForm,
  statusCallback,
  statusModal,
} from './invites.modals';
import { activateUsers, disableUsers, invitationLinks, inviteUsers, resendInvites } from './invites.service';
import {
  activateReport,
  disableReport,
  inviteReport,
  linkBlocks,
  linksAtOnce,
  nobodyToInvite,
  resendReport,
} from './invites.text';

const linksValue = z.object({ operationId: z.number().int(), offset: z.number().int().min(0) });
const statusValue = z.object({ action: z.enum(['activate', 'disable']), userId: z.number().int() });

const matching = (items: readonly { id: number; name: string }[], typed: string) =>
  items
    .filter(({ name }) => nameKey(name).includes(nameKey(typed)))
    .slice(0, 100)
    .map(({ id, name }) => option(name, String(id)));

/** A key that makes a double click one act, and leaves somebody who presses again later their wish. */
const withinAMinute = (ctx: Context, key: string) => `${key}:${Math.floor(ctx.clock.now().getTime() / minute)}`;

async function oneUser(ctx: Context, id: string | number) {
  const [user] = await findUsers(ctx, [Number(id)]);
  if (!user) throw invalidInput('This person was deleted meanwhile. Open the list again.');
  return user;
}

/** `/users invite`, and what its report and the menus of people offer: links, resending, activating, disabling. */
export const invitesEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'invite',
      access: 'admin',
      usage: '[emails… project:NAME profile:NAME group:NAME]',
      summary: 'Invites people; without addresses it opens a form',
      example: '/users invite ada@example.com, Grace Hopper <grace@example.com> project:"Apollo One" profile:Tester',
      options: ['project', 'profile', 'group'],
      opensModal: (line) => (line.rest === '' ? 'Invite people' : null),
      async handle(ctx, call) {
        const catalogue = await readCatalogue(ctx);
        const names = (key: string) => call.line.options.get(key) ?? [];
        const projects = lookUpAll('Project', catalogue.projects, names('project'));
        const profiles = lookUpAll('Profile', catalogue.profiles, names('profile'));
        const groups = lookUpAll('Group', catalogue.groups, names('group'));
        if (profiles.length > 1)
          throw invalidInput(
            'Name one profile only; nobody was invited. For several, use a spreadsheet: /users import.',
            'profile',
          );
        const chosen = {
          profileId: profiles[0]?.id ?? null,
          projectIds: projects.map(({ id }) => id),
          groupIds: groups.map(({ id }) => id),
        };
        if (call.line.rest === '') return call.showModal(inviteModal(catalogue, { emails: '', ...chosen }));
        const given = parseRecipients(call.line.rest);
        if (given.recipients.length === 0) return call.reply(nobodyToInvite(given));
        const result = await inviteUsers(ctx, {
          recipients: given.recipients,
          ...chosen,
          idempotencyKey: call.requestId,
        });
        return call.reply(inviteReport(result, given));
      },
    },
  ],
  submissions: [
    {
      callbackId: inviteCallback,
      access: 'admin',
      check: checkInviteForm,
      async handle(ctx, call) {
        const form = readInviteForm(call.values);
        const given = formRecipients(form);
        const { profileId, groupIds, projectIds } = form;
        const result = await inviteUsers(ctx, {
          recipients: given.recipients,
          profileId,
          groupIds,
          projectIds,
          idempotencyKey: call.requestId,
        }).catch(async (error: unknown) => {
          // What was typed is given back, so that a refused batch can be shortened instead of typed again.
          const { kind, message: sentence } = error as { kind?: string; message: string };
          if (kind !== 'seats_exhausted' && kind !== 'invalid_input') throw error;
          return { errors: { emails: sentence } };
        });
        if ('errors' in result) return { errors: result.errors, view: inviteModal(await readCatalogue(ctx), form) };
        return noticeModal('Invite people', ...inviteReport(result, given).blocks);
      },
    },
    {
      callbackId: statusCallback,
      access: 'admin',
      async handle(ctx, call) {
        const { action, userId } = statusValue.parse(call.metadata);
        const report =
          action === 'activate'
            ? activateReport(await activateUsers(ctx, [userId], call.requestId))
            : disableReport(await disableUsers(ctx, [userId], call.requestId));
        return noticeModal(action === 'activate' ? 'Activate' : 'Disable', ...report.blocks);
      },
    },
  ],
  actions: [
    {
      id: 'invite-people',
      access: 'admin',
      opensModal: () => 'Invite people',
      handle: async (ctx, call) => call.showModal(inviteModal(await readCatalogue(ctx))),
    },
    {
      id: 'invitation-links',
      access: 'admin',
      async handle(ctx, call) {
        const { operationId, offset } = linksValue.parse(JSON.parse(call.value));
        const { sent, next } = await invitationLinks(ctx, operationId, offset, linksAtOnce);
        await call.reply(message('More activation links', ...linkBlocks(operationId, sent, next)));
      },
    },
    {
      id: 'resend-invited',
      access: 'admin',
      async handle(ctx, call) {
        const userIds = await usersWithReason(ctx, readId(call.value), 'already_invited');
        await call.reply(resendReport(await resendInvites(ctx, userIds, withinAMinute(ctx, `resend:${call.value}`))));
      },
    },
    {
      id: 'activate-disabled',
      access: 'admin',
      async handle(ctx, call) {
        const userIds = await usersWithReason(ctx, readId(call.value), 'disabled');
        await call.reply(
          activateReport(await activateUsers(ctx, userIds, withinAMinute(ctx, `activate:${call.value}`))),
        );
      },
    },
    {
      id: 'resend-one',
      access: 'admin',
      handle: async (ctx, call) =>
        call.reply(resendReport(await resendInvites(ctx, [readId(call.value)], call.requestId))),
    },
    {
      id: 'change-status',
      access: 'admin',
      opensModal: () => 'One moment',
      async handle(ctx, call) {
        const { action, userId } = statusValue.parse(JSON.parse(call.value));
        await call.showModal(statusModal(action, await oneUser(ctx, userId)));
      },
    },
  ],
  suggestions: [
    {
      actionId: projectSuggestions,
      access: 'admin',
      suggest: async (ctx, typed) => matching((await readCatalogue(ctx)).projects, typed),
    },
    {
      actionId: groupSuggestions,
      access: 'admin',
      suggest: async (ctx, typed) => matching((await readCatalogue(ctx)).groups, typed),
    },
  ],
};
