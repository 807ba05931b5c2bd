import type { Knex } from 'knex';
import type { Context, TxContext } from '../context';
import { databaseUnavailable } from '../errors';
import { isClash, isUnavailable } from './driver-errors';

const attempts = 6;

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/**
 * Runs `work` in one transaction and runs it again whole, after a short pause with jitter, where it met another one.
 * A connection that broke before the commit was asked for is tried once more too; a commit whose answer was lost may
 * have happened, so `work` must carry a key that makes a second run harmless or be harmless by its conditions.
 * @throws AppError `database_unavailable` when the database cannot be reached; whatever `work` throws otherwise
 */
export async function inTransaction<C extends Context, Result>(
  ctx: C,
  work: (tx: C & TxContext) => Promise<Result>,
): Promise<Result> {
  if ((ctx.db as Knex.Transaction).isTransaction) return work(ctx as C & TxContext);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ctx.db.transaction((db) => work({ ...ctx, db }));
    } catch (error) {
      const retry = isClash(error) ? attempt < attempts : isUnavailable(error) && attempt < 2;
      if (!retry) throw isUnavailable(error) ? Object.assign(databaseUnavailable(), { cause: error }) : error;
      ctx.log.debug({ attempt, code: (error as { code?: string }).code }, 'transaction tried again');
      await pause(Math.random() * 25 * 2 ** attempt);
    }
  }
}

/** True when `error` says that the database could not be reached, whether it was translated yet or not. */
export function isDatabaseDown(error: unknown): boolean {
  return isUnavailable(error) || (error as { kind?: string } | null)?.kind === 'database_unavailable';
}
