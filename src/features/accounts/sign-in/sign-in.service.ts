import type { Context } from '../../../platform/context';
import type { SessionKind, SessionUser, StartResult } from '../../sessions/sessions.types';
import { startSession } from '../../sessions/start-session.service';
import { deviceProof } from './device-proof.service';
import type { Credentials, SignInRefusal } from './sign-in.types';
import { sessionUser, verifyAccount } from './verify-credentials.service';

/** What came of a sign-in whose credentials were right, with who it is and what their browser is to keep. */
export type SignedIn = Exclude<StartResult, { readonly kind: 'refused' }> & {
  readonly user: SessionUser;
  readonly deviceProof: string;
};

/**
 * Checks an e-mail and a password and starts a session: the one way in for pages and programs alike.
 * @returns what `startSession` says, or why nobody is signed in; refusals are no errors
 * @throws AppError `database_unavailable`, and `invalid_input` for a client without a proper id
 */
export async function signIn(
  ctx: Context,
  credentials: Credentials & { readonly kind: SessionKind },
): Promise<SignedIn | SignInRefusal> {
  const { kind, client } = credentials;
  // Twice at most: where the account was changed meanwhile, perhaps to another password, the old look at it is void.
  for (let tries = 1; tries <= 2; tries += 1) {
    const check = await verifyAccount(ctx, credentials);
    if (check.kind !== 'right') return check;
    const user = sessionUser(check.account);
    const started = await startSession(ctx, { userId: user.id, kind, client, checkedVersion: check.account.version });
    if (started.kind !== 'refused') {
      return { ...started, user, deviceProof: deviceProof(ctx, user.id, client.clientId) };
    }
  }
  return { kind: 'wrong' };
}
