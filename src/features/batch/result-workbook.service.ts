import { createWriteStream } from 'node:fs';
import type { Context } from '../../platform/context';
import { type SheetValue, writeWorkbook } from '../../platform/sheets/write-sheet';
import { resultsOf } from '../operations/operations.service';
import { reasonText } from '../operations/reasons.types';
import { requireAdmin } from '../users/users.service';

const batchSize = 500;

/** Writes how an operation ended for each of its people to `path`. @throws AppError `not_admin` */
export async function writeResultWorkbook(ctx: Context, operationId: number, path: string): Promise<void> {
  await requireAdmin(ctx);
  const rows = async function* (): AsyncGenerator<readonly SheetValue[]> {
    for (let from = 0; ; from += batchSize) {
      const results = await resultsOf(ctx, operationId, from, batchSize);
      for (const { subject, outcome, reason } of results)
        yield [subject, outcome, reason === null ? '' : reasonText(reason)];
      if (results.length < batchSize) return;
    }
  };
  await writeWorkbook(createWriteStream(path), [
    {
      name: 'Results',
      columns: [
        { header: 'Login Email', width: 34 },
        { header: 'Outcome', width: 14 },
        { header: 'Why', width: 70 },
      ],
      rows: rows(),
    },
  ]);
}
