import type { KnownBlock } from '@slack/types';
import type { Recipients } from '../../lib/email';
import { count, listOf, shorten } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  confirmation,
  emoji,
  fitting,
  link,
  list,
  message,
  type Piece,
  paragraph,
  type SlackMessage,
} from '../../platform/slack/blocks';
import { undoSlot } from '../operations/operations.text';
import { displayName, type User } from '../users/users.types';
import type { ActivateResult, DisableResult, InviteResult, ResendResult, SentInvitation } from './invites.types';

/** How many links one message shows; the rest follow on a button. */
export const linksAtOnce = 25;

const named = (user: User) =>
  shorten(user.firstName || user.lastName ? `${displayName(user)} (${user.email})` : user.email, 140);
const names = (users: readonly User[], most = 10) =>
  users.length <= most
    ? listOf(users.map(({ email }) => email))
    : `${users
        .slice(0, most)
        .map(({ email }) => email)
        .join(', ')} and ${users.length - most} more`;

/** Each person with the link to hand over by hand. Only ever for the acting admin's own eyes. */
function linkList(sent: readonly SentInvitation[]): KnownBlock {
  return list(sent.map(({ user, link: url }): Piece[] => [named(user), '  ', link(url.reveal(), 'activation link')]));
}

/**
 * Links of an operation, with a button for those that follow.
 * @param sent at most `linksAtOnce`
 */
export function linkBlocks(
  operationId: number,
  sent: readonly SentInvitation[],
  next: { readonly offset: number; readonly left: number } | null,
): KnownBlock[] {
  return [
    sent.length > 0 ? linkList(sent) : paragraph('Nobody else has a link that is still open.'),
    ...(next === null
      ? []
      : [
          buttons(
            'invitation-links',
            button({
              actionId: 'invitation-links',
              text: `Show more links (${count(next.left, 'person', 'people')})`,
              value: JSON.stringify({ operationId, offset: next.offset }),
            }),
          ),
        ]),
  ];
}

/** The first links of an operation whose done results are exactly these people, in this order. */
function firstLinks(operationId: number, sent: readonly SentInvitation[]): KnownBlock[] {
  if (sent.length === 0) return [];
  const left = sent.length - linksAtOnce;
  return linkBlocks(operationId, sent.slice(0, linksAtOnce), left > 0 ? { offset: linksAtOnce, left } : null);
}

function badTokens(bad: Recipients['bad']): KnownBlock[] {
  if (bad.length === 0) return [];
  const { shown, more } = fitting(bad, 20, ({ text }) => text.length + 60, 2500);
  return [
    paragraph(emoji('warning'), ` ${count(bad.length, 'entry was', 'entries were')} left out:`),
    list([
      ...shown.map(({ text, reason }): Piece[] => [`“${text.slice(0, 200)}” ${reason}`]),
      ...(more > 0 ? [[`… and ${more} more`] as Piece[]] : []),
    ]),
  ];
}

/** What became of an invitation, person by person. */
export function inviteReport(result: InviteResult, given: Pick<Recipients, 'bad' | 'repeated'>): SlackMessage {
  const blocks: KnownBlock[] = [];
  const { invited, alreadyInvited, disabled, active } = result;
  const headline =
    invited.length > 0
      ? `Invited ${count(invited.length, 'person', 'people')}. ${invited.length === 1 ? 'The mail' : 'A mail to each'} with the activation link is on its way.`
      : 'Nobody new was invited.';
  blocks.push(paragraph(emoji(invited.length > 0 ? 'white_check_mark' : 'information_source'), ' ', bold(headline)));
  if (invited.length > 0) {
    blocks.push(
      paragraph(
        'You can also hand the links over yourself; each opens one account, so keep them between you and its person.',
      ),
    );
    blocks.push(...firstLinks(result.operationId, invited));
    if (!result.sampleProject)
      blocks.push(paragraph('There is no sample project any more, so nobody was added to it.'));
  }
  const joined = active.filter(({ projectsAdded }) => projectsAdded > 0);
  const same = active.filter(({ projectsAdded }) => projectsAdded === 0);
  if (joined.length > 0) {
    blocks.push(
      paragraph(
        `${count(joined.length, 'person is', 'people are')} active already and got the chosen projects: ${names(joined.map(({ user }) => user))}.`,
      ),
    );
  }
  if (same.length > 0)
    blocks.push(
      paragraph(
        `${count(same.length, 'person is', 'people are')} active already; nothing changed: ${names(same.map(({ user }) => user))}.`,
      ),
    );
  if (alreadyInvited.length > 0) {
    blocks.push(
      paragraph(
        `${count(alreadyInvited.length, 'person was', 'people were')} invited before and ${alreadyInvited.length === 1 ? 'has' : 'have'} not accepted yet: ${names(alreadyInvited)}.`,
      ),
      buttons(
        'resend-invited',
        button({
          actionId: 'resend-invited',
          text:
            alreadyInvited.length === 1
              ? 'Send the invitation again'
              : `Send ${alreadyInvited.length} invitations again`,
          value: String(result.operationId),
        }),
      ),
    );
  }
  if (disabled.length > 0) {
    blocks.push(
      paragraph(`${count(disabled.length, 'person is', 'people are')} disabled; nothing was sent: ${names(disabled)}.`),
      buttons(
        'activate-disabled',
        button({
          actionId: 'activate-disabled',
          text: disabled.length === 1 ? 'Activate this person' : `Activate ${disabled.length} people`,
          value: String(result.operationId),
          confirm: confirmation(
            'Activate?',
            `${names(disabled, 5)} will be able to sign in again. Each takes a seat; whoever never accepted an invitation gets a new one.`,
            'Activate',
          ),
        }),
      ),
    );
  }
  blocks.push(...badTokens(given.bad));
  if (given.repeated > 0)
    blocks.push(paragraph(`${count(given.repeated, 'repeated address was', 'repeated addresses were')} counted once.`));
  return message(headline, ...blocks);
}

/** Nothing in what was typed could be invited. */
export function nobodyToInvite(given: Recipients): SlackMessage {
  return message(
    'No e-mail address was found.',
    paragraph(emoji('warning'), ' No e-mail address was found, so nobody was invited.'),
    ...badTokens(given.bad),
    paragraph('Example: /users invite ada@example.com, Grace Hopper <grace@example.com> project:Apollo'),
  );
}

export function resendReport(result: ResendResult): SlackMessage {
  const headline =
    result.sent.length > 0
      ? `Sent ${count(result.sent.length, 'invitation')} again. Links sent before do not work any more.`
      : 'No invitation was sent.';
  return message(
    headline,
    paragraph(emoji(result.sent.length > 0 ? 'white_check_mark' : 'information_source'), ' ', bold(headline)),
    ...firstLinks(result.operationId, result.sent),
    ...(result.skipped.length > 0
      ? [paragraph(`Skipped, because only invited people can be sent an invitation: ${names(result.skipped)}.`)]
      : []),
  );
}

export function activateReport(result: ActivateResult): SlackMessage {
  const done = result.activated.length + result.invitedAgain.length;
  const headline = done > 0 ? `Activated ${count(done, 'person', 'people')}.` : 'Nobody was activated.';
  return message(
    headline,
    paragraph(emoji(done > 0 ? 'white_check_mark' : 'information_source'), ' ', bold(headline)),
    ...(result.activated.length > 0 ? [paragraph(`Active: ${names(result.activated)}.`)] : []),
    ...(result.invitedAgain.length > 0
      ? [
          paragraph('Never accepted before, so invited again with a new link and mail:'),
          // Its results hold the activated ones too, so the rest is looked for from the beginning.
          ...linkBlocks(
            result.operationId,
            result.invitedAgain.slice(0, linksAtOnce),
            result.invitedAgain.length > linksAtOnce ? { offset: 0, left: result.invitedAgain.length } : null,
          ),
        ]
      : []),
    ...(result.unchanged.length > 0 ? [paragraph(`Active already: ${names(result.unchanged)}.`)] : []),
    ...(result.skipped.length > 0
      ? [paragraph(`Still invited; they become active by following their link: ${names(result.skipped)}.`)]
      : []),
    ...undoSlot(result.operationId, done > 0),
  );
}

export function disableReport(result: DisableResult): SlackMessage {
  const headline =
    result.disabled.length > 0
      ? `Disabled ${count(result.disabled.length, 'person', 'people')}.`
      : 'Nobody was disabled.';
  const reasons = { yourself: 'nobody disables themselves', last_admin: 'the site needs one active admin' } as const;
  return message(
    headline,
    paragraph(emoji(result.disabled.length > 0 ? 'white_check_mark' : 'information_source'), ' ', bold(headline)),
    ...(result.disabled.length > 0
      ? [
          paragraph(
            `${names(result.disabled)} cannot sign in any more. ${count(result.sessionsEnded, 'session')} ended; API tokens and open links are void. Their work stays assigned.`,
          ),
        ]
      : []),
    ...(result.unchanged.length > 0 ? [paragraph(`Disabled already: ${names(result.unchanged)}.`)] : []),
    ...result.skipped.map(({ user, reason }) => paragraph(`${user.email} was left as is: ${reasons[reason]}.`)),
    ...undoSlot(result.operationId, result.disabled.length > 0),
  );
}

/** To somebody who is in the workspace and has not accepted yet. Without the link: that stands in their mail. */
export function reminderChat(inviter: string): SlackMessage {
  return message(
    `${inviter} invited you to the test-management platform.`,
    paragraph(
      emoji('wave'),
      ` ${inviter} invited you to the test-management platform, and your account is not active yet.`,
    ),
    paragraph('The link to activate it is in your mail. If you cannot find it, ask for a new one.'),
  );
}

/** To the admin channel: whose invitation is over. */
export function expiredChat(users: readonly User[]): SlackMessage {
  const headline = `${count(users.length, 'invitation has', 'invitations have')} expired without being accepted.`;
  return message(
    headline,
    paragraph(emoji('hourglass'), ' ', bold(headline)),
    paragraph(
      `${names(users, 20)}. They still hold their seats: send the invitation again or disable them, in /users list status:invited.`,
    ),
  );
}
