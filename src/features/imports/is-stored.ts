import type { StoredRow } from './import-rows.store';
import type { PlannedRow } from './row-plan.types';

/** True where the plan of a row is the one that was stored for it. */
export function isStored({ plan, written }: PlannedRow, stored: StoredRow | undefined): boolean {
  return (
    stored !== undefined &&
    stored.action === plan.action &&
    stored.userId === plan.userId &&
    stored.plan === written.plan &&
    stored.problems === written.problems
  );
}
