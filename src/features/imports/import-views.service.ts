import type { Context } from '../../platform/context';
import { seats } from '../licences/licences.service';
import { selectRowsOf } from './import-rows.store';
import { type StoredImport, selectEarlierImports } from './imports.store';
import {
  type ImportPreview,
  type ImportProgress,
  type PreviewDifference,
  type RowAction,
  rowsIn,
} from './imports.types';
import { needOf } from './second-admin.service';
import { type ShownRow, toShown } from './written-plan';

/** How many differences and failures a preview shows. */
const shownInPreview = 10;
const shownEarlier = 5;

/** The preview of a stored import, with what only the moment knows: the seats that are free now. */
export async function previewOf(ctx: Context, stored: StoredImport): Promise<ImportPreview> {
  const firstOf = async (action: RowAction) =>
    (await selectRowsOf(ctx.db, stored.id, action, 0, null, shownInPreview)).map(toShown);
  const licence = await seats(ctx);
  const differences = (await firstOf('update')).flatMap(differencesOf);
  if (differences.length < shownInPreview) differences.push(...(await firstOf('invite')).flatMap(differencesOf));
  const earlier =
    stored.contentHash === null ? [] : await selectEarlierImports(ctx.db, stored.contentHash, stored.id, shownEarlier);
  const { counts, seatsNeeded, projectsLost, adminsGranted, usersDisabled } = stored.totals;
  return {
    id: stored.id,
    state: stored.state,
    fileName: stored.fileName,
    problem: stored.problem,
    counts,
    warnings: stored.warnings,
    differences: wholeRows(differences),
    failures: (await firstOf('fail')).map(({ rowNumber, email, problems }) => ({
      row: rowNumber,
      email: email ?? '',
      problems,
    })),
    seats: { needed: seatsNeeded, free: Math.max(0, licence.total - licence.used) },
    projectsLost,
    adminsGranted,
    usersDisabled,
    need: await needOf(ctx, stored.totals),
    firstConfirmedBy: stored.firstConfirmedBy,
    earlier: earlier.map((other) => ({
      id: other.id,
      fileName: other.fileName,
      state: other.state,
      uploadedAt: other.createdAt,
      decidedAt: other.decidedAt,
      decidedBy: other.decidedBy,
      uploaderSlackId: other.uploaderSlackId,
    })),
    planDigest: stored.planDigest,
    createdAt: stored.createdAt,
    decidedAt: stored.decidedAt,
    decidedBy: stored.decidedBy,
    uploaderSlackId: stored.uploaderSlackId,
    uploaderUserId: stored.uploaderUserId,
    conversationId: stored.conversationId,
    messageTs: stored.messageTs,
    arrivedIn: arrivedIn(stored),
  };
}

/** About the first ten: never a part of what happens to somebody. */
function wholeRows(differences: readonly PreviewDifference[]): PreviewDifference[] {
  const last = differences[shownInPreview];
  const cut = last !== undefined && last.row === differences[shownInPreview - 1]?.row ? last.row : null;
  const shown = differences.slice(0, shownInPreview).filter(({ row }) => row !== cut);
  // One row that fills the list alone is shown as far as it goes.
  return shown.length > 0 ? shown : differences.filter(({ row }) => row === cut);
}

function differencesOf({ rowNumber, email, differences }: ShownRow): PreviewDifference[] {
  return differences.map((difference) => ({ row: rowNumber, email: email ?? '', ...difference }));
}

/** The delivery that made the import names the file and the conversation where it was shared. */
const arrivedIn = ({ deliveryKey }: StoredImport): string | null => deliveryKey?.split(':')[1] || null;

/** How far a stored import is; asks nothing. */
export function progressOf(stored: StoredImport): ImportProgress {
  const total = rowsIn(stored.totals.counts);
  const { invited, updated, unchanged, failed } = stored.outcomes;
  return {
    id: stored.id,
    state: stored.state,
    fileName: stored.fileName,
    problem: stored.problem,
    total,
    outcomes: { ...stored.outcomes, pending: total - invited - updated - unchanged - failed },
    operationId: stored.operationId,
    uploaderSlackId: stored.uploaderSlackId,
    uploaderUserId: stored.uploaderUserId,
    decidedBy: stored.decidedBy,
    haltedBy: stored.haltedBy,
    createdAt: stored.createdAt,
    decidedAt: stored.decidedAt,
    finishedAt: stored.finishedAt,
    conversationId: stored.conversationId,
    messageTs: stored.messageTs,
    arrivedIn: arrivedIn(stored),
    reported: stored.reported,
  };
}
