import type { Context } from '../../platform/context';
import { type TwinKind, twinKinds } from './imports.types';
import { type TwinKeys, twinsFrom } from './plan-import.service';
import type { TwinRows, Twins } from './row-plan.types';
import { countKnownKeys, hasSameKeys, selectKeyAhead, selectSameKeys } from './twins.store';

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
  for await (const [after, upTo] of keyRanges(ctx, importId, kind))
    if (await hasSameKeys(ctx.db, importId, kind, after, upTo)) return true;
  return false;
}

/** How many rows of the whole file say what some user has: an address, or a username. */
export async function countKnown(ctx: Context, importId: number, kind: TwinKind): Promise<number> {
  let known = 0;
  for await (const [after, upTo] of keyRanges(ctx, importId, kind))
    known += await countKnownKeys(ctx.db, importId, kind, after, upTo);
  return known;
}

/** The keys of a file in parts, each after one key and up to another; the last one has no end. */
async function* keyRanges(
  ctx: Context,
  importId: number,
  kind: TwinKind,
): AsyncGenerator<readonly [after: string, upTo: string | null]> {
  for (let after = ''; ; ) {
    const upTo = await selectKeyAhead(ctx.db, importId, kind, after, keysPerStatement);
    yield [after, upTo];
    if (upTo === null) return;
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
