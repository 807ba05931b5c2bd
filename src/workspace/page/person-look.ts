import type { PersonView } from '../protocol';

/** How many avatar colours the style sheet has (`avatar-0` …). */
export const avatarColours = 10;

/** The same colour for the same person, on every screen. */
export function colourOf(id: string): number {
  let hash = 7;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return hash % avatarColours;
}

/** One or two letters: `Ada Lovelace` → `AL`. Whole graphemes, so that no emoji or accent is cut in half. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/)
    .filter(Boolean);
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen.map((word) => firstLetter(word ?? '').toUpperCase()).join('') || '?';
}

function firstLetter(word: string): string {
  const [first] = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(
    word.replace(/^[^\p{L}\p{N}\p{S}]+/u, ''),
  );
  return first?.segment ?? '';
}

export function nameOf(person: PersonView | null): string {
  return person ? person.realName || person.name : 'Somebody';
}

const kindNames = {
  member: '',
  guest: 'Guest',
  single_channel_guest: 'Single-channel guest',
  bot: 'Bot',
  external: 'External',
  deactivated: 'Deactivated',
} as const;

/** A word for accounts that are not ordinary members; empty for those. */
export function kindName(person: PersonView): string {
  return kindNames[person.kind];
}

/** Nobody can type commands as a bot or from a deactivated account. */
export function canBe(person: PersonView): boolean {
  return person.kind !== 'bot' && person.kind !== 'deactivated' && !person.isThisBot;
}

export interface PeopleGroup {
  readonly heading: string;
  readonly people: readonly PersonView[];
}

/** People as the “Who are you?” page lists them; empty groups are left out. */
export function groupPeople(people: readonly PersonView[]): PeopleGroup[] {
  const isAdmin = (person: PersonView) => person.kind === 'member' && /^(site )?admin/i.test(person.note);
  const groups: PeopleGroup[] = [
    { heading: 'Admins', people: people.filter(isAdmin) },
    { heading: 'Members', people: people.filter((person) => person.kind === 'member' && !isAdmin(person)) },
    { heading: 'Guests', people: people.filter((person) => person.kind.endsWith('guest')) },
    { heading: 'From another company', people: people.filter((person) => person.kind === 'external') },
    { heading: 'Bots', people: people.filter((person) => person.kind === 'bot') },
    { heading: 'Deactivated', people: people.filter((person) => person.kind === 'deactivated') },
  ];
  return groups.filter((group) => group.people.length > 0);
}
