import type { Context } from '../../platform/context';
import { type TwinKind, twinKinds } from './imports.types';
import { type TwinKeys, twinsFrom } from './plan-import.service';
import type { TwinRows, Twins } from './row-plan.types';
import { hasSameKeys, selectKeyAhead, selectSameKeys } from './twins.store';

/** Keys that are compared in one statement. */
const keysPerStatement = 2000;
/** Rows that say the same: a sentence names five others of them. */
const shownRows = 6;

/** What several rows of a file say although only one may. It is in the cells, so it stays true whatever happens. */
export async function findTwinKinds(ctx: Context, importId: number): Promise<TwinKind[]> {
  const found: TwinKind[] = [];
  for (const kind of twinKinds) if (await hasTwins(ctx, importId, kind)) found.push(kind);
  return found;
}

async function hasTwins(ctx: Context, importId: number, kind: TwinKind): Promise<boolean> {
  for (let after = ''; ; ) {
    const upTo = await selectKeyAhead(ctx.db, importId, kind, after, keysPerStatement);
    if (await hasSameKeys(ctx.db, importId, kind, after, upTo)) return true;
    if (upTo === null) return false;
    after = upTo;
  }
}

/** Finds the rows of the whole file that say what some of its rows say. */
export async function twinsOf(
  ctx: Context,
  importId: number,
  kinds: readonly TwinKind[],
  keys: TwinKeys,
): Promise<Twins> {
  const found: { kind: TwinKind; key: string; rows: TwinRows }[] = [];
  for (const kind of kinds) {
    if (keys[kind].length === 0) continue;
    const rowsOf = new Map<string, { rows: number[]; total: number }>();
    for (const { key, rowNumber, total } of await selectSameKeys(ctx.db, importId, kind, keys[kind], shownRows)) {
      const same = rowsOf.get(key) ?? { rows: [], total };
      same.rows.push(rowNumber);
      rowsOf.set(key, same);
    }
    for (const [key, rows] of rowsOf) found.push({ kind, key, rows });
  }
  return twinsFrom(found);
}
