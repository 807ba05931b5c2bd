import { stableId } from './ids';
import type { PersonSeed, TeamSeed } from './options';
import type { PersonKind, PersonView } from './protocol';

export interface Person {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string | null;
  readonly kind: PersonKind;
  readonly note: string;
  readonly team: TeamSeed;
  readonly isWorkspaceAdmin: boolean;
  readonly isThisBot: boolean;
  readonly timeZone: string;
}

export interface People {
  all(): readonly Person[];
  byId(id: string): Person | undefined;
  /** By id, or by handle with or without the @. */
  find(idOrName: string): Person | undefined;
  /** The account of the app under test. */
  readonly bot: Person;
}

function personOf(seed: PersonSeed, home: TeamSeed): Person {
  const kind = seed.kind ?? 'member';
  const away: TeamSeed = seed.team ?? {
    id: stableId('T', 'team', `of ${seed.name}`),
    name: 'Partner',
    domain: 'partner',
  };
  return {
    id: seed.id ?? stableId('U', 'person', seed.name),
    name: seed.name,
    realName: seed.realName,
    email: seed.email ?? null,
    kind,
    note: seed.note ?? '',
    team: kind === 'external' ? away : home,
    isWorkspaceAdmin: seed.isWorkspaceAdmin ?? false,
    isThisBot: false,
    timeZone: seed.timeZone ?? 'Europe/Berlin',
  };
}

/** The accounts of a workspace and, first of them, the app's own. */
export function createPeople(seeds: readonly PersonSeed[], home: TeamSeed, botName: string): People {
  const bot: Person = {
    id: stableId('U', 'bot', botName),
    name: botName.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    realName: botName,
    email: null,
    kind: 'bot',
    note: '',
    team: home,
    isWorkspaceAdmin: false,
    isThisBot: true,
    timeZone: 'UTC',
  };
  const all = [bot, ...seeds.map((seed) => personOf(seed, home))];
  const byId = new Map(all.map((person) => [person.id, person]));
  const byName = new Map(all.map((person) => [person.name, person]));
  if (byName.size !== all.length) throw new Error('Two people of the workspace have the same name');
  return {
    all: () => all,
    byId: (id) => byId.get(id),
    find: (idOrName) => byId.get(idOrName) ?? byName.get(idOrName.replace(/^@/, '')),
    bot,
  };
}

/** The person as the page's picker shows them. */
export function personView(person: Person): PersonView {
  const { id, name, realName, email, kind, note, isThisBot } = person;
  return { id, name, realName, email, kind, note, isThisBot };
}

/** Slack's user object; the address is in it only where the app may see it. */
export function slackUser(person: Person, withEmail: boolean): Record<string, unknown> {
  const [firstName, ...rest] = person.realName.split(' ');
  const profile = {
    title: '',
    phone: '',
    skype: '',
    real_name: person.realName,
    real_name_normalized: person.realName,
    display_name: person.name,
    display_name_normalized: person.name,
    status_text: '',
    status_emoji: '',
    status_expiration: 0,
    avatar_hash: 'g0000000000',
    first_name: firstName ?? '',
    last_name: rest.join(' '),
    team: person.team.id,
    ...(withEmail && person.email !== null ? { email: person.email } : {}),
    ...(person.kind === 'bot' ? { api_app_id: '', always_active: true } : {}),
  };
  const basis = {
    id: person.id,
    team_id: person.team.id,
    name: person.name,
    deleted: person.kind === 'deactivated',
    profile,
    is_bot: person.kind === 'bot',
    is_app_user: false,
    updated: 1_700_000_000,
  };
  // Slack leaves most fields out for accounts that were deactivated.
  if (person.kind === 'deactivated') return basis;
  return {
    ...basis,
    color: '4bbe2e',
    real_name: person.realName,
    tz: person.timeZone,
    tz_label: person.timeZone,
    tz_offset: 3600,
    is_admin: person.isWorkspaceAdmin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: person.kind === 'guest' || person.kind === 'single_channel_guest',
    is_ultra_restricted: person.kind === 'single_channel_guest',
    ...(person.kind === 'external' ? { is_stranger: true } : {}),
    ...(person.team.enterprise ? { enterprise_user: { enterprise_id: person.team.enterprise.id } } : {}),
    is_email_confirmed: person.email !== null,
    who_can_share_contact_card: 'EVERYONE',
  };
}
