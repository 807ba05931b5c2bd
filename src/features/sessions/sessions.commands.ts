import { oneLine } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { invalidInput } from '../../platform/errors';
import { sentence } from '../../platform/slack/blocks';
import type { ActionCall, Caller, CommandCall, SlackEdge } from '../../platform/slack/definitions';
import { oneAddress } from '../../platform/slack/one-address';
import { readId } from '../../platform/slack/values';
import { endingPlan, endOwnSession, endSession, endSessionsOfUser } from './end-sessions.service';
import { listSessions, ownSessions } from './list-sessions.service';
import {
  endAllCallback,
  endAllMetadata,
  endAllModal,
  endedAllModal,
  endValue,
  listCallback,
  listState,
  readFilterInput,
  sessionsModal,
} from './sessions.modals';
import {
  endedSentence,
  type ListState,
  longestFilter,
  ownSessionsMessage,
  sessionsMessage,
  type Times,
} from './sessions.text';

/** Rows of one page: with long addresses still within the characters of a message. */
export const sessionsPerPage = 10;

const endUsage = '/sessions end EMAIL, or /sessions end SESSION_ID';
const firstPage: ListState = { email: '', sort: 'last_seen', direction: 'desc', page: 0 };

const timesOf = (ctx: Context): Times => ({ now: ctx.clock.now(), timeZone: ctx.config.timeZone });

/** The list as it is asked for. @throws AppError `invalid_input` for a filter that nobody types */
async function read(ctx: Context, state: ListState) {
  if (state.email.length > longestFilter)
    throw invalidInput(`Look for a shorter address, of ${longestFilter} characters at most.`);
  return listSessions(ctx, { ...state, pageSize: sessionsPerPage });
}

/** Draws the list anew where its button is: in the message, or in the modal. */
async function draw(ctx: Context, call: ActionCall, state: ListState, remark: string | null = null): Promise<void> {
  const page = await read(ctx, state);
  if (call.view !== null) await call.showModal(sessionsModal(page, state, timesOf(ctx), remark));
  else await call.replace(sessionsMessage(page, state, timesOf(ctx), remark));
}

/** `sort.direction` of a select's option or of an input's id. */
function order(text: string): Pick<ListState, 'sort' | 'direction'> {
  const [sort, direction] = text.split('.');
  return listState.pick({ sort: true, direction: true }).parse({ sort, direction });
}

/** The user behind a Slack account, for what everybody may do with their own. */
function ownUser(caller: Caller): NonNullable<Caller['user']> {
  if (caller.user === null)
    throw invalidInput(
      'Your Slack e-mail address belongs to nobody on the platform, so there are no sessions of yours.',
    );
  return caller.user;
}

async function ownMessage(ctx: Context, caller: Caller, remark: string | null = null) {
  return ownSessionsMessage(await ownSessions(ctx, ownUser(caller).id), timesOf(ctx), remark);
}

const asId = (text: string) => /^(?:no\.?\s*|#)?(\d{1,15})$/i.exec(text.trim())?.[1] ?? null;

/** `/sessions end 12`: anybody's for an admin, else one's own. */
async function endOne(ctx: Context, call: CommandCall, id: number): Promise<void> {
  const isAdmin = call.caller.user?.isActiveAdmin === true;
  const ended = isAdmin ? await endSession(ctx, id) : await endOwnSession(ctx, ownUser(call.caller).id, id);
  await call.reply(sentence(endedSentence(ended, !isAdmin)));
}

/** `/sessions`: who is signed in where, and ending that. */
export const sessionsEdge: SlackEdge = {
  verbs: [
    {
      command: '/sessions',
      verb: '',
      takesText: true,
      access: 'anyone',
      usage: '[EMAIL]',
      summary: 'Lists who is signed in where, each with a button that ends it; your own where you are no admin',
      example: '/sessions ada@example.com',
      options: [],
      async handle(ctx, call) {
        const email = oneLine(call.line.whole);
        if (!call.caller.user?.isActiveAdmin && email === '') return call.reply(await ownMessage(ctx, call.caller));
        const state = { ...firstPage, email };
        await call.reply(sessionsMessage(await read(ctx, state), state, timesOf(ctx), null));
      },
    },
    {
      command: '/sessions',
      verb: 'end',
      access: 'anyone',
      usage: 'EMAIL or SESSION_ID',
      summary: 'Ends all sessions of somebody, after showing them, or the one with this number',
      example: '/sessions end ada@example.com',
      options: [],
      opensModal: (line) => (line.rest === '' || asId(line.rest) !== null ? null : 'End all sessions'),
      async handle(ctx, call) {
        if (call.line.rest === '') throw invalidInput(`Whose, or which? Usage: ${endUsage}`);
        const id = asId(call.line.rest);
        if (id !== null) return endOne(ctx, call, readId(id));
        await call.showModal(endAllModal(await endingPlan(ctx, oneAddress(call.line, endUsage))));
      },
    },
  ],
  actions: [
    {
      id: 'show-sessions',
      access: 'admin',
      opensModal: () => 'Active sessions',
      handle: async (ctx, call) =>
        call.showModal(sessionsModal(await read(ctx, firstPage), firstPage, timesOf(ctx), null)),
    },
    {
      id: 'list-sessions:',
      access: 'admin',
      handle: async (ctx, call) => draw(ctx, call, listState.parse(JSON.parse(call.value))),
    },
    {
      id: 'sort-sessions:',
      access: 'admin',
      async handle(ctx, call) {
        const email = call.actionId.slice('sort-sessions:'.length);
        await draw(ctx, call, { email, ...order(call.value), page: 0 });
      },
    },
    {
      id: 'filter-sessions:',
      access: 'admin',
      async handle(ctx, call) {
        const sorted = order(call.actionId.slice('filter-sessions:'.length));
        await draw(ctx, call, { email: oneLine(call.value), ...sorted, page: 0 });
      },
    },
    {
      id: 'end-session',
      access: 'admin',
      async handle(ctx, call) {
        const { id, state } = endValue.parse(JSON.parse(call.value));
        await draw(ctx, call, state, endedSentence(await endSession(ctx, id)));
      },
    },
    {
      id: 'end-user-sessions',
      access: 'admin',
      opensModal: () => 'End all sessions',
      handle: async (ctx, call) => call.showModal(endAllModal(await endingPlan(ctx, readId(call.value)))),
    },
    {
      id: 'show-own-sessions',
      access: 'anyone',
      handle: async (ctx, call) => call.reply(await ownMessage(ctx, call.caller)),
    },
    {
      id: 'refresh-own-sessions',
      access: 'anyone',
      handle: async (ctx, call) => call.replace(await ownMessage(ctx, call.caller)),
    },
    {
      id: 'end-own-session',
      access: 'anyone',
      async handle(ctx, call) {
        const ended = await endOwnSession(ctx, ownUser(call.caller).id, readId(call.value));
        await call.replace(await ownMessage(ctx, call.caller, endedSentence(ended, true)));
      },
    },
  ],
  submissions: [
    {
      callbackId: listCallback,
      access: 'admin',
      async handle(ctx, call) {
        const state = { ...listState.parse(call.metadata), email: readFilterInput(call.values), page: 0 };
        return sessionsModal(await read(ctx, state), state, timesOf(ctx), null);
      },
    },
    {
      callbackId: endAllCallback,
      access: 'admin',
      async handle(ctx, call) {
        const { userId } = endAllMetadata.parse(call.metadata);
        return endedAllModal(await endSessionsOfUser(ctx, userId, call.requestId));
      },
    },
  ],
};
