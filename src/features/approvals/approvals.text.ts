import type { KnownBlock } from '@slack/types';
import {
  bold,
  button,
  buttons,
  confirmation,
  emoji,
  list,
  message,
  moment,
  note,
  type Piece,
  paragraph,
  type SlackMessage,
} from '../../platform/slack/blocks';
import type { Approval, ApprovalState } from './approvals.types';

const signs: Readonly<Record<ApprovalState, string>> = {
  pending: 'raised_hand',
  approved: 'hourglass_flowing_sand',
  done: 'white_check_mark',
  failed: 'warning',
  refused: 'no_entry',
  called_off: 'leftwards_arrow_with_hook',
  expired: 'hourglass',
  void: 'no_entry',
};

/** How it stands, in one sentence. */
export function approvalStanding(approval: Approval): string {
  const decider = approval.decider?.email ?? 'Another admin';
  const requester = approval.requester.email;
  const reason = approval.reason ?? '';
  switch (approval.state) {
    case 'pending':
      return 'Waiting for a second admin.';
    case 'approved':
      return `${decider} approved it. It is being carried out.`;
    case 'done':
      return `${decider} approved it, and it was carried out.`;
    case 'failed':
      return `${decider} approved it, but it could not be carried out: ${reason}`;
    case 'refused':
      return `${decider} refused it: ${reason}`;
    case 'called_off':
      return approval.decider === null
        ? `It was called off. ${reason} Nothing was changed.`
        : `${decider} called it off. Nothing was changed.`;
    case 'expired':
      return 'Nobody decided within 24 hours, so it expired. Nothing was changed.';
    case 'void':
      return `${requester} is no active admin any more, so it was not carried out. Nothing was changed.`;
  }
}

const callOffButton = (approval: Approval, place: 'card' | 'asked', text: string) =>
  button({
    actionId: `call-off-approval:${place}`,
    text,
    value: String(approval.id),
    confirm: confirmation('Call it off?', 'Nothing will be changed. You can ask again at any time.', 'Call off'),
  });

/** The card that the other admins see: what is asked for, by whom, and the decision, or how it was decided. */
export function approvalCard(approval: Approval): SlackMessage {
  const asked = `${approval.requester.email} asks for a second admin: ${approval.summary}`;
  const blocks: KnownBlock[] = [
    paragraph(emoji(signs[approval.state]), ' ', bold(approval.summary)),
    ...(approval.details.length === 0 ? [] : [list(approval.details.map((line): Piece[] => [line]))]),
    paragraph('Asked for by ', bold(approval.requester.email), ', ', moment(approval.requestedAt), '.'),
  ];
  if (approval.state !== 'pending') return message(asked, ...blocks, paragraph(approvalStanding(approval)));
  const value = String(approval.id);
  return message(
    asked,
    ...blocks,
    buttons(
      'approval-decision',
      button({
        actionId: 'approve',
        text: 'Approve',
        value,
        style: 'primary',
        confirm: confirmation('Approve this?', approval.summary, 'Approve'),
      }),
      button({ actionId: 'refuse', text: 'Refuse…', value, style: 'danger' }),
      callOffButton(approval, 'card', 'Call off (who asked)'),
    ),
    paragraph('Any other admin can decide until ', moment(approval.expiresAt), '. Nothing has changed yet.'),
  );
}

/**
 * To whoever asked, in their conversation with the bot: that it waits, until when, and how to take it back; once it is
 * decided, how, by whom and when.
 */
export function approvalAsked(approval: Approval, isReached: boolean): SlackMessage {
  if (approval.state !== 'pending') {
    const standing = approvalStanding(approval);
    return message(
      `${standing} ${approval.summary}`,
      paragraph(emoji(signs[approval.state]), ' ', bold(approval.summary)),
      paragraph(standing),
      ...(approval.decider === null || approval.decidedAt === null
        ? []
        : [paragraph('Decided ', moment(approval.decidedAt), '.')]),
    );
  }
  return message(
    `Waiting for a second admin: ${approval.summary}`,
    paragraph(emoji(signs.pending), ' ', bold(approval.summary)),
    paragraph('This waits for a second admin, until ', moment(approval.expiresAt), '. Nothing has changed yet.'),
    buttons('approval-asked', callOffButton(approval, 'asked', 'Call it off')),
    isReached
      ? note('The other admins have been asked. You get a message here once it is decided.')
      : paragraph(
          emoji('warning'),
          ' None of the other admins could be reached in Slack yet. Usher keeps trying until then; ask one of them to join this workspace with the address they have here.',
        ),
  );
}

/** To whoever asked, when it is over. */
export function approvalEnded(approval: Approval, result: readonly KnownBlock[]): SlackMessage {
  const standing = approvalStanding(approval);
  const asked: Piece[] = ['You asked: ', approval.summary];
  return message(
    standing,
    paragraph(emoji(signs[approval.state]), ' ', bold(standing)),
    paragraph(...asked),
    ...result.slice(0, 40),
  );
}

/** To whoever clicked, where the card does not say it. */
export function decisionReply(approval: Approval): SlackMessage {
  const standing = approvalStanding(approval);
  return message(standing, paragraph(emoji(signs[approval.state]), ` ${standing}`));
}
