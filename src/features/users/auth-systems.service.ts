import { setImmediate as nextTurn } from 'node:timers/promises';
import { inSlices } from '../../lib/in-turns';
import type { Context, TxContext } from '../../platform/context';
import { rowsPerStatement } from '../../platform/db/dialect';
import { countByAuthSystem, type SystemCount, selectIdsOfSystem } from './auth-systems.store';
import { updateSignIns } from './move-sign-ins.store';
import type { SignInMove } from './users.types';

/** Users by auth system and status, each with how many external usernames they have. */
export async function systemCounts(ctx: Context): Promise<SystemCount[]> {
  return countByAuthSystem(ctx.db);
}

/**
 * Everybody who signs in by a system, and of LDAP whoever only has its username, in whatever status: ids in slices of a
 * statement's worth, ascending, each read when it is asked for.
 */
export async function* eachOfSystem(ctx: Context, system: 'ldap' | 'sso'): AsyncGenerator<number[]> {
  const size = rowsPerStatement(ctx.db);
  for (let after = 0; ; ) {
    const ids = await selectIdsOfSystem(ctx.db, system, after, size);
    if (ids.length > 0) yield ids;
    const last = ids[ids.length - 1];
    if (last === undefined || ids.length < size) return;
    after = last;
    await nextTurn();
  }
}

/** Moves the sign-ins of these users, all alike. Audit is the caller's. */
export async function moveSignIns(tx: TxContext, userIds: readonly number[], move: SignInMove): Promise<void> {
  const now = tx.clock.now();
  await inSlices(userIds, rowsPerStatement(tx.db), (slice) => updateSignIns(tx.db, slice, move, now));
}
