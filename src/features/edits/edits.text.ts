import type { KnownBlock } from '@slack/types';
import { count } from '../../lib/plain-text';
import { bold, emoji, link, list, note, type Piece, paragraph } from '../../platform/slack/blocks';
import { undoSlot } from '../operations/operations.text';
import { displayName } from '../users/users.types';
import type { EditResult, FieldDifference } from './edits.types';
import { fieldLabels } from './user-fields';

const differencePieces = ({ field, old, new: now }: FieldDifference): Piece[] => [
  bold(field),
  `: ${old === '' ? '(empty)' : old.slice(0, 600)} → ${now === '' ? '(empty)' : now.slice(0, 600)}`,
];

/** Why the form is back: somebody else was faster. */
export function meanwhileBlocks(meanwhile: readonly FieldDifference[]): KnownBlock[] {
  return [
    paragraph(
      emoji('warning'),
      ' ',
      bold('Somebody changed this person while your form was open, so nothing was saved.'),
      meanwhile.length > 0
        ? ' This is what changed; what you typed is still here. Look it over and save again.'
        : ' What you see is up to date, and what you typed is still here. Look it over and save again.',
    ),
    ...(meanwhile.length > 0 ? [list(meanwhile.map(differencePieces))] : []),
  ];
}

/** What an edit did, for the eyes of the acting admin only: it may hold a link. */
export function editedBlocks(result: Exclude<EditResult, { kind: 'again' }>): KnownBlock[] {
  const name = displayName(result.user);
  if (result.kind === 'unchanged') {
    return [paragraph(emoji('heavy_minus_sign'), ` Nothing about ${name} was different, so nothing was changed.`)];
  }
  const { differences, invitedAgain, resetLink, sessionsEnded, adminAsked, user, operationId } = result;
  return [
    ...(differences.length > 0
      ? [paragraph(emoji('white_check_mark'), ' ', bold(`Saved ${name}.`)), list(differences.map(differencePieces))]
      : []),
    ...(adminAsked === 'asked'
      ? [
          paragraph(
            emoji('hourglass_flowing_sand'),
            ` Making ${name} an admin needs a second admin. The others were asked; it happens as soon as one of them approves.`,
          ),
        ]
      : []),
    ...(adminAsked === 'nobody_left'
      ? [
          paragraph(
            emoji('warning'),
            ` ${name} was not made an admin: no second admin is left who could approve it. Open the form again to do it with a typed phrase.`,
          ),
        ]
      : []),
    ...(differences.some(({ new: now }) => now === 'Disabled')
      ? [
          paragraph(
            `They cannot sign in any more. ${count(sessionsEnded, 'session')} ended; API tokens and open links are void. Their work stays assigned.`,
          ),
        ]
      : []),
    ...(differences.some(({ field }) => field === fieldLabels.authSystem) && user.status === 'active'
      ? [
          paragraph(
            `They are signed out everywhere: ${count(sessionsEnded, 'session')} ended. API tokens stay.${resetLink === null ? ' A mail tells them how to sign in now.' : ''}`,
          ),
        ]
      : []),
    ...(invitedAgain !== null
      ? [
          paragraph(
            'They never accepted before, so they were invited again. A mail is on its way; here is the ',
            link(invitedAgain.link.reveal(), 'activation link'),
            ' to hand over yourself.',
          ),
        ]
      : []),
    ...(resetLink !== null
      ? [
          paragraph(
            `${user.email} signs in by a password from now on and has none yet. A mail with a link to set one is on its way; here is the `,
            link(resetLink.reveal(), 'link'),
            ' to hand over yourself.',
          ),
        ]
      : []),
    ...undoSlot(operationId, differences.length > 0),
    note('Only you see this.'),
  ];
}
