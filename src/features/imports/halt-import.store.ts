import type { Knex } from 'knex';
import type { ImportPerson, ImportState } from './imports.types';

/**
 * Moves a confirmed import to another state and takes it from its worker, whose next chunk then changes nothing; waits
 * for the chunk that is being applied. True for the one call that found it in one of the states `from`.
 */
export async function takeImport(
  db: Knex.Transaction,
  id: number,
  from: readonly ImportState[],
  to: {
    readonly state: 'paused' | 'running' | 'reporting';
    readonly haltedBy: ImportPerson | null;
    readonly finishedAt?: Date;
  },
): Promise<boolean> {
  const taken = await db('imports')
    .where({ id })
    .whereIn('state', [...from])
    .update({
      state: to.state,
      halted_by: to.haltedBy === null ? null : JSON.stringify(to.haltedBy),
      ...(to.finishedAt !== undefined && { finished_at: to.finishedAt }),
      token: null,
      lease_until: null,
    });
  return taken === 1;
}
