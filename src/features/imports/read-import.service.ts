import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { minute } from '../../lib/duration';
import { inTurns } from '../../lib/in-turns';
import { shorten } from '../../lib/plain-text';
import type { Context } from '../../platform/context';
import { inTransaction } from '../../platform/db/transaction';
import { dropRows } from './discard-import.service';
import { claimImport, prolongImport, selectAbandoned } from './import-leases.store';
import { insertRows, replacePlans, toWritten, type WrittenRow } from './import-rows.store';
import {
  deleteReading,
  endReading,
  insertImport,
  type NewImport,
  type ReadingEnd,
  reopenReading,
  type StoredImport,
  selectImport,
} from './imports.store';
import type { ImportRow, TwinKind } from './imports.types';
import { openPlanner } from './plan-import.service';
import { leavesNoAdmin, planStored, rowsPerPlanning } from './plan-stored.service';
import { type PlanSum, startTally } from './plan-tally';
import { readImportFile } from './read-import-file';
import { findTwinKinds } from './twins.service';
import { isStored } from './written-plan';

/** A reader without a sign of life for so long is taken for dead. */
const leaseSeconds = 60;

/** Another worker took this one for dead and has ended its reading. */
class ReadingLost extends Error {}

/** A hold on an import while it is read. */
interface Hold {
  readonly id: number;
  readonly token: string;
}

/** Keeps an import for a while more; in a transaction, nobody takes it until that ends. @throws ReadingLost */
async function keep(ctx: Context, { id, token }: Hold): Promise<void> {
  if (!(await prolongImport(ctx.db, id, token, leaseSeconds))) throw lost(id);
}

const lost = (id: number) => new ReadingLost(`import ${id} was taken from its reader`);

/**
 * Reads a file into a new import, planned while it comes: at no time more of it is in memory than a few hundred rows. The
 * import is there to be decided on with its last statement; before, it is `reading`.
 * @returns its id
 */
export async function readImport(ctx: Context, path: string, file: NewImport): Promise<number> {
  const token = randomUUID();
  const id = await insertImport(ctx.db, file, token, leaseSeconds);
  const hold: Hold = { id, token };
  try {
    const end = await readRows(ctx, hold, path);
    if ('problem' in end) await dropRows(ctx, id);
    if (!(await endReading(ctx.db, id, token, end))) throw lost(id);
    return id;
  } catch (error) {
    // Nothing is said of a file that could not be read for another reason than its own: it can be handed in again. Where
    // that fails too, `refuseInterrupted` comes upon it.
    await forget(ctx, hold).catch(() => undefined);
    throw error;
  }
}

async function forget(ctx: Context, { id, token }: Hold): Promise<void> {
  await dropRows(ctx, id);
  await deleteReading(ctx.db, id, token);
}

async function readRows(ctx: Context, hold: Hold, path: string): Promise<ReadingEnd> {
  const { plan, site } = await openPlanner(ctx);
  const tally = startTally({ site, keepsAdmins: false });
  // One part is written while the next one is planned.
  let writing: Promise<void> = Promise.resolve();
  let unplanned: ImportRow[] = [];
  const planned = async (rows: readonly ImportRow[]): Promise<WrittenRow[]> => {
    const part = await plan(rows);
    tally.add(part);
    return inTurns(part, (row) => toWritten(hold.id, row));
  };
  const planThem = async () => {
    const part = await planned(unplanned);
    unplanned = [];
    await writing;
    writing = write(ctx, hold, part);
    // It is waited for later, and its error is thrown then.
    writing.catch(() => undefined);
  };
  const readAll = async () => {
    const end = await readImportFile(path, async (rows) => {
      for (const row of rows) unplanned.push(row);
      if (unplanned.length >= rowsPerPlanning) await planThem();
    });
    if (unplanned.length > 0 && !('problem' in end)) await planThem();
    return end;
  };
  const read = await readAll().finally(() => writing);
  if ('problem' in read) return { fileKind: read.kind, problem: shorten(read.problem, 500) };
  return {
    fileKind: read.kind,
    warnings: read.warnings,
    ...(await settle(ctx, hold, tally.sum())),
  };
}

async function write(ctx: Context, hold: Hold, rows: readonly WrittenRow[]): Promise<void> {
  await inTransaction(ctx, async (tx) => {
    await keep(tx, hold);
    await insertRows(tx.db, rows);
  });
}

/** Plans anew where rows were planned without knowing of one another. */
async function settle(ctx: Context, hold: Hold, sum: PlanSum): Promise<Pick<PlannedEnd, 'digest' | 'totals'>> {
  const twins = await findTwinKinds(ctx, hold.id);
  const isSettled = twins.length === 0 && !(await leavesNoAdmin(ctx, sum.basis));
  const { digest, totals, basis } = isSettled ? sum : await planAndWrite(ctx, hold, twins);
  return { digest, totals: { ...totals, twins, basis } };
}

type PlannedEnd = Extract<ReadingEnd, { digest: string }>;

function planAndWrite(ctx: Context, hold: Hold, twins: readonly TwinKind[]): Promise<PlanSum> {
  // A second round finds the plans of the first one in the table.
  return planStored(ctx, hold.id, twins, async (planned, stored) => {
    const changed = planned.filter((row, index) => !isStored(row, stored[index]));
    const rows = changed.map((row) => toWritten(hold.id, row));
    await inTransaction(ctx, async (tx) => {
      await keep(tx, hold);
      await replacePlans(tx.db, rows);
    });
  });
}

/** Plans a preview anew that data have overtaken. @returns false where another plan than the one that was read is there */
export async function planAnew(ctx: Context, { id, planDigest, totals }: StoredImport): Promise<boolean> {
  const token = randomUUID();
  if (!(await reopenReading(ctx.db, id, planDigest, token, leaseSeconds))) return false;
  const { twins } = totals;
  const sum = await planAndWrite(ctx, { id, token }, twins);
  const ended = await endReading(ctx.db, id, token, {
    digest: sum.digest,
    totals: { ...sum.totals, twins, basis: sum.basis },
  });
  if (!ended) throw lost(id);
  return true;
}

const pollMs = 200;
// A million rows take some minutes, and a reader that died is found by `refuseInterrupted` in less.
const longestReadingMs = 10 * minute;

/** Waits for the worker that reads an import to end it. */
export async function waitForReading(ctx: Context, stored: StoredImport): Promise<StoredImport> {
  const until = performance.now() + longestReadingMs;
  let now = stored;
  while (now.state === 'reading' && performance.now() < until) {
    await pause(pollMs);
    now = (await selectImport(ctx.db, stored.id)) ?? { ...now, state: 'refused', problem: interrupted };
  }
  return now;
}

const interrupted = 'Reading this file was interrupted, so nothing was changed. Drop it again.';

/** Refuses files whose reader died, so that whoever handed them in need not wait, and forgets what was read of them. */
export async function refuseInterrupted(ctx: Context): Promise<number> {
  let refused = 0;
  for (const id of await selectAbandoned(ctx.db, ['reading'], 20)) {
    const token = randomUUID();
    if (!(await claimImport(ctx.db, id, ['reading'], token, leaseSeconds))) continue;
    await dropRows(ctx, id, () => keep(ctx, { id, token }));
    if (await endReading(ctx.db, id, token, { problem: interrupted })) refused += 1;
  }
  return refused;
}
