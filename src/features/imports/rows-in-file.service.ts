import type { Context } from '../../platform/context';
import { phases, positionsOf } from './import-order';
import { type StoredRow, selectRows, selectRowsOf } from './import-rows.store';

/** Rows that come in the order of the file, the next so many after one of them or from the beginning. */
type Source = (after: StoredRow | null, limit: number) => Promise<StoredRow[]>;

/** All rows of an import in the order of the file, in parts of `size` and a last one with the rest. */
export function rowsInFile(ctx: Context, importId: number, size: number): AsyncGenerator<readonly StoredRow[]> {
  return merged(inPhases(ctx, importId, 0), size);
}

/** The rows from a position on, a source for each part that is in the order of the file. */
function inPhases(ctx: Context, importId: number, fromPosition: number): Source[] {
  return phases.map((phase): Source => {
    const { from, before } = positionsOf(phase);
    const first = Math.max(from, fromPosition);
    return (after, limit) => selectRows(ctx.db, importId, after === null ? first : after.position + 1, before, limit);
  });
}

/**
 * The rows that failed, in the plan or in the run, and of an import that was stopped those that were not run, in the order
 * of the file and in parts.
 * @param notRunFrom the first position that was not run; null where all were
 */
export function rowsLeft(
  ctx: Context,
  importId: number,
  notRunFrom: number | null,
  size: number,
): AsyncGenerator<readonly StoredRow[]> {
  const failing = (['fail', 'failed_in_run'] as const).map(
    (which): Source =>
      (after, limit) =>
        selectRowsOf(ctx.db, importId, which, after?.rowNumber ?? 0, notRunFrom, limit),
  );
  return merged(notRunFrom === null ? failing : [...failing, ...inPhases(ctx, importId, notRunFrom)], size);
}

async function* merged(sources: readonly Source[], size: number): AsyncGenerator<readonly StoredRow[]> {
  const open = sources.map((read) => ({ read, rows: [] as readonly StoredRow[], at: 0, isOver: false }));
  const firstOf = async (): Promise<StoredRow | null> => {
    let first: { readonly source: (typeof open)[number]; readonly row: StoredRow } | null = null;
    for (const source of open) {
      if (source.at === source.rows.length && !source.isOver) {
        const last = source.rows[source.at - 1] ?? null;
        // A part that was not full was the last one.
        const hasMore = last === null || source.rows.length === size;
        source.rows = hasMore ? await source.read(last, size) : [];
        source.at = 0;
        source.isOver = source.rows.length === 0;
      }
      const row = source.rows[source.at];
      if (row !== undefined && (first === null || row.rowNumber < first.row.rowNumber)) first = { source, row };
    }
    if (first === null) return null;
    first.source.at += 1;
    return first.row;
  };
  for (;;) {
    const part: StoredRow[] = [];
    for (let row = await firstOf(); row !== null; row = part.length < size ? await firstOf() : null) part.push(row);
    if (part.length === 0) return;
    yield part;
  }
}
