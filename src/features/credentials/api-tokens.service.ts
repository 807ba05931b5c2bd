import type { TxContext } from '../../platform/context';
import { revokeOpenTokens } from './api-tokens.store';

/** Revokes every API token of these users at once; returns how many there were. */
export async function revokeApiTokens(
  tx: TxContext,
  userIds: readonly number[],
  reason: 'disabled' | 'password_reset' | 'deleted',
): Promise<number> {
  return revokeOpenTokens(tx.db, userIds, reason, tx.clock.now());
}
