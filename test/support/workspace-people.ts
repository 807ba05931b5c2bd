import type { ChannelSeed, PersonSeed } from '../../src/workspace/options';

/** A small workspace for tests: one of every kind of account. */
export const testPeople: readonly PersonSeed[] = [
  { name: 'ada', realName: 'Ada Lovelace', email: 'ada@example.com', isWorkspaceAdmin: true, note: 'Administrator' },
  { name: 'ben', realName: 'Ben Okri', email: 'ben@example.com', note: 'Ordinary member' },
  { name: 'nora', realName: 'Nora Nomail', email: null, note: 'Has no address' },
  { name: 'grace', realName: 'Grace Guest', email: 'grace@guest.example', kind: 'guest' },
  { name: 'sol', realName: 'Sol Single', email: 'sol@guest.example', kind: 'single_channel_guest' },
  { name: 'robo', realName: 'Robo', kind: 'bot' },
  {
    name: 'erin',
    realName: 'Erin Extern',
    email: 'ada@example.com',
    kind: 'external',
    note: 'Of another company, with the administrator’s address',
    team: {
      id: 'T0PARTNER1',
      name: 'Partner',
      domain: 'partner',
      enterprise: { id: 'E0PARTNER', name: 'Partner Group' },
    },
  },
  { name: 'dora', realName: 'Dora Gone', email: 'dora@example.com', kind: 'deactivated' },
];

const everybody = ['ada', 'ben', 'nora', 'grace', 'erin'];

/** The app is in all of them but #elsewhere; #admins is private. */
export const testChannels: readonly ChannelSeed[] = [
  { name: 'general', topic: 'Everybody', members: [...everybody, 'sol'] },
  { name: 'imports', topic: 'Drop spreadsheets here', members: everybody },
  { name: 'admins', isPrivate: true, members: ['ada'] },
  { name: 'elsewhere', members: ['ada', 'ben'], botIsMember: false },
];
