import type { KnownBlock, PlainTextOption } from '@slack/types';
import { count } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  code,
  message,
  note,
  option,
  type Piece,
  paragraph,
  type SlackMessage,
  section,
} from '../../platform/slack/blocks';
import { type ListPage, listNames, type ManagedGroup, type ManagedProfile, type ManagedProject } from './managed.types';
import type { ProfilePage } from './profiles.service';
import type { ProjectPage } from './projects.service';

interface Row {
  readonly id: number;
  readonly name: string;
  readonly traits: readonly string[];
  readonly menu: readonly PlainTextOption[];
}

interface List {
  readonly what: keyof typeof listNames;
  readonly title: string;
  /** Said in place of an empty list. */
  readonly empty: string;
  readonly page: ListPage<unknown>;
  /** What turning the page must bring back beside the text. */
  readonly archived?: boolean;
  readonly rows: readonly Row[];
  readonly more: readonly KnownBlock[];
  readonly usage: string;
}

/** A page of profiles, groups or projects: each with its menu, and what can be done with all of them. */
function listMessage(list: List): SlackMessage {
  const { page, rows } = list;
  const { pageAction, menuAction, newAction, newText } = listNames[list.what];
  const value = (to: number, archived = list.archived ?? false) =>
    JSON.stringify({ text: page.text, page: to, ...(list.what === 'project' ? { archived } : {}) });
  const matching: Piece[] = page.text === '' ? [] : [`  with “${page.text}” in the name`];
  return message(
    list.title,
    paragraph(bold(list.title), ...matching, page.pages > 1 ? `  ·  page ${page.page + 1} of ${page.pages}` : ''),
    ...(rows.length === 0
      ? [paragraph(list.empty)]
      : rows.map((row) =>
          section(
            `${row.name}\n${row.traits.join(' · ')}`,
            { type: 'overflow', action_id: menuAction, options: [...row.menu] },
            `${list.what}-${row.id}`,
          ),
        )),
    ...list.more,
    buttons(
      `${list.what}-list-buttons`,
      ...(page.page > 0
        ? [button({ actionId: `${pageAction}previous`, text: '← Previous', value: value(page.page - 1) })]
        : []),
      ...(page.page < page.pages - 1
        ? [button({ actionId: `${pageAction}next`, text: 'Next →', value: value(page.page + 1) })]
        : []),
      button({ actionId: newAction, text: newText, value: 'new' }),
      ...(list.what === 'project'
        ? [
            button({
              actionId: `${pageAction}other`,
              text: list.archived ? 'Show projects in use' : 'Show archived ones',
              value: value(0, !list.archived),
            }),
          ]
        : []),
    ),
    paragraph('Also by command: ', code(list.usage)),
  );
}

const nothingFound = (text: string, usage: string) => `No name has “${text}” in it. To see all, write ${usage}.`;

function profileRow(profile: ManagedProfile): Row {
  return {
    id: profile.id,
    name: profile.name,
    traits: [
      count(profile.permissions.length, 'permission'),
      `held by ${count(profile.holders, 'person', 'people')}`,
      ...(profile.isDefault ? ['site default'] : []),
      ...(profile.isReadOnly ? ['read-only licence'] : []),
    ],
    menu: [
      option('Edit…', `edit:${profile.id}`),
      ...(profile.isDefault ? [] : [option('Make it the site default', `default:${profile.id}`)]),
      option('Archive…', `archive:${profile.id}`),
    ],
  };
}

export function profileList(page: ProfilePage): SlackMessage {
  return listMessage({
    what: 'profile',
    title: count(page.total, 'profile'),
    empty: page.text === '' ? 'There is no profile yet.' : nothingFound(page.text, '/usher profiles'),
    page,
    rows: page.items.map(profileRow),
    more: page.hasReadOnly
      ? []
      : [
          note(
            'There is no read-only profile, so nobody can be given a read-only licence. Make one: /usher profiles new Read Only',
          ),
        ],
    usage: '/usher profiles new NAME',
  });
}

function groupRow(group: ManagedGroup): Row {
  return {
    id: group.id,
    name: group.name,
    traits: [count(group.permissions.length, 'site permission'), count(group.members, 'member')],
    menu: [option('Edit…', `edit:${group.id}`), option('Delete…', `archive:${group.id}`)],
  };
}

export function groupList(page: ListPage<ManagedGroup>): SlackMessage {
  return listMessage({
    what: 'group',
    title: count(page.total, 'group'),
    empty:
      page.text === ''
        ? 'There is no group yet. A group gives its members permissions on the whole site.'
        : nothingFound(page.text, '/usher groups'),
    page,
    rows: page.items.map(groupRow),
    more: [],
    usage: '/usher groups new NAME',
  });
}

function projectRow(project: ManagedProject): Row {
  return {
    id: project.id,
    name: project.name,
    traits: [count(project.members, 'member'), ...(project.isSample ? ['sample project'] : [])],
    menu: project.isArchived
      ? [option('Bring it back', `restore:${project.id}`)]
      : [option('Rename…', `edit:${project.id}`), option('Archive…', `archive:${project.id}`)],
  };
}

export function projectList(page: ProjectPage): SlackMessage {
  const none = page.archived ? 'No project is archived.' : 'There is no project yet.';
  return listMessage({
    what: 'project',
    title: count(page.total, page.archived ? 'archived project' : 'project'),
    empty: page.text === '' ? none : nothingFound(page.text, '/usher projects'),
    page,
    archived: page.archived,
    rows: page.items.map(projectRow),
    more: [],
    usage: '/usher projects new NAME',
  });
}
