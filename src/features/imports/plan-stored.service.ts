import type { Context } from '../../platform/context';
import type { StoredRow } from './import-rows.store';
import type { PlanBasis, TwinKind } from './imports.types';
import { countActiveAdmins, openPlanner, type PlanningOptions } from './plan-import.service';
import { type PlanSum, startTally } from './plan-tally';
import type { PlannedRow } from './row-plan.types';
import { rowsInFile } from './rows-in-file.service';
import { twinsOf } from './twins.service';

/** Rows that are planned together: their people are read in one statement of each kind. */
export const rowsPerPlanning = 500;

/** Takes planned rows with those they were read from. */
export type TakePlanned = (planned: readonly PlannedRow[], stored: readonly StoredRow[]) => Promise<void>;

/**
 * Plans a stored file against the data of now, for the acting person as the one who confirms, a part of it at a time.
 * Where it would leave no active admin, it is planned once more, and all rows that take one away fail.
 * @param kinds what several rows of the file say although only one may
 * @param take is given every part, also twice, and the last plan of a row is the one that counts
 */
export async function planStored(
  ctx: Context,
  importId: number,
  kinds: readonly TwinKind[],
  take: TakePlanned = async () => undefined,
): Promise<PlanSum> {
  const sum = await planOnce(ctx, importId, kinds, false, take);
  return (await leavesNoAdmin(ctx, sum.basis)) ? planOnce(ctx, importId, kinds, true, take) : sum;
}

/** Whether at some moment of the import no active admin would be there. */
export async function leavesNoAdmin(ctx: Context, { fewestAdmins }: PlanBasis): Promise<boolean> {
  return fewestAdmins !== null && (await countActiveAdmins(ctx)) + fewestAdmins <= 0;
}

/** How rows are planned that may have twins in the file. */
export function twinsFinder(
  ctx: Context,
  importId: number,
  kinds: readonly TwinKind[],
): Pick<PlanningOptions, 'twinsOf'> {
  return kinds.length === 0 ? {} : { twinsOf: (keys) => twinsOf(ctx, importId, kinds, keys) };
}

async function planOnce(
  ctx: Context,
  importId: number,
  kinds: readonly TwinKind[],
  keepsAdmins: boolean,
  take: TakePlanned,
): Promise<PlanSum> {
  const { plan, site } = await openPlanner(ctx);
  const tally = startTally({ site, keepsAdmins });
  const options = { keepsAdmins, ...twinsFinder(ctx, importId, kinds) };
  for await (const stored of rowsInFile(ctx, importId, rowsPerPlanning)) {
    const planned = await plan(stored, options);
    tally.add(planned);
    await take(planned, stored);
  }
  return tally.sum();
}
