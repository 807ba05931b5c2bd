import { addTime, minute } from '../../lib/duration';
import type { Context } from '../../platform/context';
import { activeAdmins } from '../users/users.service';
import {
  claimCard,
  insertCard,
  reclaimCard,
  selectApproval,
  selectCards,
  selectExpired,
  selectStuck,
  selectWithoutCard,
  updateAskedMessage,
} from './approvals.store';
import type { Approval, Card } from './approvals.types';
import { expire } from './decide-approvals.service';

// What takes longer has lost its process: Slack answers within seconds, and the largest batch within minutes.
const postingTakes = 2 * minute;
const carryingOutTakes = 10 * minute;
const batch = 100;

/** One approval as its card shows it; null when there is none. No privilege is asked: Usher itself draws and acts. */
export async function readApproval(ctx: Context, id: number): Promise<Approval | null> {
  return selectApproval(ctx.db, id);
}

/** The messages that show an approval. */
export async function approvalCards(ctx: Context, id: number): Promise<readonly Card[]> {
  return selectCards(ctx.db, id);
}

/**
 * Whether this process is the one that posts the card: `first` when nobody tried before, `again` when what was tried
 * before posted nothing; null when another process posts it.
 */
export async function takeCard(ctx: Context, id: number): Promise<'first' | 'again' | null> {
  const now = ctx.clock.now();
  if (await claimCard(ctx.db, id, now)) return 'first';
  return (await reclaimCard(ctx.db, id, now, addTime(now, -postingTakes))) ? 'again' : null;
}

/** Remembers where a card was posted, so that it can be drawn anew. */
export async function rememberCard(ctx: Context, id: number, card: Card): Promise<void> {
  await insertCard(ctx.db, id, card);
}

/** Remembers where whoever asked was told that it waits, so that they see there how it was decided. */
export async function rememberAsked(ctx: Context, id: number, card: Card): Promise<void> {
  await updateAskedMessage(ctx.db, id, card);
}

/** The addresses of those who can decide. */
export async function whoCanDecide(ctx: Context, approval: Approval): Promise<string[]> {
  return (await activeAdmins(ctx)).filter(({ id }) => id !== approval.requester.userId).map(({ email }) => email);
}

/**
 * Ends approvals whose day is over, goes on with those that were given to a process that died, and posts cards that
 * were lost. Each once, however many replicas do so.
 */
export async function tendApprovals(
  ctx: Context,
  signal: AbortSignal,
): Promise<{ expired: number; resumed: number; posted: number }> {
  const now = ctx.clock.now();
  let expired = 0;
  while (!signal.aborted) {
    const due = await selectExpired(ctx.db, now, batch);
    for (const { id } of due) if (await expire(ctx, id)) expired += 1;
    if (due.length < batch) break;
  }
  const stuck = signal.aborted ? [] : await selectStuck(ctx.db, addTime(now, -carryingOutTakes), batch);
  for (const { id } of stuck) await ctx.announce({ kind: 'approval_given', approvalId: id });
  const lost = signal.aborted ? [] : await selectWithoutCard(ctx.db, addTime(now, -postingTakes), batch);
  for (const id of lost) await ctx.announce({ kind: 'approval_changed', approvalId: id });
  return { expired, resumed: stuck.length, posted: lost.length };
}
