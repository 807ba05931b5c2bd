import { count } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { invalidInput } from '../../platform/errors';
import { recordAudit } from '../audit/audit.service';
import { beginOperation, finishOperation } from '../operations/operations.service';
import { requireAdmin, userCounts } from '../users/users.service';
import type { UserStatus } from '../users/users.types';
import { oneAtATime, readOnlySeats, type Seats, seats, seatsWith, warnOfSeats } from './licences.service';
import { type ProjectSeats, selectProjectSeats, selectReadOnlyHolders, updateLicence } from './licences.store';

const shownProjects = 10;
const shownHolders = 20;

/** The most seats that a site can have: more than anybody has people. */
export const mostSeats = 1_000_000;

/** The licence with who holds its seats. */
export interface LicenceOverview {
  readonly seats: Seats;
  readonly counts: Readonly<Record<UserStatus, number>>;
  readonly readOnly: number;
  /** The first of those with a read-only seat, by address. */
  readonly readOnlyHolders: readonly {
    readonly email: string;
    readonly firstName: string;
    readonly lastName: string;
  }[];
  /** The projects with the most seat holders. */
  readonly projects: readonly ProjectSeats[];
}

/** @throws AppError `not_admin` */
export async function licenceOverview(ctx: Context): Promise<LicenceOverview> {
  await requireAdmin(ctx);
  const counts = await userCounts(ctx);
  return {
    seats: await seatsWith(ctx, counts.invited + counts.active),
    counts,
    readOnly: await readOnlySeats(ctx),
    readOnlyHolders: await selectReadOnlyHolders(ctx.db, shownHolders),
    projects: await selectProjectSeats(ctx.db, shownProjects),
  };
}

/** The seats as they are, for the form that changes them. @throws AppError `not_admin` */
export async function showSeats(ctx: Context): Promise<Seats> {
  await requireAdmin(ctx);
  return seats(ctx);
}

export interface LicenceChange {
  /** What the form showed. */
  readonly seen: { readonly total: number; readonly isTrial: boolean };
  readonly total: number;
  /** A trial that is over does not come back. */
  readonly endTrial: boolean;
}

/**
 * Sets the number of seats, and ends the trial (R17). Never fewer than are taken.
 * @returns `stale` when the licence is not as it was shown; nothing was written then
 * @throws AppError `not_admin`; `invalid_input` with how many people must go first; `conflict` for a repeated request
 */
export async function changeLicence(
  ctx: Context,
  { seen, total, endTrial }: LicenceChange,
  requestId: string,
): Promise<{ readonly kind: 'done' | 'unchanged' | 'stale'; readonly seats: Seats }> {
  const result = await inTransaction(ctx, async (tx) => {
    await oneAtATime(tx);
    await requireAdmin(tx);
    const operationId = await beginOperation(tx, 'licence.change', requestId, { total, endTrial });
    // It works on nobody, so there are no results to wait for.
    await finishOperation(tx, operationId, []);
    const before = await seats(tx);
    if (before.total !== seen.total || before.isTrial !== seen.isTrial)
      return { kind: 'stale' as const, seats: before };
    if (!Number.isInteger(total) || total < 1 || total > mostSeats)
      throw invalidInput(
        `The number of seats is a whole number from 1 to ${mostSeats.toLocaleString('en-US')}.`,
        'seats',
      );
    if (total < before.used)
      throw invalidInput(
        `${count(before.used, 'seat is', 'seats are')} taken, so ${total.toLocaleString('en-US')} would be too few. ` +
          `Disable or delete ${count(before.used - total, 'person', 'people')} first.`,
        'seats',
      );
    const after: Seats = { total, used: before.used, isTrial: before.isTrial && !endTrial };
    if (after.total === before.total && after.isTrial === before.isTrial)
      return { kind: 'unchanged' as const, seats: before };
    await updateLicence(tx.db, after.total, after.isTrial);
    // With fewer seats the same use may come to nine tenths; with more it may fall below.
    await warnOfSeats(tx, before.used, after.used, after.total);
    await recordAudit(tx, [
      {
        action: 'licence.changed',
        subjectType: 'licence',
        subjectId: null,
        subjectLabel: 'Licence',
        before: { seats: before.total, trial: before.isTrial },
        after: { seats: after.total, trial: after.isTrial },
        operationId,
      },
    ]);
    return { kind: 'done' as const, seats: after };
  });
  if (result.kind === 'done') await ctx.announce({ kind: 'users_changed' });
  return result;
}
