import type { Context } from '../../platform/context';
import { deletePast } from '../../platform/db/delete-past';
import { endedLinks, expiredLinks } from './links.store';

/**
 * Forgets links that were used, ended or over before a moment, in small batches: their pages then say that the link is
 * not known, and no longer what became of it. @returns how many
 */
export async function purgeLinks(ctx: Context, before: Date, signal: AbortSignal): Promise<number> {
  return (await deletePast(ctx, endedLinks, before, signal)) + (await deletePast(ctx, expiredLinks, before, signal));
}
