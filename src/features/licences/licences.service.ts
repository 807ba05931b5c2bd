import type { Context, TxContext } from '../../platform/context';
import { isDuplicate } from '../../platform/db/driver-errors';
import { seatsExhausted } from '../../platform/errors';
import { enqueue } from '../../platform/mail/outbox';
import {
  countReadOnlySeats,
  countSeats,
  insertLicence,
  lockLicence,
  selectLicence,
  selectReadOnlyProfileIds,
  updateWarnedAt,
} from './licences.store';

export interface Seats {
  readonly total: number;
  /** Invited and active users. */
  readonly used: number;
  readonly isTrial: boolean;
}

/** A new site starts as a trial with the configured number of seats; a site that has its licence keeps it. */
export async function ensureLicence(ctx: Context): Promise<void> {
  if ((await selectLicence(ctx.db)) !== null) return;
  try {
    await insertLicence(ctx.db, ctx.config.seats);
  } catch (error) {
    // Another replica started at the same moment.
    if (!isDuplicate(error)) throw error;
  }
}

export async function seats(ctx: Context): Promise<Seats> {
  return seatsWith(ctx, await countSeats(ctx.db));
}

/**
 * The seats where the caller has counted those in use already, to show both: users are counted once, and the figures agree.
 * @param used invited and active users
 */
export async function seatsWith(ctx: Context, used: number): Promise<Seats> {
  const licence = await selectLicence(ctx.db);
  return { total: licence?.seats ?? ctx.config.seats, used, isTrial: licence?.isTrial ?? true };
}

/** Seats whose holders have Read Only in all their projects (R42–R46). */
export async function readOnlySeats(ctx: Context): Promise<number> {
  const profileIds = await selectReadOnlyProfileIds(ctx.db);
  return profileIds.length === 0 ? 0 : countReadOnlySeats(ctx.db, profileIds);
}

/**
 * Holds the licence for the rest of the transaction and checks that `wanted` more seats are free. Every path that takes
 * seats calls this before it adds or activates anybody, so that two of them never take the same seat. Where they bring
 * the use to 90 %, the admin channel is told in the same transaction.
 * @throws AppError `seats_exhausted`
 */
export async function takeSeats(tx: TxContext, wanted: number): Promise<void> {
  if (wanted <= 0) return;
  await lockLicence(tx.db);
  const { total, used } = await seats(tx);
  if (used + wanted > total) throw seatsExhausted(total, used, wanted);
  await warnOfSeats(tx, used, used + wanted, total);
}

/** The seats in use as one transaction left them, with the version of the licence that it held. */
export interface SeatsSeen {
  readonly version: number;
  readonly used: number;
}

/**
 * Like `takeSeats`, where those who find no seat go without: takes as many as are free. The licence is held already, by
 * one call of `oneAtATime` in this transaction.
 * @param seen what the caller's last transaction returned, once it was committed. Where nobody held the licence since,
 *   users need not be counted; seats that were freed without it make that figure too high, so before anybody is refused
 *   they are counted after all
 */
export async function takeSeatsLeft(
  tx: TxContext,
  wanted: number,
  seen: SeatsSeen | null,
): Promise<{ readonly taken: number; readonly seats: SeatsSeen }> {
  const licence = await selectLicence(tx.db);
  const { seats: total, version } = licence ?? { seats: tx.config.seats, version: 0 };
  const isKnown = seen !== null && seen.version + 1 === version && seen.used + wanted <= total;
  const used = isKnown ? seen.used : await countSeats(tx.db);
  const taken = Math.max(0, Math.min(wanted, total - used));
  if (taken > 0) await warnOfSeats(tx, used, used + taken, total);
  return { taken, seats: { version, used: used + taken } };
}

const isNearlyFull = (used: number, total: number) => used * 10 >= total * 9;

/**
 * Tells the admin channel that nine tenths of the seats are taken: once for each time the use comes to that from below.
 * The licence is held by the caller.
 * @param before seats in use before this transaction takes any, which shows that the use fell since the last warning
 */
export async function warnOfSeats(tx: TxContext, before: number, after: number, total: number): Promise<void> {
  const licence = await selectLicence(tx.db);
  if (licence === null) return;
  const wasWarned = licence.warnedAt !== null && isNearlyFull(before, total);
  if (!isNearlyFull(after, total)) {
    if (licence.warnedAt !== null) await updateWarnedAt(tx.db, null);
    return;
  }
  if (wasWarned) return;
  await updateWarnedAt(tx.db, tx.clock.now());
  await enqueue(tx, [
    {
      kind: 'chat',
      template: 'seats-warning',
      recipient: 'admin-channel',
      payload: { used: after, total },
      // The version goes up with every holding of the licence, so each crossing has its own.
      dedupKey: `seats-warning:${licence.version}`,
    },
  ]);
}

/**
 * Makes transactions that could together take away the last admin, or the last seat, wait for one another. It holds
 * until this one ends.
 */
export async function oneAtATime(tx: TxContext): Promise<void> {
  await lockLicence(tx.db);
}
