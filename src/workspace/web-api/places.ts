import type { Conversation } from '../conversations';
import type { Core } from '../core';
import type { Person } from '../people';
import { ApiRefusal } from './refusal';

/** A conversation that the app may know of: private ones only where it is in. */
export function knownConversation(core: Core, id: string): Conversation {
  const conversation = core.conversations.byId(id);
  const isIn = conversation?.members.has(core.people.bot.id);
  if (!conversation || (conversation.isPrivate && !isIn)) throw new ApiRefusal('channel_not_found');
  return conversation;
}

/** Where a post goes: a channel by id or `#name`, a direct conversation by its id or by the person's. */
export function postingPlace(core: Core, channel: string): Conversation {
  const person = core.people.byId(channel);
  if (person?.kind === 'bot') throw new ApiRefusal('cannot_dm_bot');
  if (person?.kind === 'deactivated') throw new ApiRefusal('channel_not_found');
  const found = person ? core.conversations.directWith(person) : core.conversations.find(channel);
  const conversation = knownConversation(core, found?.id ?? '');
  const isIn = conversation.members.has(core.people.bot.id);
  if (!isIn && !core.manifest.botScopes.has('chat:write.public')) throw new ApiRefusal('not_in_channel');
  return conversation;
}

export function knownPerson(core: Core, id: string): Person {
  const person = core.people.byId(id);
  if (!person) throw new ApiRefusal('user_not_found');
  return person;
}
