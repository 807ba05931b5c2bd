import type { Context } from '../../platform/context';
import { selectOutcomes } from './ended-imports.store';

/** What imports came to together, in people. */
export interface ImportsEnded {
  readonly imports: number;
  readonly invited: number;
  readonly updated: number;
  readonly failed: number;
}

/** The imports that were carried out to their end, from one moment on and before another. */
export async function importsEnded(ctx: Context, from: Date, to: Date): Promise<ImportsEnded> {
  const outcomes = await selectOutcomes(ctx.db, from, to);
  const sum = (way: 'invited' | 'updated' | 'failed') => outcomes.reduce((total, each) => total + each[way], 0);
  return { imports: outcomes.length, invited: sum('invited'), updated: sum('updated'), failed: sum('failed') };
}
