import { count } from '../../lib/plain-text';
import { type SlackMessage, sentence } from '../../platform/slack/blocks';

const people = (number: number) => count(number, 'person', 'people');

export const nobodyMatchesMessage: SlackMessage = sentence(
  'Nobody matches, so there is nothing to export. Ask with fewer conditions; disabled people are in it only with status:all or status:disabled.',
);

export function exportBegunMessage(number: number, withLinks: boolean): SlackMessage {
  return sentence(
    `Writing ${people(number)} to a file${withLinks ? ' with links' : ''}. You find it in our direct conversation in a moment.`,
  );
}

export const exportStoppedMessage: SlackMessage = sentence(
  'Usher is being restarted, so the export that you asked for was not finished, and no file was sent. Ask for it again with /users export in a minute.',
);

export const exportLostMessage: SlackMessage = sentence(
  'Slack did not show the file with the people you asked for. Ask for it again with /users export.',
);

/** What a file leaves out of the rows of so many people. */
export function cutSentence(cut: number): string {
  return `${people(cut)} ${cut === 1 ? 'is' : 'are'} in more projects or groups than a cell takes: those cells are blank, and an import leaves what they are about as it is.`;
}

/** What stands beside the file in the conversation. */
export function exportComment(number: number, cut: number, withLinks: boolean): string {
  return [
    `${people(number)}. Edited and sent back to me, the file updates them.`,
    ...(withLinks
      ? ['Each link in it opens an account: keep the file to yourself, and delete it when it is done.']
      : []),
    ...(cut > 0 ? [cutSentence(cut)] : []),
  ].join(' ');
}
