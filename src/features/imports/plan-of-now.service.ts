import type { Context } from '../../platform/context';
import { selectRowsOf } from './import-rows.store';
import type { StoredImport } from './imports.store';
import type { PlanBasis, RowAction } from './imports.types';
import { openPlanner } from './plan-import.service';
import { leavesNoAdmin, planStored, rowsPerPlanning, twinsFinder } from './plan-stored.service';
import { countKnown } from './twins.service';
import { isStored } from './written-plan';

/**
 * Whether the data of now give the plan that is stored, for the acting person as the one who confirms. What a row does for
 * somebody new depends on the site and on who is known; all other rows are planned anew and compared.
 */
export async function isPlanOfNow(ctx: Context, stored: StoredImport): Promise<boolean> {
  const { basis, twins } = stored.totals;
  const planner = await openPlanner(ctx);
  if (planner.site !== basis.site || basis.keepsAdmins)
    return (await planStored(ctx, stored.id, twins)).digest === stored.planDigest;
  if (await leavesNoAdmin(ctx, basis)) return false;
  if (!(await knowsAsMany(ctx, stored.id, basis))) return false;
  const options = twinsFinder(ctx, stored.id, twins);
  // What was meant by a wrong name is said of the first ones in the file, and rows with wrong names fail.
  for (const action of ['fail', 'update', 'unchanged'] satisfies RowAction[]) {
    for (let after = 0; ; ) {
      const rows = await selectRowsOf(ctx.db, stored.id, action, after, null, rowsPerPlanning);
      const planned = await planner.plan(rows, options);
      if (!planned.every((row, index) => isStored(row, rows[index]))) return false;
      if (rows.length < rowsPerPlanning) break;
      after = rows[rows.length - 1]?.rowNumber ?? after;
    }
  }
  return true;
}

/**
 * Whether as many rows as then are about somebody who is known, or name a username that somebody has. One of them that is
 * so no longer is not about somebody new, and so shows by its own plan.
 */
async function knowsAsMany(ctx: Context, importId: number, { people, names }: PlanBasis): Promise<boolean> {
  if ((await countKnown(ctx, importId, 'email')) !== people) return false;
  const held = (await countKnown(ctx, importId, 'ssoUsername')) + (await countKnown(ctx, importId, 'ldapUsername'));
  return held === names;
}
