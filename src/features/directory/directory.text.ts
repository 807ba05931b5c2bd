import type { Button, KnownBlock, Overflow } from '@slack/types';
import { count } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  confirmation,
  emoji,
  facts,
  header,
  link,
  message,
  moment,
  note,
  option,
  type Piece,
  paragraph,
  type SlackMessage,
  section,
  slackUser,
} from '../../platform/slack/blocks';
import { countsSentence } from '../sessions/sessions.text';
import { noSessions } from '../sessions/sessions.types';
import { displayName, type User, type UserStatus } from '../users/users.types';
import type { DirectoryPage, LicenceCard, UserCard } from './directory.service';
import type { FilterWords } from './filter-words.service';

export const statusNames: Readonly<Record<UserStatus, string>> = {
  invited: 'Invited',
  active: 'Active',
  disabled: 'Disabled',
};
const authNames = { internal: 'Internal (password)', ldap: 'LDAP', sso: 'SSO' } as const;

const barWidth = 20;

/** Ten tenths of seats: `█████░░░░░`; one taken seat shows, and only a full licence looks full. */
export function seatBar(used: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, used / total);
  const filled =
    share === 1 ? barWidth : Math.min(barWidth - 1, Math.max(used > 0 ? 1 : 0, Math.round(share * barWidth)));
  return `${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)}`;
}

/** Seats and people at a glance. */
export function licenceBlocks(card: LicenceCard): KnownBlock[] {
  const { seats, counts, readOnly } = card;
  const free = Math.max(0, seats.total - seats.used);
  return [
    header(`${seats.used.toLocaleString('en-US')} of ${count(seats.total, 'seat')} taken`),
    paragraph(
      seatBar(seats.used, seats.total),
      `  ${free === 0 ? 'none free' : `${free.toLocaleString('en-US')} free`}${seats.isTrial ? ' · trial' : ''}`,
    ),
    paragraph(
      bold(counts.active.toLocaleString('en-US')),
      ' active · ',
      bold(counts.invited.toLocaleString('en-US')),
      ' invited · ',
      bold(counts.disabled.toLocaleString('en-US')),
      ' disabled',
      readOnly > 0 ? ` · ${count(readOnly, 'seat')} read-only` : '',
    ),
    ...(free === 0
      ? [
          paragraph(
            emoji('warning'),
            ' No seat is free. Disable somebody, or ask whoever runs Usher to raise the number of seats.',
          ),
        ]
      : []),
  ];
}

export const licenceButtons = () =>
  buttons(
    'licence-buttons',
    button({ actionId: 'invite-people', text: 'Invite people', style: 'primary' }),
    button({ actionId: 'import-people', text: 'Import a spreadsheet' }),
    button({ actionId: 'list-users', text: 'List users', value: JSON.stringify({ words: everybody, page: 0 }) }),
  );

export const everybody: FilterWords = { statuses: [], project: null, group: null, text: '' };

export function licenceMessage(card: LicenceCard): SlackMessage {
  return message(`${card.seats.used} of ${card.seats.total} seats taken`, ...licenceBlocks(card), licenceButtons());
}

/** Entries of a user's menu; only what applies to them. */
function userMenu(user: User): Overflow {
  const entries = [option('Show everything', `show:${user.id}`)];
  if (user.status === 'invited') entries.push(option('Send the invitation again', `resend:${user.id}`));
  if (user.status === 'disabled') entries.push(option('Activate…', `activate:${user.id}`));
  else entries.push(option('Disable…', `disable:${user.id}`));
  entries.push(option('Edit…', `edit:${user.id}`), option('Projects and profiles…', `access:${user.id}`));
  entries.push(option('Delete…', `delete:${user.id}`));
  // Slack's menu holds five; the card has all of them.
  return { type: 'overflow', action_id: 'user-menu', options: entries.slice(0, 5) };
}

function userLine(user: User, projects: number): string {
  const name = `${user.firstName} ${user.lastName}`.trim();
  const traits = [statusNames[user.status], ...(user.isAdmin ? ['admin'] : []), count(projects, 'project')];
  return `${name === '' ? user.email : `${name}  ·  ${user.email}`}\n${traits.join(' · ')}`;
}

function filterSentence(words: FilterWords): string {
  const parts = [
    words.statuses.length > 0
      ? words.statuses.map((status) => statusNames[status].toLowerCase()).join(' or ')
      : 'invited or active',
    ...(words.project !== null ? [`in project “${words.project}”`] : []),
    ...(words.group !== null ? [`in group “${words.group}”`] : []),
    ...(words.text !== '' ? [`with “${words.text}”`] : []),
  ];
  return parts.join(', ');
}

/** A page of people, each with their menu. */
export function listMessage(page: DirectoryPage, words: FilterWords): SlackMessage {
  const turn = (to: number) => JSON.stringify({ words, page: to });
  const navigation = [
    ...(page.page > 0
      ? [button({ actionId: 'list-users:previous', text: '← Previous', value: turn(page.page - 1) })]
      : []),
    ...(page.page < page.pages - 1
      ? [button({ actionId: 'list-users:next', text: 'Next →', value: turn(page.page + 1) })]
      : []),
    words.statuses.length === 0
      ? button({
          actionId: 'list-users:all',
          text: 'Show disabled too',
          value: JSON.stringify({ words: { ...words, statuses: ['invited', 'active', 'disabled'] }, page: 0 }),
        })
      : button({
          actionId: 'list-users:usual',
          text: 'Hide disabled',
          value: JSON.stringify({ words: { ...words, statuses: [] }, page: 0 }),
        }),
  ];
  const found = page.isCounted ? count(page.total, 'user') : `More than ${count(page.total - 1, 'user')}`;
  const title = `${found}: ${filterSentence(words)}`;
  return message(
    title,
    paragraph(
      bold(found),
      `  ${filterSentence(words)}${page.pages > 1 ? `  ·  page ${page.page + 1} of ${page.pages}` : ''}`,
    ),
    ...(page.total === 0
      ? [paragraph('Nobody matches. Look with fewer conditions, or invite somebody with /users invite.')]
      : page.users.map((user) =>
          section(userLine(user, page.projectCounts.get(user.id) ?? 0), userMenu(user), `user-${user.id}`),
        )),
    ...(!page.isCounted && page.page === page.pages - 1
      ? [note('The list ends here, though more people match. Look with more conditions to find them.')]
      : []),
    buttons('list-navigation', ...navigation),
  );
}

const orNone = (text: string | null): string => (text === null || text === '' ? '–' : text);

function resetButton(user: User): Button {
  return button({
    actionId: 'reset-password',
    text: 'Reset the password…',
    value: String(user.id),
    confirm: confirmation(
      'Reset the password?',
      `${user.email} is sent a link to choose a new password, which works for 24 hours. All their API tokens are revoked at once.`,
      'Reset',
    ),
  });
}

function relinkButton(user: User): Button {
  return button({
    actionId: 'relink-slack',
    text: 'Link the Slack account again',
    value: String(user.id),
    confirm: confirmation(
      'Link the Slack account again?',
      `For when the e-mail of ${user.email} has changed in Slack: the same Slack account is accepted with its new address.`,
      'Link again',
    ),
  });
}

/** Everything known about one user, with what can be done now. */
export function cardMessage(card: UserCard): SlackMessage {
  const { user, catalogue, invitation } = card;
  const profileName = (id: number | null) => catalogue.profiles.find((profile) => profile.id === id)?.name ?? null;
  const projects = card.memberships.map(({ projectId, profileId }) => {
    const project = catalogue.projects.find(({ id }) => id === projectId);
    return `${project?.name ?? `#${projectId}`} (${profileName(profileId) ?? 'profile gone'})`;
  });
  const groups = card.groupIds.map((id) => catalogue.groups.find((group) => group.id === id)?.name ?? `#${id}`);
  const rows: [name: string, ...value: Piece[]][] = [
    ['E-mail', user.email],
    ['Status', `${statusNames[user.status]}${user.isAdmin ? ' · admin' : ''}`],
    ['Signs in by', authNames[user.authSystem]],
    ...(user.ssoUsername !== null ? [['SSO username', user.ssoUsername] as [string, string]] : []),
    ...(user.ldapUsername !== null ? [['LDAP username', user.ldapUsername] as [string, string]] : []),
    ['Default profile', orNone(profileName(user.defaultProfileId) ?? 'site default')],
    ['Groups', orNone(shortList(groups))],
    ['Projects', orNone(shortList(projects))],
    ...(card.slackIds.length > 0 ? [['Slack', ...card.slackIds.map(slackUser)] as [string, ...Piece[]]] : []),
    ['Last sign-in', user.lastLoginAt ? moment(user.lastLoginAt) : 'never'],
    ['Sessions', countsSentence(card.sessions)],
    ['Added', moment(user.createdAt)],
    ['User ID', String(user.id)],
  ];
  if (user.status === 'invited' && invitation.invite !== null) {
    const { invite } = invitation;
    rows.push([
      'Invited',
      moment(invite.invitedAt),
      ` · sent ${count(invite.sentCount, 'time')} · ${count(invite.remindersSent, 'reminder')}`,
    ]);
    rows.push(['Link works until', moment(invite.expiresAt)]);
  }
  return message(
    displayName(user),
    header(displayName(user)),
    facts(rows),
    ...(user.status === 'invited' && invitation.link !== null
      ? [
          paragraph(
            link(invitation.link.reveal(), 'Activation link'),
            ', to hand over yourself. It opens this account, so keep it between you two.',
          ),
        ]
      : []),
    ...(user.status === 'invited' && invitation.link === null
      ? [paragraph(emoji('warning'), ' The activation link is not valid any more. Send the invitation again.')]
      : []),
    buttons(
      'user-actions',
      button({ actionId: 'edit-user', text: 'Edit…', value: String(user.id) }),
      button({ actionId: 'edit-access', text: 'Projects and profiles…', value: String(user.id) }),
      button({ actionId: 'show-history', text: 'History', value: String(user.id) }),
      ...(user.status === 'invited'
        ? [button({ actionId: 'resend-one', text: 'Send the invitation again', value: String(user.id) })]
        : []),
      user.status === 'disabled'
        ? button({
            actionId: 'change-status',
            text: 'Activate…',
            value: JSON.stringify({ action: 'activate', userId: user.id }),
          })
        : button({
            actionId: 'change-status',
            text: 'Disable…',
            value: JSON.stringify({ action: 'disable', userId: user.id }),
            style: 'danger',
          }),
      ...(user.status === 'active' && user.authSystem === 'internal' ? [resetButton(user)] : []),
      ...(card.sessions === noSessions
        ? []
        : [button({ actionId: 'end-user-sessions', text: 'End all sessions…', value: String(user.id) })]),
      button({ actionId: 'delete-user', text: 'Delete…', value: String(user.id) }),
      ...(card.slackIds.length > 0 ? [relinkButton(user)] : []),
    ),
    note('Only you see this.'),
  );
}

function shortList(items: readonly string[], most = 15): string {
  return items.length <= most ? items.join(', ') : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
}
