import type { Knex } from 'knex';
import type { OutcomeCounts } from './imports.types';

/** What became of the rows of each import that was carried out to its end from one moment on and before another. */
export async function selectOutcomes(db: Knex, from: Date, to: Date): Promise<OutcomeCounts[]> {
  const stored: (string | null)[] = await db('imports')
    .where('finished_at', '>=', from)
    .where('finished_at', '<', to)
    .pluck('outcomes');
  return stored.map((outcomes) => ({
    invited: 0,
    updated: 0,
    unchanged: 0,
    failed: 0,
    ...(outcomes === null ? {} : JSON.parse(outcomes)),
  }));
}
