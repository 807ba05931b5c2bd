import { createWriteStream } from 'node:fs';
import type { Context } from '../../platform/context';
import { type SheetColumn, type SheetValue, writeWorkbook } from '../../platform/sheets/write-sheet';
import { requireAdmin } from '../users/users.service';
import { casesLeftOver } from './plan-deletion.service';

const columns: readonly SheetColumn[] = [
  { header: 'Run ID', width: 10 },
  { header: 'Test Run', width: 40 },
  { header: 'Project', width: 30 },
  { header: 'Position', width: 12 },
  { header: 'Test Case', width: 50 },
  { header: 'Result', width: 16 },
  { header: 'Assigned To', width: 32 },
];

/**
 * Writes the cases that nobody takes over when these people are deleted to `path`: person by person, in the order of runs
 * and positions.
 * @throws AppError `not_admin`
 */
export async function writeLeftOverWorkbook(ctx: Context, userIds: readonly number[], path: string): Promise<void> {
  await requireAdmin(ctx);
  const rows = async function* (): AsyncGenerator<readonly SheetValue[]> {
    for await (const line of casesLeftOver(ctx, userIds)) {
      const { runId, runName, projectName, position, title, status, assignee } = line;
      yield [String(runId), runName, projectName, String(position), title, status ?? 'No result yet', assignee];
    }
  };
  await writeWorkbook(createWriteStream(path), [{ name: 'Left over', columns, rows: rows() }]);
}
