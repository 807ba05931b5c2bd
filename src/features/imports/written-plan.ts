import { hash } from 'node:crypto';
import type { StoredRow } from './import-rows.store';
import type { FieldDifference, RowProblem } from './imports.types';
import type { PlannedRow, RowChange, RowPlan, WrittenPlan } from './row-plan.types';

/** A row of a file with what is planned for it, to be shown. */
export interface ShownRow extends Pick<StoredRow, 'rowNumber' | 'cells' | 'email' | 'action'> {
  /** Null for a row that fails or changes nothing. */
  readonly change: Pick<RowChange, 'status' | 'sendsReset'> | null;
  readonly differences: readonly FieldDifference[];
  readonly problems: readonly RowProblem[];
}

/** As it stands in the row: what people are shown, and a digest of everything that is done. */
type Written = readonly [
  status: RowChange['status'],
  sendsReset: boolean,
  differences: readonly (readonly [field: string, old: string, next: string])[],
  digest: string,
];

/**
 * A plan as it is stored and compared. The change itself is not stored: whoever applies the row plans it anew, and the
 * digest says whether it is the same.
 */
export function writePlan({ change, differences, problems }: RowPlan): WrittenPlan {
  return { plan: change === null ? null : written(change, differences), problems: writeProblems(problems) };
}

function written(change: RowChange, differences: readonly FieldDifference[]): string {
  return JSON.stringify([
    change.status,
    change.sendsReset,
    differences.map(({ field, old, new: next }) => [field, old, next] as const),
    hash('sha256', JSON.stringify(change), 'base64url'),
  ] satisfies Written);
}

const writeProblems = (problems: readonly RowProblem[]) => (problems.length === 0 ? null : JSON.stringify(problems));

/** A stored row to be shown. */
export function toShown({ rowNumber, cells, email, action, plan, problems }: StoredRow): ShownRow {
  const row = { rowNumber, cells, email, action, problems: problems === null ? [] : JSON.parse(problems) };
  if (plan === null) return { ...row, change: null, differences: [] };
  const [status, sendsReset, differences] = JSON.parse(plan) as Written;
  return {
    ...row,
    change: { status, sendsReset },
    differences: differences.map(([field, old, next]) => ({ field, old, new: next })),
  };
}

/** True where the plan of a row is the one that was stored for it. */
export function isStored({ plan, written: now }: PlannedRow, stored: StoredRow | undefined): boolean {
  return (
    stored !== undefined &&
    stored.action === plan.action &&
    stored.userId === plan.userId &&
    stored.plan === now.plan &&
    stored.problems === now.problems
  );
}
