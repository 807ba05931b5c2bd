import type { Context, TxContext } from '../../platform/context';
import { countOpenSessions, endOpenSessions } from './sessions.store';

/** Why a session ended; its next request is told. */
export type EndReason = 'admin' | 'idle' | 'password_changed' | 'disabled' | 'deleted';

/** Ends every open session of these users, of whatever kind; returns how many. */
export async function endSessionsOf(tx: TxContext, userIds: readonly number[], reason: EndReason): Promise<number> {
  return endOpenSessions(tx.db, userIds, reason, tx.clock.now());
}

/** Open sessions without those of the explorer (R80, R81). */
export async function activeSessionCount(ctx: Context): Promise<number> {
  return countOpenSessions(ctx.db);
}
