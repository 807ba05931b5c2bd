import { count, listOf } from '../../lib/plain-text';
import { type Actor, actingAs, type Context } from '../../platform/context';
import { isAppError } from '../../platform/errors';
import { approvalNeed } from '../approvals/approvals.service';
import type { ApprovalNeed } from '../approvals/approvals.types';
import { requireAdmin } from '../users/users.service';
import type { StoredImport, StoredTotals } from './imports.store';

/** What a plan needs beside the one who confirms it. */
export async function needOf(ctx: Context, totals: StoredTotals): Promise<ApprovalNeed> {
  // It tells of the plan, also to an uploader who is no admin: it is no right of whoever looks at it.
  const site = actingAs(ctx, { kind: 'system', name: 'import' });
  const disabling = await approvalNeed(site, 'disable_users', totals.usersDisabled);
  return disabling === 'none' ? approvalNeed(site, 'grant_admin', totals.adminsGranted) : disabling;
}

/** Why it is needed: “it makes 2 people admin and disables 12 people”. */
export function reasonFor({
  adminsGranted,
  usersDisabled,
}: Pick<StoredTotals, 'adminsGranted' | 'usersDisabled'>): string {
  return `it ${listOf([
    ...(adminsGranted > 0 ? [`makes ${count(adminsGranted, 'person', 'people')} admin`] : []),
    ...(usersDisabled > 0 ? [`disables ${count(usersDisabled, 'person', 'people')}`] : []),
  ])}`;
}

/** On whose behalf a confirmation starts the import: the first one's while they are an admin, else whoever clicks. */
export async function confirmerOf(ctx: Context, { firstConfirmedBy }: StoredImport): Promise<Actor> {
  if (!firstConfirmedBy?.userId) return ctx.actor;
  const { userId, label, slackId } = firstConfirmedBy;
  const first: Actor = { kind: 'user', userId, email: label, slackId };
  try {
    await requireAdmin(actingAs(ctx, first));
    return first;
  } catch (error) {
    if (!isAppError(error, 'not_admin')) throw error;
    return ctx.actor;
  }
}
