import type { Context } from '../../platform/context';
import { phases, positionsOf } from './import-order';
import { type StoredRow, selectRows, selectRowsOf } from './import-rows.store';

/** Rows that come in the order of the file, the next so many after one of them or from the beginning. */
type Source = (after: StoredRow | null, limit: number) => Promise<StoredRow[]>;

/** All rows of an import in the order of the file, in parts of `size` and a last one with the rest. */
export function rowsInFile(ctx: Context, importId: number, size: number): AsyncGenerator<readonly StoredRow[]> {
  const sources = phases.map((phase): Source => {
    const { from, before } = positionsOf(phase);
    return (after, limit) => selectRows(ctx.db, importId, after === null ? from : after.position + 1, before, limit);
  });
  return merged(sources, size);
}

/** The rows that failed, in the plan or in the run, in the order of the file and in parts. */
export function failingRows(ctx: Context, importId: number, size: number): AsyncGenerator<readonly StoredRow[]> {
  const sources = (['fail', 'failed_in_run'] as const).map(
    (which): Source =>
      (after, limit) =>
        selectRowsOf(ctx.db, importId, which, after?.rowNumber ?? 0, limit),
  );
  return merged(sources, size);
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
