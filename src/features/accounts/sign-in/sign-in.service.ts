import type { Context } from '../../../platform/context';
import { inTransaction } from '../../../platform/db/transaction';
import type { SessionKind, SessionUser, StartResult } from '../../sessions/sessions.types';
import { startSession } from '../../sessions/start-session.service';
import { holdUsers } from '../../users/users.service';
import { deviceProof } from './device-proof.service';
import type { Credentials, SignInRefusal } from './sign-in.types';
import { isUnchanged, sessionUser, verifyAccount } from './verify-credentials.service';

/** What came of a sign-in whose credentials were right, with who it is and what their browser is to keep. */
export type SignedIn = Exclude<StartResult, { readonly kind: 'refused' }> & {
  readonly user: SessionUser;
  readonly deviceProof: string;
};

/**
 * Checks an e-mail and a password and starts a session: the one way in for pages and programs alike.
 * @returns what `startSession` says, or why nobody is signed in; refusals are no errors
 * @throws AppError `database_unavailable`
 */
export async function signIn(
  ctx: Context,
  credentials: Credentials & { readonly kind: SessionKind },
): Promise<SignedIn | SignInRefusal> {
  const check = await verifyAccount(ctx, credentials);
  if (check.kind !== 'right') return check;
  const user = sessionUser(check.account);
  return inTransaction(ctx, async (tx): Promise<SignedIn | SignInRefusal> => {
    await holdUsers(tx, [user.id]);
    // Whoever was disabled, or whose password was changed, while this one was being verified is not let in by it.
    if (!(await isUnchanged(tx, check.account))) return { kind: 'wrong' };
    const started = await startSession(tx, { userId: user.id, kind: credentials.kind, client: credentials.client });
    if (started.kind === 'refused') return { kind: 'wrong' };
    return { ...started, user, deviceProof: deviceProof(ctx, user.id, credentials.client.clientId) };
  });
}
