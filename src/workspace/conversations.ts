import { stableId } from './ids';
import type { ChannelSeed } from './options';
import type { People, Person } from './people';
import type { SlackBlock } from './protocol';

export interface Conversation {
  readonly id: string;
  readonly kind: 'channel' | 'dm';
  readonly name: string;
  readonly topic: string;
  readonly isPrivate: boolean;
  /** Ids of people; the app's own among them where it is in. */
  readonly members: Set<string>;
  /** Oldest first. */
  readonly messages: Message[];
}

export interface Message {
  readonly ts: string;
  readonly conversationId: string;
  readonly author: string;
  readonly threadTs: string | null;
  /** The only person who sees it, where it is ephemeral. */
  readonly visibleTo: string | null;
  readonly fileIds: readonly string[];
  readonly subtype: string | null;
  text: string;
  blocks: readonly SlackBlock[];
  /** The blocks before the last change: a click on them may have crossed it on the way. */
  formerBlocks: readonly SlackBlock[];
  edited: string | null;
}

const messagesKept = 1000;

export interface Conversations {
  all(): readonly Conversation[];
  byId(id: string): Conversation | undefined;
  /** By id, or a channel by its name with or without the #. */
  find(idOrName: string): Conversation | undefined;
  /** The direct conversation of a person with the app. */
  directWith(person: Person): Conversation;
  /** The person at the other end of a direct conversation. */
  partnerOf(conversation: Conversation): Person | undefined;
  /** What a person has in the side bar: their channels, then the app. */
  of(person: Person): readonly Conversation[];
  add(conversation: Conversation, message: Message): void;
  remove(conversation: Conversation, ts: string): void;
}

function membersOf(seed: ChannelSeed, people: People): Set<string> {
  const names = seed.members ?? people.all().flatMap((person) => (person.kind === 'member' ? [person.name] : []));
  const members = new Set<string>();
  for (const name of names) {
    const person = people.find(name);
    if (!person) throw new Error(`#${seed.name} has a member ${name} who is not in the workspace`);
    members.add(person.id);
  }
  if (seed.botIsMember ?? true) members.add(people.bot.id);
  return members;
}

export function createConversations(seeds: readonly ChannelSeed[], people: People): Conversations {
  const channels: Conversation[] = seeds.map((seed) => ({
    id: seed.id ?? stableId('C', 'channel', seed.name),
    kind: 'channel',
    name: seed.name,
    topic: seed.topic ?? '',
    isPrivate: seed.isPrivate ?? false,
    members: membersOf(seed, people),
    messages: [],
  }));
  const directs = new Map<string, Conversation>();
  for (const person of people.all()) {
    if (person.kind === 'bot') continue;
    directs.set(person.id, {
      id: stableId('D', 'dm', person.id),
      kind: 'dm',
      name: people.bot.realName,
      topic: '',
      isPrivate: true,
      members: new Set([person.id, people.bot.id]),
      messages: [],
    });
  }
  const all = [...channels, ...directs.values()];
  const byId = new Map(all.map((conversation) => [conversation.id, conversation]));
  const byName = new Map(channels.map((channel) => [channel.name, channel]));
  return {
    all: () => all,
    byId: (id) => byId.get(id),
    find: (idOrName) => byId.get(idOrName) ?? byName.get(idOrName.replace(/^#/, '')),
    directWith(person) {
      const direct = directs.get(person.id);
      if (!direct) throw new Error(`${person.name} has no direct conversation with the app`);
      return direct;
    },
    partnerOf(conversation) {
      const id = [...conversation.members].find((member) => member !== people.bot.id);
      return conversation.kind === 'dm' && id !== undefined ? people.byId(id) : undefined;
    },
    of: (person) => all.filter((conversation) => conversation.members.has(person.id)),
    add(conversation, message) {
      conversation.messages.push(message);
      if (conversation.messages.length > messagesKept) conversation.messages.shift();
    },
    remove(conversation, ts) {
      const index = conversation.messages.findIndex((message) => message.ts === ts);
      if (index >= 0) conversation.messages.splice(index, 1);
    },
  };
}

/** The messages of a conversation that a person sees, oldest first. */
export function visibleMessages(conversation: Conversation, person: Person): Message[] {
  return conversation.messages.filter(({ visibleTo }) => visibleTo === null || visibleTo === person.id);
}
