import type { TxContext } from '../../platform/context';
import { updateLastLogin } from './users.store';

/** This user has just signed in. Not an edit: whoever has their form open may still save it. */
export async function recordSignIn(tx: TxContext, userId: number): Promise<void> {
  await updateLastLogin(tx.db, userId, tx.clock.now());
}
