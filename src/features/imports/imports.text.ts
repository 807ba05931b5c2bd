import {
  bold,
  button,
  buttons,
  emoji,
  fitting,
  message,
  moment,
  paragraph,
  type SlackMessage,
} from '../../platform/slack/blocks';
import type { ImportPreview, ImportProgress } from './imports.types';
import { countsLine, personPiece } from './preview.text';
import { outcomesLine } from './progress.text';

/** Says to an uploader who cannot decide where somebody can. */
export function handedOnMessage(preview: ImportPreview, adminsConversationId: string): SlackMessage {
  return message(
    `${preview.fileName} is checked and waits for an admin.`,
    paragraph(emoji('white_check_mark'), ' ', bold(preview.fileName), ` is checked: ${countsLine(preview)}.`),
    paragraph(
      'An admin decides on it in ',
      { type: 'channel', channel_id: adminsConversationId },
      '. Nothing changes before that, and you hear of the end here.',
    ),
  );
}

/** Says to an uploader who cannot decide that nobody else sees the preview. */
export const nobodySeesMessage = (): SlackMessage =>
  message(
    'Only you see this preview.',
    paragraph(
      emoji('information_source'),
      ' Only you see this preview, for no channel is set up where admins would. Ask an admin to open it with /usher imports; you hear of the end here.',
    ),
  );

/** A workbook that Slack took and did not show. */
export function workbookLostMessage(importId: number, kind: 'plan' | 'errors'): SlackMessage {
  const said =
    kind === 'plan'
      ? 'The workbook with the whole plan could not be delivered.'
      : 'The workbook with the failing rows could not be delivered.';
  return message(
    said,
    paragraph(emoji('warning'), ` ${said}`),
    buttons(
      'import-workbook',
      button({ actionId: 'import-workbook', text: 'Try again', value: JSON.stringify({ importId, kind }) }),
    ),
  );
}

/** Tells an uploader who is elsewhere that nothing comes of their file. */
export function cancelledNotice(preview: ImportPreview): SlackMessage {
  return message(
    `${preview.fileName} was cancelled.`,
    paragraph(`${preview.fileName} was cancelled by `, personPiece(preview.decidedBy), '. Nothing was changed.'),
  );
}

export function checkingMessage(fileName: string): SlackMessage {
  return message(`Checking ${fileName}…`, paragraph(emoji('hourglass_flowing_sand'), ` Checking ${fileName}…`));
}

export function checkingAgainMessage(fileName: string): SlackMessage {
  const said = `Checking ${fileName} once more before it starts…`;
  return message(said, paragraph(emoji('hourglass_flowing_sand'), ` ${said}`));
}

const isOpen = ({ state }: ImportProgress) =>
  state === 'preview' || state === 'running' || state === 'paused' || state === 'reporting';

export function importsMessage(imports: readonly ImportProgress[]): SlackMessage {
  if (imports.length === 0)
    return message(
      'No imports yet',
      paragraph('Nobody has imported a spreadsheet yet. Drop one into the import channel, or use /users import.'),
    );
  const states: Readonly<Record<ImportProgress['state'], string>> = {
    reading: 'being checked',
    preview: 'waiting for an admin',
    refused: 'refused',
    running: 'running',
    paused: 'paused',
    reporting: 'ending',
    done: 'done',
    stopped: 'stopped',
    cancelled: 'cancelled',
    expired: 'expired',
  };
  const fitted = fitting(imports, 20, (item) => item.fileName.length + 250);
  return message(
    'Latest imports',
    paragraph(bold('Latest imports')),
    ...fitted.shown.flatMap((item) => [
      paragraph(
        bold(item.fileName),
        '  ',
        moment(item.createdAt),
        `  ${states[item.state]}`,
        item.state === 'done' || item.state === 'stopped' || item.state === 'paused' ? `: ${outcomesLine(item)}` : '',
      ),
      ...(isOpen(item)
        ? [
            buttons(
              `import-show-${item.id}`,
              button({
                actionId: 'import-show',
                text: 'Show',
                value: String(item.id),
                label: `Show ${item.fileName}`,
              }),
            ),
          ]
        : []),
    ]),
  );
}
