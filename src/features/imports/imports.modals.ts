import { z } from 'zod';
import { bold, button, buttons, type ModalView, modal, note, paragraph, plain } from '../../platform/slack/blocks';
import type { ViewValues } from '../../platform/slack/definitions';
import { type ImportPreview, importRowLimit } from './imports.types';
import { phraseOf, reasonFor } from './second-admin.service';

export const importCallback = 'import';
/** How many files one submission takes. */
const mostFiles = 3;

/** The form that takes a spreadsheet, and tells about the other way. */
export function importModal(): ModalView {
  return modal({
    callbackId: importCallback,
    title: 'Import a spreadsheet',
    submit: 'Check the file',
    close: 'Cancel',
    blocks: [
      paragraph(
        'Invites new people and updates known ones. The file is checked first: you see what would happen, and nothing changes before an admin confirms. ' +
          'You can also drop the file into an import channel or send it to me directly.',
      ),
      {
        type: 'input',
        block_id: 'file',
        label: plain('Spreadsheet'),
        hint: plain(
          `An .xlsx or .csv file with a column “Login Email” and up to ${importRowLimit.toLocaleString('en-US')} rows.`,
        ),
        element: { type: 'file_input', action_id: 'file', max_files: mostFiles },
      },
      buttons('template', button({ actionId: 'import-template', text: 'Send me a template' })),
      note(
        'A blank cell leaves a value as it is; <clear> empties it. Several projects stand on lines of their own in one cell.',
      ),
    ],
  });
}

/** Ids of the files that were chosen. */
export function readImportForm(values: ViewValues): string[] {
  const files = (values.file?.file as { files?: readonly { id?: string }[] } | undefined)?.files ?? [];
  return files.flatMap(({ id }) => (id ? [id] : [])).slice(0, mostFiles);
}

export const confirmAloneCallback = 'import-alone';
export const confirmAloneTitle = 'Confirm the import';
export const importMetadata = z.object({ importId: z.number().int().positive() });

/** The only admin's confirmation of a plan that takes two: a phrase is typed for the one who is missing. */
export function confirmAloneModal(preview: ImportPreview): ModalView {
  return modal({
    callbackId: confirmAloneCallback,
    title: confirmAloneTitle,
    submit: 'Confirm',
    close: 'Cancel',
    metadata: { importId: preview.id },
    blocks: [
      paragraph(bold(preview.fileName), ` takes a second admin, because ${reasonFor(preview)}.`),
      {
        type: 'input',
        block_id: 'phrase',
        label: plain(`There is no second admin to ask. Type “${phraseOf(preview)}” to go on.`),
        element: { type: 'plain_text_input', action_id: 'phrase', max_length: 200 },
      },
    ],
  });
}

export function readPhrase(values: ViewValues): string {
  return values.phrase?.phrase?.value ?? '';
}
