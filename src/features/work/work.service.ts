import type { Context, TxContext } from '../../platform/context';
import {
  countOpenCases,
  countOpenRuns,
  labelWork,
  moveOpenCases,
  moveOpenRuns,
  selectCaseLines,
  selectFirstOpenCases,
  unassignOpenCases,
} from './work.store';
import { type CaseLine, caseLimit, type OpenWork } from './work.types';

/** What a user has to do still. Privilege is the caller's. */
export async function openWork(ctx: Context, userId: number): Promise<OpenWork> {
  const byProject = await countOpenRuns(ctx.db, userId);
  return {
    runs: byProject.reduce((sum, { runs }) => sum + runs, 0),
    runProjectIds: byProject.map(({ projectId }) => projectId),
    cases: await countOpenCases(ctx.db, userId),
    firstCases: await selectFirstOpenCases(ctx.db, userId, caseLimit),
  };
}

/** What really changed hands. */
export interface HandOver {
  readonly runs: number;
  readonly cases: number;
  readonly casesLeft: number;
}

/**
 * Gives open runs and the first open cases to somebody else and leaves the other open cases unassigned (R94, R95).
 * Finished work keeps `label` as the name of who did it. Five statements, however much work there is.
 * @param to null where there is nothing open to give
 * @returns what moved, to be compared with what was counted before: somebody may have finished something meanwhile
 */
export async function handOverWork(
  tx: TxContext,
  from: number,
  to: number | null,
  work: OpenWork,
  label: string,
): Promise<HandOver> {
  const now = tx.clock.now();
  const runs = to === null ? 0 : await moveOpenRuns(tx.db, from, to);
  const ids = work.firstCases.map(({ id }) => id);
  const cases = to === null ? 0 : await moveOpenCases(tx.db, from, to, ids, now);
  const casesLeft = await unassignOpenCases(tx.db, from, now);
  await labelWork(tx.db, from, label);
  return { runs, cases, casesLeft };
}

/** The open cases past those that a replacement takes over, in their order, read in pages of a bounded size. */
export async function* leftOverCases(ctx: Context, userId: number): AsyncGenerator<CaseLine> {
  const pageSize = 500;
  const last = (await selectFirstOpenCases(ctx.db, userId, caseLimit))[caseLimit - 1];
  if (last === undefined) return;
  for (let after: { runId: number; position: number } = last; ; ) {
    const page = await selectCaseLines(ctx.db, userId, after, pageSize);
    yield* page;
    const end = page[page.length - 1];
    if (end === undefined || page.length < pageSize) return;
    after = end;
  }
}
