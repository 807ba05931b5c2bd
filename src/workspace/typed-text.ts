import type { Conversations } from './conversations';
import type { People } from './people';

/** `&`, `<` and `>` as Slack sends them. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

const address = /[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}/;
const webAddress = /https?:\/\/[^\s<>]*[^\s<>.,;:!?'")\]]/;
const mention = /(?<![\w.@])@[a-z0-9][a-z0-9._-]*/;
const channel = /(?<![\w#&])#[a-z0-9][a-z0-9_-]*/;
const linkable = new RegExp([webAddress, address, mention, channel].map((part) => `(${part.source})`).join('|'), 'g');

export interface TypedTextOptions {
  readonly people: People;
  readonly conversations: Conversations;
  /** Commands get `<@U…|name>`, messages `<@U…>`. */
  readonly withNames: boolean;
}

/**
 * What Slack makes of typed text: `a@b.c` → `<mailto:a@b.c|a@b.c>`, `https://…` → `<https://…>`, `@ada` → `<@U…|ada>`,
 * `#imports` → `<#C…|imports>`; all else escaped.
 */
export function linkTypedText(text: string, { people, conversations, withNames }: TypedTextOptions): string {
  let linked = '';
  let at = 0;
  for (const match of text.matchAll(linkable)) {
    const [whole] = match;
    linked += escapeText(text.slice(at, match.index)) + link(whole);
    at = match.index + whole.length;
  }
  return linked + escapeText(text.slice(at));

  function link(word: string): string {
    if (word.startsWith('@')) {
      const person = people.find(word.replace(/[.-]+$/, ''));
      const rest = escapeText(word.slice(1 + (person?.name.length ?? 0)));
      return person ? `<@${person.id}${withNames ? `|${person.name}` : ''}>${rest}` : escapeText(word);
    }
    if (word.startsWith('#')) {
      const found = conversations.find(word);
      return found ? `<#${found.id}|${found.name}>` : escapeText(word);
    }
    const safe = escapeText(word);
    return /^https?:/.test(word) ? `<${safe}>` : `<mailto:${safe}|${safe}>`;
  }
}
