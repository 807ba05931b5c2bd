import type { Knex } from 'knex';
import type { AuditAction } from './audit-actions.types';

/** How often something was done from one moment on and before another. */
export async function countEvents(db: Knex, action: AuditAction, from: Date, to: Date): Promise<number> {
  const row = (await db('audit_events')
    .where({ action })
    .where('at', '>=', from)
    .where('at', '<', to)
    .count({ total: '*' })
    .first()) as { total: number };
  return Number(row.total);
}
