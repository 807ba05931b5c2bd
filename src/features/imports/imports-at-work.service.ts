import type { Context } from '../../platform/context';
import { countRunning } from './imports-at-work.store';

/** How many confirmed imports have not come to their end. */
export async function countImportsAtWork(ctx: Context): Promise<number> {
  return countRunning(ctx.db);
}
