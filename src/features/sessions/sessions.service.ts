import { inSlices } from '../../lib/in-turns';
import type { Context, TxContext } from '../../platform/context';
import { rowsPerStatement } from '../../platform/db/dialect';
import { deleteChoicesOf } from './session-choices.store';
import { countOpenSessions, endOpenSessions, selectSession } from './sessions.store';
import type { EndReason } from './sessions.types';

/**
 * Ends every open session of these users, of whatever kind, and the sign-ins that wait for one to be ended. Privilege
 * and audit are the caller's, who says why.
 * @returns how many sessions were open
 */
export async function endSessionsOf(tx: TxContext, userIds: readonly number[], reason: EndReason): Promise<number> {
  await inSlices(userIds, rowsPerStatement(tx.db), (slice) => deleteChoicesOf(tx.db, slice));
  return endOpenSessions(tx.db, userIds, reason, tx.clock.now());
}

/** Whether a session is still open; for whoever holds its user's row, it is until they are done. */
export async function isSessionOpen(tx: TxContext, id: number): Promise<boolean> {
  return (await selectSession(tx.db, id))?.isOpen === true;
}

/** Open sessions without those of the explorer (R80, R81). */
export async function activeSessionCount(ctx: Context): Promise<number> {
  return countOpenSessions(ctx.db);
}
