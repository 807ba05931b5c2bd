import { shorten } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import type { SlackGateway } from '../../platform/slack/gateway';
import { uploadWritten } from '../../platform/slack/own-file';
import { writeErrorWorkbook, writePlanWorkbook, writeTemplateWorkbook } from './import-workbooks.service';
import { workbookLostMessage } from './imports.text';
import type { ImportPerson } from './imports.types';

/** Where a workbook goes. */
export interface Place {
  readonly conversationId: string;
  readonly threadTs: string;
}

const bareName = (fileName: string) => shorten(fileName.replace(/\.[a-z0-9]{1,5}$/i, ''), 100);

export type ImportWorkbook = 'plan' | 'errors';

/** Puts the whole plan, or the failing rows, below the message of an import; where Slack lost it, a button does it again. */
export async function sendImportWorkbook(
  ctx: Context,
  slack: SlackGateway,
  kind: ImportWorkbook,
  about: { readonly id: number; readonly fileName: string; readonly haltedBy?: ImportPerson | null },
  { conversationId, threadTs }: Place,
): Promise<void> {
  const shown = await uploadWritten(
    slack,
    conversationId,
    kind === 'plan'
      ? {
          name: `Plan for ${bareName(about.fileName)}.xlsx`,
          comment: 'The whole plan, a row for each person.',
          threadTs,
        }
      : about.haltedBy
        ? {
            name: `Rest of ${bareName(about.fileName)}.xlsx`,
            comment: 'The rows that were not run, and those that failed with what is wrong. Drop the file again.',
            threadTs,
          }
        : {
            name: `Errors in ${bareName(about.fileName)}.xlsx`,
            comment: 'The failing rows, each with what is wrong. Correct them here and drop the file again.',
            threadTs,
          },
    (path) => (kind === 'plan' ? writePlanWorkbook(ctx, about.id, path) : writeErrorWorkbook(ctx, about.id, path)),
  );
  if (shown) return;
  ctx.log.warn({ importId: about.id, kind }, 'slack did not share a workbook');
  await slack.post(conversationId, workbookLostMessage(about.id, kind), threadTs);
}

/** Sends the template; false: Slack took it and does not show it. */
export function sendTemplate(ctx: Context, slack: SlackGateway, conversationId: string): Promise<boolean> {
  return uploadWritten(
    slack,
    conversationId,
    { name: 'People to import.xlsx', comment: 'Fill in a row for each person, then send the file back to me.' },
    (path) => writeTemplateWorkbook(ctx, path),
  );
}
