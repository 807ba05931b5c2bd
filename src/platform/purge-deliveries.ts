import type { Context } from './context';
import { deletePast } from './db/delete-past';
import { seenDeliveries } from './deliveries.store';

/** Forgets deliveries of Slack's from before a moment, in small batches. @returns how many */
export async function purgeDeliveries(ctx: Context, before: Date, signal: AbortSignal): Promise<number> {
  return deletePast(ctx, seenDeliveries, before, signal);
}
