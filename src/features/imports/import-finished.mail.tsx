import { z } from 'zod';
import { count, listOf, shorten } from '../../lib/plain-text';
import type { MailTemplate } from '../../platform/mail/delivery.types';
import { type MailPart, renderMail } from '../../platform/mail/mail-layout';
import { siteTime } from '../../platform/mail/site-time';
import { findUsers } from '../users/users.service';
import { importProgress } from './imports.service';
import type { ImportProgress } from './imports.types';

const payloadSchema = z.object({ importId: z.int(), userId: z.int() });

function outcomeWords({ invited, updated, unchanged, failed, pending }: ImportProgress['outcomes']): string[] {
  return (
    [
      [invited, 'invited'],
      [updated, 'updated'],
      [unchanged, 'unchanged'],
      [failed, 'failed'],
      [pending, 'not run'],
    ] as const
  )
    .filter(([rows]) => rows > 0)
    .map(([rows, word]) => `${rows.toLocaleString('en-US')} ${word}`);
}

/** Tells whoever handed a spreadsheet in how its import ended. */
export const importFinishedMail: MailTemplate = {
  kind: 'mail',
  name: 'import-finished',
  async render(ctx, payload) {
    const { importId, userId } = payloadSchema.parse(payload);
    const [user] = await findUsers(ctx, [userId]);
    if (user === undefined || user.status === 'disabled') return null;
    const { fileName, outcomes, total, problem, decidedBy, finishedAt, haltedBy } = await importProgress(ctx, importId);
    const name = shorten(fileName, 80);
    const isStopped = haltedBy !== null;
    const words = outcomeWords(outcomes);
    const came = words.length === 0 ? 'There was nobody in it.' : `Of ${count(total, 'row')}: ${listOf(words)}.`;
    const by = decidedBy === null || decidedBy.label === 'operator' ? '' : `, confirmed by ${decidedBy.label}`;
    const parts: MailPart[] = [
      { kind: 'paragraph', text: user.firstName === '' ? 'Hello,' : `Hello ${user.firstName},` },
      {
        kind: 'paragraph',
        text: isStopped
          ? `the import of the spreadsheet ${name} that you handed in${by}, was stopped before its last row by ${haltedBy.label === 'operator' ? 'an operator' : haltedBy.label}.`
          : `the spreadsheet ${name} that you handed in was imported${finishedAt === null ? '' : ` on ${siteTime(finishedAt, ctx.config.timeZone)}`}${by}.`,
      },
      { kind: 'paragraph', text: came },
      ...(problem === null ? [] : [{ kind: 'paragraph', text: problem } as const]),
      ...(outcomes.failed > 0 || isStopped
        ? [
            {
              kind: 'paragraph',
              text: isStopped
                ? 'The rest is in a workbook below the import’s message in Slack, with what is wrong where a row failed. Hand that workbook in to import it; only those rows will run.'
                : 'The failing rows are in a workbook below the import’s message in Slack, each with what is wrong. Correct them there and hand that workbook in; only those rows will run.',
            } as const,
          ]
        : []),
      { kind: 'aside', text: `This mail is for ${user.email}, because the file came from your account in Slack.` },
    ];
    const failed = outcomes.failed > 0 ? `, ${count(outcomes.failed, 'row')} failed` : '';
    return renderMail({
      subject: isStopped ? `The import of ${name} was stopped` : `${name} is imported${failed}`,
      preview: came,
      heading: isStopped ? 'The import of your spreadsheet was stopped' : 'Your spreadsheet is imported',
      parts,
    });
  },
};
