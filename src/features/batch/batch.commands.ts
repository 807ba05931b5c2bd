import { z } from 'zod';
import { nameKey } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { isAppError } from '../../platform/errors';
import { type ModalView, noticeModal, option, type SlackMessage } from '../../platform/slack/blocks';
import type { SlackEdge, SubmissionCall } from '../../platform/slack/definitions';
import { readCatalogue } from '../access/access.service';
import { searchUsers } from '../users/users.service';
import { displayName, type User } from '../users/users.types';
import {
  batchMetadata,
  checkPeopleForm,
  groupSuggestions,
  peopleCallback,
  peopleModal,
  peopleSuggestions,
  planCallback,
  planModal,
  projectSuggestions,
  readPeopleForm,
  readPhrase,
} from './batch.modals';
import { cancelBatch, draftBatch, ownBatch } from './batch.service';
import { batchCancelledMessage, batchLinksMessage, batchRunningMessage, linksAtOnce } from './batch.text';
import { type BatchInput, noInput } from './batch.types';
import {
  assignCallback,
  assignModal,
  checkUpdateForm,
  groupsSuggestions,
  projectsSuggestions,
  readAssignForm,
  readUpdateForm,
  updateCallback,
  updateModal,
} from './batch-input.modals';
import { findPeople } from './find-people.service';
import { planBatch } from './plan-batch.service';
import { batchLinks } from './run-batch.service';
import { confirmAndShow, sendWorkbookAgain } from './show-batch';

const linksValue = z.object({ batchId: z.number().int().positive(), offset: z.number().int().min(0) });
const idValue = z.coerce.number().int().positive();

const matching = (items: readonly { id: number; name: string }[], typed: string) =>
  items
    .filter(({ name }) => nameKey(name).includes(nameKey(typed)))
    .slice(0, 100)
    .map(({ id, name }) => option(name, String(id)));
const projects = async (ctx: Context, typed: string) => matching((await readCatalogue(ctx)).projects, typed);
const groups = async (ctx: Context, typed: string) => matching((await readCatalogue(ctx)).groups, typed);

/** Two people of one name are told apart by their addresses. */
const named = (user: User) => (displayName(user) === user.email ? user.email : `${displayName(user)} (${user.email})`);

/** The plan of a batch in its modal, with what the step before was told. */
async function planStep(ctx: Context, call: SubmissionCall, input: BatchInput): Promise<ModalView> {
  const { batchId } = batchMetadata.parse(call.metadata);
  return planModal(await planBatch(ctx, batchId, input));
}

/** `/users batch`: one action on many people, with a plan before and a result for each after. */
export const batchEdge: SlackEdge = {
  verbs: [
    {
      command: '/users',
      verb: 'batch',
      access: 'admin',
      usage: '',
      summary: 'Changes many people at once: projects, passwords, status, invitations, export',
      example: '/users batch',
      options: [],
      opensModal: () => 'Change many people',
      handle: async (_ctx, call) => call.showModal(peopleModal()),
    },
  ],
  submissions: [
    {
      callbackId: peopleCallback,
      access: 'admin',
      check: checkPeopleForm,
      async handle(ctx, call) {
        const { action, choice } = readPeopleForm(call.values);
        try {
          const { users, remarks } = await findPeople(ctx, choice);
          if (users.length === 0)
            return { errors: { people: ['Nobody was found.', ...remarks].join(' ') }, view: peopleModal() };
          const batchId = await draftBatch(ctx, action, users);
          if (action !== 'assign_projects' && action !== 'update')
            return planModal(await planBatch(ctx, batchId, noInput), remarks);
          const step = { batchId, total: users.length, catalogue: await readCatalogue(ctx), remarks };
          return action === 'update' ? updateModal(step) : assignModal(step);
        } catch (error) {
          if (!isAppError(error, 'invalid_input')) throw error;
          return { errors: { people: error.message }, view: peopleModal() };
        }
      },
    },
    {
      callbackId: assignCallback,
      access: 'admin',
      handle: async (ctx, call) => planStep(ctx, call, readAssignForm(call.values)),
    },
    {
      callbackId: updateCallback,
      access: 'admin',
      check: checkUpdateForm,
      handle: async (ctx, call) => planStep(ctx, call, readUpdateForm(call.values)),
    },
    {
      callbackId: planCallback,
      access: 'admin',
      async handle(ctx, call) {
        const { batchId } = batchMetadata.parse(call.metadata);
        try {
          const { slackUserId } = call.caller;
          let said: SlackMessage | null = null;
          await confirmAndShow(
            ctx,
            call.slack,
            { slackUserId, batchId, phrase: readPhrase(call.values) },
            async (now) => {
              said = now;
            },
          );
          const { blocks }: SlackMessage = said ?? batchRunningMessage(await ownBatch(ctx, batchId));
          return noticeModal('Change many people', ...blocks);
        } catch (error) {
          // A phrase that was mistyped can be typed again.
          if (!isAppError(error, 'invalid_input')) throw error;
          const { input } = await ownBatch(ctx, batchId);
          return { errors: { phrase: error.message }, view: planModal(await planBatch(ctx, batchId, input)) };
        }
      },
    },
  ],
  actions: [
    {
      id: 'batch-confirm',
      access: 'admin',
      async handle(ctx, call) {
        const batchId = idValue.parse(call.value);
        const { slackUserId } = call.caller;
        await confirmAndShow(ctx, call.slack, { slackUserId, batchId, phrase: '' }, async (said) => {
          if (said !== null) await call.replace(said);
        });
      },
    },
    {
      id: 'batch-open',
      access: 'admin',
      opensModal: () => 'Change many people',
      async handle(ctx, call) {
        const { id, input } = await ownBatch(ctx, idValue.parse(call.value));
        await call.showModal(planModal(await planBatch(ctx, id, input)));
      },
    },
    {
      id: 'batch-cancel',
      access: 'admin',
      handle: async (ctx, call) =>
        call.replace(batchCancelledMessage(await cancelBatch(ctx, idValue.parse(call.value)))),
    },
    {
      id: 'batch-workbook',
      access: 'admin',
      handle: async (ctx, call) =>
        call.reply(await sendWorkbookAgain(ctx, call.slack, call.caller.slackUserId, idValue.parse(call.value))),
    },
    {
      id: 'batch-links',
      access: 'admin',
      async handle(ctx, call) {
        const { batchId, offset } = linksValue.parse(JSON.parse(call.value));
        const batch = await ownBatch(ctx, batchId);
        await call.reply(batchLinksMessage(batch, await batchLinks(ctx, batch, offset, linksAtOnce)));
      },
    },
  ],
  suggestions: [
    {
      actionId: peopleSuggestions,
      access: 'admin',
      suggest: async (ctx, typed) =>
        (await searchUsers(ctx, typed, 100)).map((user) =>
          option(named(user), String(user.id), `${user.email} · ${user.status}`),
        ),
    },
    { actionId: projectSuggestions, access: 'admin', suggest: projects },
    { actionId: groupSuggestions, access: 'admin', suggest: groups },
    { actionId: projectsSuggestions, access: 'admin', suggest: projects },
    { actionId: groupsSuggestions, access: 'admin', suggest: groups },
  ],
};
