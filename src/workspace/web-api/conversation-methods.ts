import type { Conversation } from '../conversations';
import type { Core } from '../core';
import type { JsonObject } from '../json';
import { flagOf, pageOf, requiredText, textOf } from './arguments';
import type { WebMethods } from './method';
import { knownConversation, knownPerson } from './places';
import { ApiRefusal, invalidArguments } from './refusal';

const readScopes = ['channels:read', 'groups:read', 'im:read', 'mpim:read'];

function slackConversation(core: Core, conversation: Conversation): JsonObject {
  const { id, kind, name, isPrivate, topic, members } = conversation;
  const isIn = members.has(core.people.bot.id);
  const common = {
    id,
    created: 1_700_000_000,
    is_archived: false,
    is_org_shared: false,
    context_team_id: core.team.id,
  };
  if (kind === 'dm') {
    return { ...common, is_im: true, user: core.conversations.partnerOf(conversation)?.id, is_user_deleted: false };
  }
  const isShared = [...members].some((member) => core.people.byId(member)?.kind === 'external');
  return {
    ...common,
    name,
    name_normalized: name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_mpim: false,
    is_private: isPrivate,
    is_general: false,
    is_shared: isShared,
    is_ext_shared: isShared,
    is_member: isIn,
    creator: core.people.bot.id,
    topic: { value: topic, creator: '', last_set: 0 },
    purpose: { value: '', creator: '', last_set: 0 },
    num_members: members.size,
  };
}

const kinds: Readonly<Record<string, (conversation: Conversation) => boolean>> = {
  public_channel: ({ kind, isPrivate }) => kind === 'channel' && !isPrivate,
  private_channel: ({ kind, isPrivate }) => kind === 'channel' && isPrivate,
  im: ({ kind }) => kind === 'dm',
  mpim: () => false,
};

export const conversationMethods: WebMethods = {
  'conversations.open': {
    tier: 3,
    scopes: ['im:write', 'mpim:write'],
    run(core, args) {
      const users = (textOf(args, 'users') ?? '').split(',').filter((id) => id !== '');
      const channel = textOf(args, 'channel');
      if (users.length === 0 && channel === undefined) throw new ApiRefusal('users_list_not_supplied');
      if (users.length > 1) throw invalidArguments('this workspace has no group conversations [json-pointer:/users]');
      const person = users[0] === undefined ? undefined : knownPerson(core, users[0]);
      if (person?.kind === 'bot') throw new ApiRefusal('cannot_dm_bot');
      if (person?.kind === 'deactivated') throw new ApiRefusal('user_disabled');
      const direct = person ? core.conversations.directWith(person) : knownConversation(core, channel ?? '');
      const whole = flagOf(args, 'return_im') ? slackConversation(core, direct) : { id: direct.id };
      return { no_op: true, already_open: true, channel: whole };
    },
  },
  'conversations.info': {
    tier: 3,
    scopes: readScopes,
    formOnly: true,
    run: (core, args) => ({ channel: slackConversation(core, knownConversation(core, requiredText(args, 'channel'))) }),
  },
  'conversations.list': {
    tier: 2,
    scopes: readScopes,
    formOnly: true,
    run(core, args) {
      const types = (textOf(args, 'types') ?? 'public_channel').split(',').map((type) => type.trim());
      if (types.some((type) => !kinds[type])) throw new ApiRefusal('invalid_types');
      const wanted = core.conversations
        .all()
        .filter((one) => types.some((type) => kinds[type]?.(one)))
        .filter((one) => !one.isPrivate || one.members.has(core.people.bot.id));
      const { page, next } = pageOf(args, wanted);
      return { channels: page.map((one) => slackConversation(core, one)), response_metadata: { next_cursor: next } };
    },
  },
  'conversations.members': {
    tier: 4,
    scopes: readScopes,
    formOnly: true,
    run(core, args) {
      const { page, next } = pageOf(args, [...knownConversation(core, requiredText(args, 'channel')).members]);
      return { members: page, response_metadata: { next_cursor: next } };
    },
  },
};
