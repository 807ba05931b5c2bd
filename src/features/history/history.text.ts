import { shorten } from '../../lib/plain-text';
import {
  bold,
  button,
  buttons,
  message,
  moment,
  note,
  type Piece,
  paragraph,
  type SlackMessage,
  slackUser,
} from '../../platform/slack/blocks';
import type { TrailEvent, TrailPage, TrailWords } from './trail.types';
import { actionSentence, changeLines } from './trail-words';

function eventPieces(event: TrailEvent): Piece[] {
  const slackId = event.actorSlackId?.split('/')[1];
  const changes = shorten(changeLines(event).slice(0, 8).join('\n'), 700);
  return [
    moment(event.at),
    '  ',
    bold(event.actorLabel),
    ...(slackId ? [' (', slackUser(slackId), ')'] : []),
    ` ${actionSentence(event.action)} `,
    bold(event.subjectLabel),
    changes === '' ? '' : `\n${changes}`,
  ];
}

function filterSentence(words: TrailWords): string {
  const parts = [
    ...(words.about !== null ? [`about ${words.about}`] : []),
    ...(words.who !== null ? [`by ${words.who}`] : []),
    ...(words.what !== null ? [`what “${words.what}”`] : []),
    ...(words.since !== null ? [`since ${words.since}`] : []),
    ...(words.text !== '' ? [`with “${words.text}”`] : []),
  ];
  return parts.length === 0 ? 'everything' : parts.join(', ');
}

/** A page of the audit trail. */
export function trailMessage(page: TrailPage, words: TrailWords): SlackMessage {
  const { events } = page;
  const first = events[0];
  const last = events[events.length - 1];
  const value = (place: unknown) => JSON.stringify({ words, place });
  const title = `Audit trail: ${filterSentence(words)}`;
  if (first === undefined || last === undefined) {
    return message(
      title,
      paragraph(bold('Audit trail'), `  ${filterSentence(words)}`),
      paragraph('Nothing is written about this. Look with fewer conditions, or see everything with /usher audit.'),
    );
  }
  return message(
    title,
    paragraph(bold('Audit trail'), `  ${filterSentence(words)}, newest first`),
    ...events.map((event) => paragraph(...eventPieces(event))),
    buttons(
      'trail-navigation',
      ...(page.hasNewer
        ? [button({ actionId: 'trail:newer', text: '← Newer', value: value({ newer: first.id }) })]
        : []),
      ...(page.hasOlder
        ? [button({ actionId: 'trail:older', text: 'Older →', value: value({ older: last.id }) })]
        : []),
      button({ actionId: 'trail-workbook', text: 'Send as a workbook', value: value(null) }),
    ),
    note('Only you see this. Links and passwords are never written down.'),
  );
}
