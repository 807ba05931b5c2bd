import { count, listOf } from '../../lib/plain-text';
import { type Actor, actingAs, type Context, type TxContext } from '../../platform/context';
import { isAppError } from '../../platform/errors';
import { acceptPhrase, approvalNeed, phraseFor } from '../approvals/approvals.service';
import { type ApprovalNeed, freeDisablings } from '../approvals/approvals.types';
import { requireAdmin } from '../users/users.service';
import type { StoredImport } from './imports.store';
import type { ImportTotals } from './imports.types';

/** What a plan needs beside the one who confirms it. */
export async function needOf(ctx: Context, totals: GraveTotals): Promise<ApprovalNeed> {
  // Who runs Usher can make admins on the machine itself; the rule is for the accounts of admins.
  if (ctx.actor.kind === 'operator') return 'none';
  // It tells of the plan, also to an uploader who is no admin: it is no right of whoever looks at it.
  const site = actingAs(ctx, { kind: 'system', name: 'import' });
  const { kind, count: people } = gravest(totals);
  return approvalNeed(site, kind, people);
}

type GraveTotals = Pick<ImportTotals, 'adminsGranted' | 'usersDisabled'>;

const gravest = ({ adminsGranted, usersDisabled }: GraveTotals) =>
  usersDisabled > freeDisablings
    ? ({ kind: 'disable_users', count: usersDisabled } as const)
    : ({ kind: 'grant_admin', count: adminsGranted } as const);

/** What the only admin types to confirm such a plan. */
export function phraseOf(totals: GraveTotals): string {
  const { kind, count: people } = gravest(totals);
  return phraseFor(kind, people);
}

/** Takes the only admin's phrase for such a plan, and writes it into the audit. @throws AppError `invalid_input` */
export async function acceptImportPhrase(tx: TxContext, { fileName, totals }: StoredImport, typed: string) {
  await acceptPhrase(tx, { ...gravest(totals), typed, summary: `Import ${fileName}: ${reasonFor(totals)}` });
}

/** Why it is needed: “it makes 2 people admin and disables 12 people”. */
export function reasonFor({ adminsGranted, usersDisabled }: GraveTotals): string {
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
