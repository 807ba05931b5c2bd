import type { Conversation } from './conversations';
import type { Core } from './core';
import type { Person } from './people';
import { Refused } from './refused';

/** The person who acts; throws where there is none or their account cannot do anything. */
export function actingPerson(core: Core, idOrName: string): Person {
  const person = core.people.find(idOrName);
  if (!person) throw new Refused('There is nobody of that name in this workspace.', 404);
  if (person.kind === 'deactivated') throw new Refused('This account has been deactivated.', 403);
  if (person.kind === 'bot') throw new Refused('A bot cannot use Slack like a person.', 403);
  return person;
}

/** A conversation that the person is in: by id, by `#name`, or `@app` for the one with the app. */
export function ownConversation(core: Core, person: Person, idOrName: string): Conversation {
  const isApp = idOrName.startsWith('@') && core.people.find(idOrName)?.isThisBot;
  const conversation = isApp ? core.conversations.directWith(person) : core.conversations.find(idOrName);
  if (!conversation?.members.has(person.id)) throw new Refused('You are not in that conversation.', 404);
  return conversation;
}

/** Tells one person what Slack itself has to say. */
export function giveNotice(core: Core, person: Person, conversation: Conversation | null, text: string): void {
  core.bus.tell(person.id, { type: 'notice', conversationId: conversation?.id ?? null, text });
}
