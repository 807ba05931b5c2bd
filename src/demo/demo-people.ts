import type { UserStatus } from '../features/users/users.types';
import type { ChannelSeed, PersonSeed } from '../workspace/options';

/** Besides the sample project, which everybody gets. */
export const demoProjects = ['Apollo', 'Checkout Web', 'Data Harbour', 'Lantern Mobile', 'Zephyr API'] as const;
export const demoGroups = ['QA Berlin', 'Release Board', 'Contractors'] as const;
/** The profile that a demo site has besides those it was born with. */
export const demoProfile = 'Test Lead';

/** Whose deletion is planned, and who takes over. */
export const demoLeaving = { email: 'pablo.nunez@orbit.example', replacement: 'soeren.oestergaard@orbit.example' };

export type DemoProject = (typeof demoProjects)[number];
export type DemoGroup = (typeof demoGroups)[number];
export type DemoProfile = 'Project Manager' | 'Tester' | 'Read Only' | typeof demoProfile;

/** One user of the demo site, with the Slack account where there is one. */
export interface DemoPerson {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly status: UserStatus;
  readonly isAdmin?: true;
  /** Signs in by SSO under this name; everybody else has a password. */
  readonly ssoUsername?: string;
  /** Profile by project. An invited person has the same one everywhere. */
  readonly access: Readonly<Partial<Record<DemoProject, DemoProfile>>>;
  readonly group?: DemoGroup;
  /** When the invitation was sent; for invited people. */
  readonly invitedHoursAgo?: number;
  /** Was disabled before the invitation was ever accepted: activating means inviting again. */
  readonly neverAccepted?: true;
  readonly slack?: DemoAccount;
}

/** What is of interest of a Slack account: the rest is the person's. The note says what it is good for trying. */
type DemoAccount = Pick<PersonSeed, 'name' | 'note' | 'kind' | 'isWorkspaceAdmin' | 'timeZone'>;

const hour = 1;
const day = 24 * hour;

/** Everybody who is a user of the demo site, whoever came first standing first; invited people come last. */
export const demoPeople: readonly DemoPerson[] = [
  {
    firstName: 'Ada',
    lastName: 'Lindqvist',
    email: 'ada.lindqvist@orbit.example',
    status: 'active',
    isAdmin: true,
    access: { Apollo: 'Project Manager', 'Checkout Web': 'Project Manager' },
    group: 'Release Board',
    slack: {
      name: 'ada',
      note: 'Admin: may do everything. Start here.',
      isWorkspaceAdmin: true,
      timeZone: 'Europe/Stockholm',
    },
  },
  {
    firstName: 'Tomás',
    lastName: 'Herrera',
    email: 'tomas.herrera@orbit.example',
    status: 'active',
    isAdmin: true,
    access: { 'Zephyr API': 'Project Manager', 'Data Harbour': 'Read Only' },
    group: 'Release Board',
    slack: {
      name: 'tomas',
      note: 'Admin as well: confirm what Ada dropped, or disable her and see what she is told.',
      timeZone: 'Europe/Madrid',
    },
  },
  {
    firstName: 'Maya',
    lastName: 'Okonkwo',
    email: 'maya.okonkwo@orbit.example',
    status: 'active',
    access: { Apollo: 'Tester', 'Lantern Mobile': 'Tester' },
    group: 'QA Berlin',
    slack: { name: 'maya', note: 'Active, no admin: may drop a spreadsheet, and an admin has to confirm it.' },
  },
  {
    firstName: 'Jürgen',
    lastName: 'Weißmüller',
    email: 'juergen.weissmueller@orbit.example',
    status: 'active',
    access: { Apollo: 'Project Manager', 'Data Harbour': 'Project Manager' },
    group: 'QA Berlin',
    slack: { name: 'juergen', note: 'Active, manages projects, no admin: is told whom to ask.' },
  },
  {
    firstName: 'Viktor',
    lastName: 'Brandt',
    email: 'viktor.brandt@orbit.example',
    status: 'disabled',
    isAdmin: true,
    access: { Apollo: 'Project Manager' },
    slack: { name: 'viktor', note: 'Disabled, was an admin: every command and every click is refused.' },
  },
  {
    firstName: 'Siobhán',
    lastName: 'O’Connor',
    email: "siobhan.o'connor@orbit.example",
    status: 'active',
    ssoUsername: 'soconnor',
    access: { 'Checkout Web': demoProfile, Apollo: 'Tester' },
    group: 'Release Board',
    slack: {
      name: 'siobhan',
      note: 'Active, signs in by SSO, no admin; has an apostrophe in name and address.',
      timeZone: 'Europe/Dublin',
    },
  },
  {
    firstName: 'Łukasz',
    lastName: 'Wójcik',
    email: 'lukasz.wojcik@orbit.example',
    status: 'active',
    access: { 'Zephyr API': demoProfile },
    group: 'QA Berlin',
  },
  {
    firstName: 'נועה',
    lastName: 'פרץ',
    email: 'noa.peretz@orbit.example',
    status: 'active',
    access: { 'Lantern Mobile': demoProfile, 'Checkout Web': 'Tester' },
    slack: {
      name: 'noa',
      note: 'Active, no admin; her name is written from right to left.',
      timeZone: 'Asia/Jerusalem',
    },
  },
  {
    firstName: '花子',
    lastName: '山田',
    email: 'hanako.yamada@orbit.example',
    status: 'active',
    access: { 'Lantern Mobile': 'Tester', 'Zephyr API': 'Tester' },
    slack: { name: 'hanako', note: 'Active, no admin; her name is written in kanji.', timeZone: 'Asia/Tokyo' },
  },
  {
    firstName: 'Maria-Magdalena Wilhelmina Theodora',
    lastName: 'von Hohenstein-Wolkenburg zu Trostberg und Unterammersdorf-Oberkirchbach',
    email: 'maria-magdalena.von-hohenstein-wolkenburg-zu-trostberg@orbit.example',
    status: 'active',
    access: { 'Data Harbour': 'Tester' },
    group: 'QA Berlin',
  },
  {
    firstName: 'Zoë',
    lastName: 'Vandenberghe',
    email: 'zoe.vandenberghe@orbit.example',
    status: 'active',
    access: { 'Checkout Web': 'Tester' },
  },
  {
    firstName: 'عمر',
    lastName: 'الخطيب',
    email: 'omar.alkhatib@orbit.example',
    status: 'active',
    access: { Apollo: 'Tester', 'Zephyr API': 'Tester' },
    group: 'Contractors',
  },
  {
    firstName: 'Paola',
    lastName: 'Ricci',
    email: 'paola.ricci@orbit.example',
    status: 'disabled',
    access: { Apollo: 'Tester', 'Checkout Web': 'Tester' },
    slack: {
      name: 'paola',
      note: 'Has left the company; her open work is still assigned to her.',
      kind: 'deactivated',
    },
  },
  {
    firstName: 'Thị Minh Anh',
    lastName: 'Nguyễn',
    email: 'minhanh.nguyen@orbit.example',
    status: 'active',
    ssoUsername: 'minhanh',
    access: { 'Lantern Mobile': 'Tester' },
  },
  {
    firstName: 'Chloé',
    lastName: 'Dubois-Lefèvre',
    email: 'chloe.dubois-lefevre@orbit.example',
    status: 'active',
    access: { 'Checkout Web': 'Project Manager' },
    group: 'Release Board',
  },
  {
    firstName: 'Raj',
    lastName: 'Krishnamurthy',
    email: 'raj.krishnamurthy@orbit.example',
    status: 'active',
    access: { 'Data Harbour': demoProfile, Apollo: 'Read Only' },
    group: 'Contractors',
  },
  {
    firstName: 'Emre',
    lastName: 'Yıldız',
    email: 'emre.yildiz@orbit.example',
    status: 'active',
    access: { Apollo: demoProfile },
    group: 'QA Berlin',
  },
  {
    firstName: 'Gustav',
    lastName: 'Nyström',
    email: 'gustav.nystrom@orbit.example',
    status: 'disabled',
    ssoUsername: 'gnystrom',
    access: { 'Zephyr API': 'Tester' },
  },
  {
    firstName: 'Søren',
    lastName: 'Østergaard',
    email: 'soeren.oestergaard@orbit.example',
    status: 'active',
    access: { 'Zephyr API': 'Tester', 'Data Harbour': 'Tester' },
  },
  {
    firstName: 'Ingrid',
    lastName: 'Þórsdóttir',
    email: 'ingrid.thorsdottir@orbit.example',
    status: 'active',
    ssoUsername: 'ingridth',
    access: { Apollo: 'Read Only', 'Checkout Web': 'Read Only' },
  },
  {
    firstName: 'Kwame',
    lastName: 'Mensah',
    email: 'kwame.mensah@orbit.example',
    status: 'active',
    access: { 'Checkout Web': 'Tester', 'Data Harbour': 'Tester' },
    group: 'Contractors',
  },
  {
    firstName: 'Олена',
    lastName: 'Шевченко',
    email: 'olena.shevchenko@orbit.example',
    status: 'active',
    access: { 'Lantern Mobile': 'Tester', Apollo: 'Tester' },
    group: 'Contractors',
  },
  {
    firstName: 'Mirjam',
    lastName: 'de Vries',
    email: 'mirjam.de.vries@orbit.example',
    status: 'disabled',
    access: { 'Lantern Mobile': 'Tester' },
  },
  {
    firstName: '明',
    lastName: '李',
    email: 'ming.li@orbit.example',
    status: 'active',
    access: { 'Zephyr API': 'Tester' },
  },
  {
    firstName: 'Derek',
    lastName: 'Holloway',
    email: 'derek.holloway@orbit.example',
    status: 'disabled',
    neverAccepted: true,
    access: { 'Checkout Web': 'Tester' },
    group: 'Contractors',
  },
  {
    firstName: 'Grace',
    lastName: 'Whitfield',
    email: 'grace.whitfield@orbit.example',
    status: 'active',
    ssoUsername: 'gwhitfield',
    access: { Apollo: 'Read Only', 'Data Harbour': 'Read Only', 'Zephyr API': 'Read Only' },
    group: 'Release Board',
  },
  {
    firstName: 'Pablo',
    lastName: 'Núñez',
    email: 'pablo.nunez@orbit.example',
    status: 'active',
    access: { 'Data Harbour': 'Tester' },
  },
  {
    firstName: 'Björn',
    lastName: 'Ångström',
    email: 'bjorn.angstrom@orbit.example',
    status: 'active',
    access: { 'Lantern Mobile': 'Project Manager' },
  },
  {
    firstName: 'Hector',
    lastName: 'Almeida',
    email: 'hector.almeida@orbit.example',
    status: 'invited',
    access: { 'Zephyr API': 'Tester' },
    invitedHoursAgo: 7 * day + 9 * hour,
  },
  {
    firstName: 'Inês',
    lastName: 'Carvalho',
    email: 'ines.carvalho@orbit.example',
    status: 'invited',
    access: { Apollo: 'Tester', 'Checkout Web': 'Tester' },
    group: 'QA Berlin',
    invitedHoursAgo: 4 * day,
    slack: {
      name: 'ines',
      note: 'Invited four days ago, not active yet: was reminded here and by mail.',
      timeZone: 'Europe/Lisbon',
    },
  },
  {
    firstName: 'Mateusz',
    lastName: 'Zieliński',
    email: 'mateusz.zielinski@orbit.example',
    status: 'invited',
    access: { Apollo: 'Tester', 'Checkout Web': 'Tester' },
    group: 'QA Berlin',
    invitedHoursAgo: 4 * day,
  },
  {
    firstName: 'Fatima',
    lastName: 'Benali',
    email: 'fatima.benali@orbit.example',
    status: 'invited',
    access: { Apollo: 'Tester', 'Checkout Web': 'Tester' },
    group: 'QA Berlin',
    invitedHoursAgo: 4 * day,
  },
  {
    firstName: 'Oskar',
    lastName: 'Lehtinen',
    email: 'oskar.lehtinen@orbit.example',
    status: 'invited',
    access: { 'Data Harbour': 'Read Only' },
    invitedHoursAgo: 4 * day - 2 * hour,
  },
  {
    firstName: 'Priya',
    lastName: 'Raman',
    email: 'priya.raman@orbit.example',
    status: 'invited',
    access: { 'Lantern Mobile': 'Tester' },
    group: 'Contractors',
    invitedHoursAgo: 2 * day,
  },
  {
    firstName: 'Théo',
    lastName: 'Marchand',
    email: 'theo.marchand@orbit.example',
    status: 'invited',
    access: { 'Lantern Mobile': 'Tester' },
    group: 'Contractors',
    invitedHoursAgo: 2 * day,
  },
  {
    firstName: 'Jana',
    lastName: 'Krejčí',
    email: 'jana.krejci@orbit.example',
    status: 'invited',
    access: { 'Zephyr API': 'Tester', 'Data Harbour': 'Tester' },
    invitedHoursAgo: 3 * hour,
  },
  {
    firstName: 'Dele',
    lastName: 'Adeyemi',
    email: 'dele.adeyemi@orbit.example',
    status: 'invited',
    access: { 'Zephyr API': 'Tester', 'Data Harbour': 'Tester' },
    invitedHoursAgo: 3 * hour,
  },
  {
    firstName: 'Sofía',
    lastName: 'Peña',
    email: 'sofia.pena@orbit.example',
    status: 'invited',
    access: { 'Zephyr API': 'Tester', 'Data Harbour': 'Tester' },
    invitedHoursAgo: 3 * hour,
  },
  {
    firstName: '',
    lastName: '',
    email: 'qa-intern@orbit.example',
    status: 'invited',
    access: {},
    invitedHoursAgo: 0.4 * hour,
  },
  {
    firstName: 'Lucía',
    lastName: 'Ferrer',
    email: 'lucia.ferrer@orbit.example',
    status: 'invited',
    access: {},
    invitedHoursAgo: 0.4 * hour,
  },
];

/** Accounts of the workspace that are no user of the site. */
const strangers: readonly PersonSeed[] = [
  {
    name: 'felix',
    realName: 'Felix Baumann',
    email: 'felix.baumann@orbit.example',
    note: 'Member of the workspace, but no user here: invite him, or see whom he is told to ask.',
  },
  {
    name: 'nico',
    realName: 'Nico Sandoval',
    email: null,
    note: 'Member without an e-mail: nobody can tell who he is, so he is refused.',
  },
  {
    name: 'gita',
    realName: 'Gita Rao',
    email: 'gita@studio-north.example',
    kind: 'guest',
    note: 'Guest: is refused kindly, also when she presses Confirm.',
  },
  {
    name: 'sam',
    realName: 'Sam Porter',
    email: 'sam@studio-north.example',
    kind: 'single_channel_guest',
    note: 'Guest in #qa-team alone: is refused as well.',
  },
  {
    name: 'lena',
    realName: 'Lena Hoffmann',
    // Slack lets every organisation have its own address book, so an address alone proves nothing.
    email: 'ada.lindqvist@orbit.example',
    kind: 'external',
    team: { id: 'T0NORDWIND', name: 'Nordwind', domain: 'nordwind' },
    note: 'Of another organisation, and claims Ada’s address: is refused all the same.',
  },
  {
    name: 'build-bot',
    realName: 'Build Bot',
    email: null,
    kind: 'bot',
    note: 'Another app: cannot administer anybody.',
  },
];

function seedOf(person: DemoPerson): PersonSeed[] {
  const { slack, firstName, lastName, email } = person;
  return slack === undefined ? [] : [{ ...slack, realName: `${firstName} ${lastName}`, email }];
}

/** The accounts of the local workspace, admins first. */
export const demoSlackPeople: readonly PersonSeed[] = [...demoPeople.flatMap(seedOf), ...strangers];

const members = demoSlackPeople.flatMap(({ name, kind }) => (kind === undefined ? [name] : []));

/** Ids for SLACK_IMPORT_CHANNELS and SLACK_ADMIN_CHANNEL. */
export const importChannel = 'C0PEOPLEIMP';
export const adminChannel = 'C0USHERADMS';

export const demoChannels: readonly ChannelSeed[] = [
  {
    name: 'general',
    topic: 'Everybody. Type /users help here or anywhere else.',
    members: [...members, 'gita'],
  },
  {
    id: importChannel,
    name: 'people-imports',
    topic: 'Drop a spreadsheet of people here: anybody may, and an admin confirms.',
    members: [...members, 'gita', 'lena'],
  },
  {
    id: adminChannel,
    name: 'usher-admins',
    topic: 'What Usher tells the admins: expired invitations, mail that did not arrive.',
    isPrivate: true,
    members: ['ada', 'tomas'],
  },
  {
    name: 'qa-team',
    topic: 'Testers and those who work with them. Usher answers here as well, and only you see it.',
    members: ['ada', 'maya', 'juergen', 'siobhan', 'noa', 'hanako', 'ines', 'sam', 'lena', 'build-bot'],
  },
];
